import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type GatewayDetail, Page } from '#contract/api.ts';
import { Launch, LaunchIssued, Tunnel } from '#contract/tunnels.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { bytes, count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { type CommandActions, CommandButton } from '../command-button.tsx';
import { useMay } from '../data/me.tsx';
import { text } from '../texts/en.ts';

const t = text.tunnels;
const REFRESH_MS = 5000;

/** The tunnels of a gateway as its customer has set them, a button to launch, and who is in (TUN-1 to TUN-4). */
export function GatewayTunnels(props: { gateway: GatewayDetail; actions: CommandActions }) {
  const { gateway, actions } = props;
  const api = useApi();
  const mayLaunch = useMay('support:launch');
  const tunnels = useQuery({
    queryKey: ['gateways', 'tunnels', gateway.id],
    queryFn: ({ signal }) => api.get('/tunnels', Page(Tunnel), { gateway: gateway.id, limit: '200' }, signal),
    refetchInterval: REFRESH_MS,
  });
  const launch = useLaunch(gateway.id);
  const rows = tunnels.data?.items ?? [];
  if (!useMay('inventory:view')) return null;
  return (
    <Panel title={t.title}>
      <Stack>
        {tunnels.error && <ErrorPanel error={tunnels.error} />}
        {rows[0]?.off === true && <Text size="sm">{t.off}</Text>}
        {rows.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t.none}
          </Text>
        ) : (
          <div className="dk-scroll-x" role="region" aria-label={t.title} tabIndex={0}>
            <table className="dk-mini">
              <thead>
                <tr>
                  <th scope="col">{t.component}</th>
                  <th scope="col">{t.tunnel}</th>
                  <th scope="col">{t.status}</th>
                  <th scope="col">{t.control}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>{row.component}</td>
                    <td>{row.tunnel}</td>
                    <td>{row.status === 'started' ? t.started : ''}</td>
                    <td>
                      <Group gap="xs" wrap="nowrap">
                        {row.cloudMayStart && (
                          <CommandButton
                            name={row.status === 'started' ? 'tunnel.stop' : 'tunnel.start'}
                            args={{ tunnel: row.id }}
                            label={row.status === 'started' ? t.stop : t.start}
                            icon={row.status === 'started' ? 'cross' : 'check'}
                            small
                            actions={actions}
                          />
                        )}
                        {mayLaunch && row.kind === 'web' && row.status === 'started' && (
                          <Button
                            size="xs"
                            disabled={row.off || launch.isPending}
                            aria-label={t.launchOf(row.component)}
                            onClick={() => launch.mutate(row.id)}
                          >
                            {t.launch}
                          </Button>
                        )}
                      </Group>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {launch.error && <ErrorPanel error={launch.error} />}
        <OpenLaunches gateway={gateway.id} />
      </Stack>
    </Panel>
  );
}

/** Launches in a tab of its own, which is opened in the click itself: later a browser would hold it back. */
function useLaunch(gateway: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (tunnel: string) => {
      const tab = window.open('', '_blank');
      try {
        const issued = await api.send('POST', '/launches', LaunchIssued, { gateway, tunnel });
        if (tab === null) window.location.assign(issued.url);
        else {
          tab.opener = null;
          tab.location.replace(issued.url);
        }
        return issued;
      } catch (error) {
        tab?.close();
        throw error;
      }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['gateways', 'launches', gateway] }),
  });
}

function OpenLaunches(props: { gateway: string }) {
  const { gateway } = props;
  const api = useApi();
  const queries = useQueryClient();
  const mayEnd = useMay('support:launch');
  const launches = useQuery({
    queryKey: ['gateways', 'launches', gateway],
    queryFn: ({ signal }) => api.get('/launches', Page(Launch), { gateway, limit: '20' }, signal),
    refetchInterval: REFRESH_MS,
    enabled: useMay('events:view'),
  });
  const end = useMutation({
    mutationFn: (id: string) => api.act('POST', `/launches/${encodeURIComponent(id)}/end`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['gateways', 'launches', gateway] }),
  });
  const open = launches.data?.items.filter(({ state }) => state !== 'ended') ?? [];
  if (open.length === 0) return null;
  return (
    <Stack gap="xs">
      {open.map((one) => (
        <Group key={one.id} justify="space-between" gap="xs">
          <Text size="sm">
            {t.session(one.personName, one.name)} <Age at={one.createdAt} />, {count(one.requests)} {t.requests},{' '}
            {bytes(one.bytesUp + one.bytesDown)}
          </Text>
          {mayEnd && (
            <Button size="xs" variant="default" disabled={end.isPending} onClick={() => end.mutate(one.id)}>
              {t.end}
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  );
}
