import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Command, Page } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { Launch, LaunchIssued, Tunnel } from '#contract/tunnels.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useMay } from './me.tsx';

const WATCH_MS = 5000;
/** As many gateways as one answer has. */
const MOST = '200';

/** The tunnels of one gateway as it told them. */
export function useGatewayTunnels(gateway: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['gateways', 'one', gateway, 'tunnels'],
    queryFn: ({ signal }) => api.get('/tunnels', Page(Tunnel), { gateway, limit: MOST }, signal),
    enabled: useMay('inventory:view'),
  });
}

/** The tunnels of all gateways of an account, or of all that the person reaches; asked for only where somebody may launch. */
export function useAccountTunnels(account: string | undefined) {
  const api = useApi();
  const may = [useMay('inventory:view'), useMay('support:launch')].every(Boolean);
  return useQuery({
    queryKey: ['gateways', 'list', 'tunnels', account ?? null],
    queryFn: ({ signal }) => api.get('/tunnels', Page(Tunnel), { account, limit: MOST }, signal),
    enabled: may,
  });
}

/** The tunnel to the page of a PBX, where it has one (INV-31). */
export const pageOf = (tunnels: readonly Tunnel[] | undefined, pbx: string | null): Tunnel | undefined =>
  pbx === null ? undefined : tunnels?.find((tunnel) => tunnel.pbx === pbx && tunnel.kind === 'web');

/** Why a system cannot be launched now; undefined when it can (TUN-9). */
export function obstacle({ online, off, status }: Tunnel): 'offline' | 'off' | 'stopped' | undefined {
  if (!online) return 'offline';
  if (off) return 'off';
  return status === 'started' ? undefined : 'stopped';
}

/** The latest sessions of a gateway; their counters are asked for again while one is open. */
export function useGatewayLaunches(gateway: string, limit: number) {
  const api = useApi();
  return useQuery({
    queryKey: ['gateways', 'one', gateway, 'launches', limit],
    queryFn: ({ signal }) => api.get('/launches', Page(Launch), { gateway, limit: String(limit) }, signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state !== 'ended') ? WATCH_MS : false),
    enabled: useMay('events:view'),
  });
}

/** Issues a link; its secret is in the answer's address only, behind the #. */
export function useLaunch() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { gateway: string; tunnel: string; reason: string }) =>
      api.send('POST', '/launches', LaunchIssued, wanted),
    onSettled: () =>
      Promise.all([['gateways'], ['launches']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

/** Ends a session now, with everything that is open in it. */
export function useEndLaunch() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.act('POST', `/launches/${encodeURIComponent(id)}/end`),
    onSettled: () =>
      Promise.all([['gateways'], ['launches']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

/** Starts and stops tunnels of a gateway, one after the other, and follows each until the gateway has answered. */
export function useTunnelCommands(gateway: string) {
  const api = useApi();
  const queries = useQueryClient();
  const [issued, setIssued] = useState<Readonly<Record<string, string>>>({});
  const issue = useMutation({
    mutationFn: async (wanted: {
      name: 'tunnel.start' | 'tunnel.stop';
      tunnels: readonly { id: string; key: string }[];
    }) => {
      for (const { id, key } of wanted.tunnels) {
        const path = `/gateways/${encodeURIComponent(gateway)}/commands`;
        const body = { name: wanted.name, args: { tunnel: id } };
        const command = await api.send('POST', path, Command, body, { idempotencyKey: key });
        queries.setQueryData(['commands', 'one', command.id], command);
        setIssued((before) => ({ ...before, [id]: command.id }));
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['commands', 'list'] }),
  });
  const followed = useQueries({
    queries: Object.values(issued).map((id) => ({
      queryKey: ['commands', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get(`/commands/${id}`, Command, {}, signal),
      refetchInterval: ({ state }: { state: { data: Command | undefined } }) =>
        state.data && isFinal(state.data.state) ? false : WATCH_MS,
    })),
  });
  const known = new Map(followed.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
  return {
    error: issue.error,
    /** The latest command to this tunnel from this page. */
    of: (tunnel: string): Command | undefined => known.get(issued[tunnel] ?? ''),
    run: (name: 'tunnel.start' | 'tunnel.stop', tunnels: readonly Tunnel[]) =>
      issue.mutate({ name, tunnels: tunnels.map(({ id }) => ({ id, key: crypto.randomUUID() })) }),
  };
}
