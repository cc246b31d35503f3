import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { GatewayDetail } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { Age } from '#web/kit/age.tsx';
import { bytes, count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { useMay } from '../../data/me.tsx';
import { useGatewayLaunches, useGatewayTunnels, useTunnelCommands } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';
import { EndButton, SessionState } from './launch-sessions.tsx';
import { CertificateAlarm, TunnelRow } from './tunnel-row.tsx';
import { StartTunnels } from './tunnel-start.tsx';

const t = text.tunnels;

/** Sessions that a gateway's own page shows. */
const LATEST = 8;

/** The tunnels of a gateway as its customer has set them, and who is or was in (TUN-1 to TUN-10). */
export function GatewayTunnels(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  const tunnels = useGatewayTunnels(gateway.id);
  const commands = useTunnelCommands(gateway.id);
  const mayView = useMay('inventory:view');
  const mayControl = useMay('support:launch');
  const knows = gateway.capabilities.length === 0 || gateway.capabilities.includes('tunnel.start');
  const [asked, setAsked] = useState<readonly Tunnel[]>([]);
  if (!mayView) return null;
  const rows = tunnels.data?.items ?? [];
  const [first] = rows;
  const control = mayControl && knows;
  return (
    <Panel title={t.title} aside={control && <AllButtons rows={rows} onStart={setAsked} onStop={commands.run} />}>
      <Stack>
        {tunnels.error && <ErrorPanel error={tunnels.error} onRetry={() => void tunnels.refetch()} />}
        {commands.error && <ErrorPanel error={commands.error} />}
        {first?.off === true && <Text size="sm">{t.off}</Text>}
        {first?.online === false && (
          <Text size="sm">
            {t.offlineSince}, <Age at={gateway.lastSeenAt} />.
          </Text>
        )}
        {rows.map((row) =>
          row.otherCertificate === undefined ? null : (
            <CertificateAlarm key={row.id} row={row} other={row.otherCertificate} />
          ),
        )}
        {rows.length === 0 ? (
          <Text size="sm" c="dimmed">
            {tunnels.isPending ? '…' : t.none}
          </Text>
        ) : (
          <PlainTable label={t.tunnels} headings={[t.component, t.tunnel, t.status, t.control, t.description]} cards>
            {rows.map((row) => (
              <TunnelRow
                key={row.id}
                row={row}
                command={commands.of(row.id)}
                onStart={control ? () => setAsked([row]) : undefined}
                onStop={control ? () => commands.run('tunnel.stop', [row]) : undefined}
              />
            ))}
          </PlainTable>
        )}
        <Sessions gateway={gateway.id} />
      </Stack>
      {asked.length > 0 && (
        <StartTunnels tunnels={asked} onYes={() => commands.run('tunnel.start', asked)} onClose={() => setAsked([])} />
      )}
    </Panel>
  );
}

/** Those that the customer lets be started from here; the others stay as they are (TUN-6). */
function AllButtons(props: {
  rows: readonly Tunnel[];
  onStart: (rows: readonly Tunnel[]) => void;
  onStop: (name: 'tunnel.stop', rows: readonly Tunnel[]) => void;
}) {
  const ours = props.rows.filter(({ cloudMayStart, online }) => cloudMayStart && online);
  const stopped = ours.filter(({ status, authority, off }) => status === 'stopped' && authority !== '' && !off);
  const started = ours.filter(({ status }) => status === 'started');
  if (ours.length < 2) return null;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={stopped.length === 0} onClick={() => props.onStart(stopped)}>
        {t.startAll}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={started.length === 0}
        onClick={() => props.onStop('tunnel.stop', started)}
      >
        {t.stopAll}
      </Button>
    </Group>
  );
}

function Sessions(props: { gateway: string }) {
  const launches = useGatewayLaunches(props.gateway, LATEST);
  const rows = launches.data?.items ?? [];
  if (launches.error) return <ErrorPanel error={launches.error} />;
  if (!launches.data) return null;
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.noSessions}
      </Text>
    );
  }
  return (
    <>
      <PlainTable
        label={t.sessions}
        headings={[t.who, t.why, t.target, t.since, t.state, t.requests, t.bytes, t.control]}
        cards
      >
        {rows.map((launch) => (
          <tr key={launch.id}>
            <td data-label={t.who}>{launch.personName}</td>
            <td data-label={t.why} className="dk-wrap">
              {launch.reason || <span className="dk-dimmed">{t.noReason}</span>}
            </td>
            <td data-label={t.target} className="dk-wrap">
              {launch.name}
            </td>
            <td data-label={t.since}>
              <Age at={launch.createdAt} inRow />
            </td>
            <td data-label={t.state} className="dk-wrap">
              <SessionState launch={launch} />
            </td>
            <td data-label={t.requests}>{count(launch.requests)}</td>
            <td data-label={t.bytes}>{bytes(launch.bytesUp + launch.bytesDown)}</td>
            <td data-label={t.control}>
              <EndButton launch={launch} />
            </td>
          </tr>
        ))}
      </PlainTable>
      <Anchor component={Link} href="/launches" size="sm">
        {t.allSessions}
      </Anchor>
    </>
  );
}
