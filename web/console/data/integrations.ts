import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Integration, type IntegrationKind, IntegrationsPanel } from '#contract/api/integrations.ts';
import { Command } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';

const keyOf = (account: string) => ['integrations', account];

/** The integrations of an account and the catalogue. */
export function useIntegrations(account: string) {
  const api = useApi();
  return useQuery({
    queryKey: keyOf(account),
    queryFn: ({ signal }) => api.get('/integrations', IntegrationsPanel, { account }, signal),
  });
}

/** Puts an integration on the list, and takes it off again. */
export function useChosenIntegrations(account: string) {
  const api = useApi();
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: keyOf(account) });
  const add = useMutation({
    mutationFn: (kind: IntegrationKind) => api.send('POST', '/integrations', IntegrationsPanel, { account, kind }),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (kind: IntegrationKind) =>
      api.act('DELETE', `/integrations?account=${encodeURIComponent(account)}&kind=${kind}`),
    onSettled,
  });
  return { add, remove };
}

/** Switches the integration of a gateway or PBX on or off. */
export function useIntegrationSwitch(account: string, subject: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (on: boolean) => api.act('PUT', `/integrations/${encodeURIComponent(subject)}/switch`, { on }),
    onSettled: () => queries.invalidateQueries({ queryKey: keyOf(account) }),
  });
}

/** Deletes a gateway; `reset` also takes it back to what it was in the factory. */
export function useDeleteGateway(account: string, gateway: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reset: boolean) =>
      api.act('DELETE', `/gateways/${encodeURIComponent(gateway)}${reset ? '?reset=revert' : ''}`),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: keyOf(account) });
      await queries.invalidateQueries({ queryKey: ['gateways'] });
    },
  });
}

/** A gateway that is away does it when it is back, within a week. */
const REMOVE_SECONDS = 7 * 86_400;

/** Deletes a PBX: by a command to the gateway that has it, and here where none has it any more. */
export function useDeletePbx({ account, subject, gateway }: Pick<Integration, 'account' | 'subject' | 'gateway'>) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const pbx = subject ?? '';
      if (gateway === null) return api.act('DELETE', `/pbxs/${encodeURIComponent(pbx)}`);
      const body = { name: 'pbx.remove', args: { pbx, confirm: 'delete' }, deadlineSeconds: REMOVE_SECONDS };
      await api.send('POST', `/gateways/${encodeURIComponent(gateway)}/commands`, Command, body);
    },
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: keyOf(account) });
      await queries.invalidateQueries({ queryKey: ['commands', 'list'] });
    },
  });
}
