import { useQuery } from '@tanstack/react-query';
import { Gateway, MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useAccount } from './account.tsx';
import { useMay } from './me.tsx';

/** Names of the gateways in view by id (the first page of them), for lists that know only the id. */
export function useGatewayNames(): ReadonlyMap<string, string> {
  const api = useApi();
  const { account } = useAccount();
  const gateways = useQuery({
    queryKey: ['gateways', 'list', 'names', account ?? null],
    queryFn: ({ signal }) => api.get('/gateways', Page(Gateway), { account, limit: MAX_PAGE }, signal),
    enabled: useMay('support:view'),
  });
  return new Map(gateways.data?.items.map((gateway) => [gateway.id, gateway.name]));
}
