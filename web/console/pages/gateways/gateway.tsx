import { Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Command, GatewayDetail } from '#contract/api.ts';
import { Age, AsOf } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { groupedFingerprint } from '#web/kit/format/claim-code.ts';
import { bytes, count, counted } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { PresenceBadge } from '#web/kit/status-badge.tsx';
import { useIssueCommand } from '../../data/commands.ts';
import { usePaged } from '../../data/list.ts';
import { text } from '../../texts/index.ts';
import { CommandButton } from '../commands/command-button.tsx';
import { CommandLine, FollowedCommand } from '../commands/command-line.tsx';
import { PowerButton } from '../commands/command-power.tsx';
import { GatewayTunnels } from '../tunnels/gateway-tunnels.tsx';
import { CheckList } from './gateway-checks.tsx';
import { PbxLinks } from './gateway-links.tsx';
import { GatewayLogs } from './gateway-logs.tsx';
import { GatewayReset } from './gateway-reset.tsx';
import { Standing } from './gateway-standing.tsx';
import { GatewayTrace } from './gateway-trace.tsx';
import { GatewayUpdate } from './gateway-update.tsx';

const t = text.gateway;

/** All that is last known of one gateway, each part with the time it was received, and what can be asked of it. */
export default function GatewayPage() {
  const { id } = useParams<{ id: string }>();
  const api = useApi();
  const gateway = useQuery({
    queryKey: ['gateways', 'one', id],
    queryFn: ({ signal }) => api.get(`/gateways/${encodeURIComponent(id)}`, GatewayDetail, {}, signal),
  });
  if (gateway.error) return <ErrorPanel error={gateway.error} onRetry={() => void gateway.refetch()} />;
  if (!gateway.data) return <Skeleton height={240} />;
  return <Loaded gateway={gateway.data} />;
}

function Loaded(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  const commands = useIssueCommand(gateway.id);
  const isAway = gateway.presence === 'Offline' || gateway.presence === 'Updating';
  const actions = { capabilities: gateway.capabilities, busy: commands.busy, issue: commands.issue };
  return (
    <>
      <PageHeader
        title={gateway.name}
        note={
          <Group gap="xs">
            {gateway.accountName}
            <PresenceBadge presence={gateway.presence} />
          </Group>
        }
        actions={
          <>
            <CommandButton name="inventory.report" label={t.inventory} icon="platform" actions={actions} />
            <CommandButton name="gateway.self-test" label={t.selfTest} icon="check" actions={actions} />
            <PowerButton actions={actions} />
          </>
        }
      />
      <Stack>
        <Standing gateway={gateway} />
        {commands.error && <ErrorPanel error={commands.error} />}
        <FollowedCommand id={commands.last} away={isAway} />
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <PresencePanel gateway={gateway} />
          <IdentityPanel gateway={gateway} />
        </SimpleGrid>
        <PbxLinks gateway={gateway} actions={actions} />
        <GatewayTunnels gateway={gateway} />
        <GatewayUpdate gateway={gateway} actions={actions} />
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Panel title={t.checks} aside={<AsOf at={gateway.checkedAt} none={t.asOfNever} />}>
            <CheckList checks={gateway.checks} none={t.noChecks} />
          </Panel>
          <RecentCommands gateway={gateway.id} away={isAway} />
        </SimpleGrid>
        <GatewayLogs gateway={gateway} />
        <GatewayTrace gateway={gateway} />
        <GatewayReset gateway={gateway} issue={commands.issue} />
      </Stack>
    </>
  );
}

function PresencePanel(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  const { backlog } = gateway;
  const drops = Object.entries(backlog?.drops ?? {}).filter(([, dropped]) => dropped > 0);
  return (
    <Panel title={t.presence} aside={<AsOf at={gateway.lastSeenAt} none={t.asOfNever} />}>
      <Facts
        items={[
          [
            t.status,
            <Group key="status" gap="xs">
              <PresenceBadge presence={gateway.presence} />
              {gateway.presenceSince && (
                <span>
                  {text.gateways.since} <Age at={gateway.presenceSince} />
                </span>
              )}
            </Group>,
          ],
          [t.reason, gateway.presenceReason === null ? '–' : said(gateway.presenceReason)],
          [t.lastSeen, <Age key="seen" at={gateway.lastSeenAt} />],
          [t.waiting, backlog && `${counted(backlog.records, 'records')}, ${bytes(backlog.bytes)}`],
          [t.oldest, backlog && <Age at={backlog.oldestAt} none="–" />],
          [
            t.drops,
            backlog &&
              (drops.length === 0
                ? t.noDrops
                : drops.map(([reason, dropped]) => `${reason}: ${count(dropped)}`).join(', ')),
          ],
          [t.quarantined, count(gateway.quarantined)],
        ]}
      />
    </Panel>
  );
}

function IdentityPanel(props: { gateway: GatewayDetail }) {
  const { gateway } = props;
  return (
    <Panel title={t.identity}>
      <Facts
        items={[
          [t.hostName, gateway.hostName],
          [t.serial, gateway.serial],
          [t.addresses, gateway.addresses.join(', ')],
          [t.version, gateway.version],
          [t.timeZone, gateway.timeZone],
          [t.certificate, <Age key="certificate" at={gateway.certificateExpiresAt} />],
          [
            t.fingerprint,
            <Copied key="fingerprint" value={gateway.fingerprint} label={t.fingerprint}>
              {groupedFingerprint(gateway.fingerprint)}
            </Copied>,
          ],
          [
            t.id,
            <Copied key="id" value={gateway.id} label={t.id}>
              {gateway.id}
            </Copied>,
          ],
          [t.capabilities, gateway.capabilities.map(said).join(', ')],
        ]}
      />
    </Panel>
  );
}

const Copied = (props: { value: string; label: string; children: string }) => (
  <Group gap={4} wrap="nowrap" align="flex-start">
    <span className="dk-mono">{props.children}</span>
    <CopyButton value={props.value} label={props.label} />
  </Group>
);

function RecentCommands(props: { gateway: string; away: boolean }) {
  const page = usePaged(
    ['commands', 'list'],
    '/commands',
    Command,
    { filter: [`gateway:eq:${props.gateway}`], sort: '-issuedAt' },
    { limit: 5 },
  );
  return (
    <Panel title={t.recent}>
      {page.error ? (
        <ErrorPanel error={page.error} onRetry={page.retry} />
      ) : page.rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {page.loading ? '…' : t.noCommands}
        </Text>
      ) : (
        <Stack gap="sm">
          {page.rows.map((command) => (
            <CommandLine key={command.id} command={command} away={props.away} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}
