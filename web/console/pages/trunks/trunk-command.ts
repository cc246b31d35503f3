import { useQuery } from '@tanstack/react-query';
import { GatewayDetail } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import type { Trunk } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useCommand, useIssueCommand } from '../../data/commands.ts';

/** What the gateway of a trunk can be asked for, the last command that was issued here, and whether it is under way. */
export function useTrunkCommand({ gateway: id }: Pick<Trunk, 'gateway'>) {
  const api = useApi();
  const gateway = useQuery({
    queryKey: ['gateways', 'one', id],
    queryFn: ({ signal }) => api.get(`/gateways/${encodeURIComponent(id)}`, GatewayDetail, {}, signal),
  });
  const { last, busy, error, issue } = useIssueCommand(id);
  const command = useCommand(last).data;
  return {
    command,
    error,
    actions: {
      capabilities: gateway.data?.capabilities ?? [],
      busy: busy || (command !== undefined && !isFinal(command.state)),
      issue,
    },
  };
}
