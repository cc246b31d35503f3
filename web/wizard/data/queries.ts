import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { DiscoveryAnswer } from '#contract/discovery.ts';
import {
  AboutAnswer,
  ChecksAnswer,
  DebugAnswer,
  LicencesAnswer,
  StatusAnswer,
  TunnelsAnswer,
  UpdateAnswer,
} from '#contract/wizard/gateway.ts';
import { NetworkAnswer } from '#contract/wizard/network.ts';
import { PbxsAnswer, PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import { useApi } from '#web/kit/api/context.tsx';

/** A document of the gateway that is read as one; `every` milliseconds where no mark tells that it has changed. */
function documentOf<S extends z.ZodType>(key: string, path: string, schema: S, every?: number) {
  return function useDocument(enabled = true): UseQueryResult<z.output<S>> {
    const api = useApi();
    return useQuery({
      queryKey: [key],
      queryFn: ({ signal }) => api.get<z.output<S>>(path, schema as z.ZodType<z.output<S>>, {}, signal),
      enabled,
      ...(every === undefined ? {} : { refetchInterval: every }),
    });
  };
}

export const useStatus = documentOf('status', '/status', StatusAnswer);
export const useNetwork = documentOf('network', '/network', NetworkAnswer, 3000);
export const useDiscovery = documentOf('discovery', '/discovery', DiscoveryAnswer);
export const usePbxTypes = documentOf('pbx-types', '/pbx-types', PbxTypesAnswer);
export const usePbxs = documentOf('pbxs', '/pbxs', PbxsAnswer);
export const useAbout = documentOf('about', '/about', AboutAnswer);
export const useLicences = documentOf('licences', '/about/licences', LicencesAnswer);
export const useUpdate = documentOf('update', '/update', UpdateAnswer);
// Who comes in by a tunnel changes no document of the gateway.
export const useTunnels = documentOf('tunnels', '/tunnels', TunnelsAnswer, 3000);
export const useChecks = documentOf('checks', '/checks', ChecksAnswer);
export const useDebug = documentOf('debug', '/debug', DebugAnswer, 3000);
