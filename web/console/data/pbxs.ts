import { useQueries } from '@tanstack/react-query';
import { Gateway, GatewayDetail } from '#contract/api.ts';
import type { PbxLink } from '#contract/sections.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from './account.tsx';
import { useList } from './list.ts';

/** A PBX with the gateway that reaches it; `host` is its address without scheme and port. */
export interface PbxOfGateway extends Pick<PbxLink, 'id' | 'type' | 'name'> {
  host: string;
  gatewayName: string;
}

/** The host of an address such as `ldaps://pbx.example:636`, `192.0.2.5:22` or `[2001:db8::1]`. */
function hostOf(address: string): string {
  const authority = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[/?#].*$/, '');
  const bracketed = /^\[([^\]]+)\]/.exec(authority)?.[1];
  return bracketed ?? (authority.split(':').length === 2 ? authority.replace(/:\d+$/, '') : authority);
}

/** The PBXs that the gateways of the account in view last told of. */
export function usePbxs(): { pbxs: PbxOfGateway[]; loading: boolean; error: unknown } {
  const api = useApi();
  const { account } = useAccount();
  const gateways = useList('gateways', Gateway, {}, { enabled: account !== undefined });
  const details = useQueries({
    queries: gateways.rows.map(({ id }) => ({
      queryKey: ['gateways', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get(`/gateways/${encodeURIComponent(id)}`, GatewayDetail, {}, signal),
    })),
  });
  const pbxs = details.flatMap(({ data }) =>
    (data?.links ?? []).map(({ id, type, name, address }) => ({
      id,
      type,
      name,
      host: hostOf(address),
      gatewayName: data?.name ?? '',
    })),
  );
  return {
    pbxs: pbxs.sort((a, b) => a.name.localeCompare(b.name)),
    loading: gateways.loading || details.some(({ isPending }) => isPending),
    error: gateways.error ?? details.find(({ error }) => error)?.error ?? null,
  };
}
