import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { GatewayDetail } from '#contract/api.ts';
import type { PbxLink } from '#contract/sections.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age, AsOf } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { OutcomeBadge, StatusBadge } from '#web/kit/status-badge.tsx';
import { pageOf, useGatewayTunnels } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';
import { type CommandActions, CommandButton } from '../commands/command-button.tsx';
import { LaunchButton } from '../tunnels/launch-button.tsx';

const t = text.gateway;

/** The telephone systems behind a gateway: last and running sync, the next one, and what each channel gives. */
export function PbxLinks(props: { gateway: GatewayDetail; actions: CommandActions }) {
  const { gateway, actions } = props;
  const tunnels = useGatewayTunnels(gateway.id);
  return (
    <Panel title={t.links} aside={<AsOf at={gateway.linksAt} none={t.asOfNever} />}>
      {gateway.links.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t.noLinks}
        </Text>
      ) : (
        <Stack gap="xl">
          {gateway.links.map((link) => (
            <LinkPart key={link.id} link={link} page={pageOf(tunnels.data?.items, link.id)} actions={actions} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function LinkPart(props: { link: PbxLink; page: Tunnel | undefined; actions: CommandActions }) {
  const { link, page, actions } = props;
  const args = { pbx: link.id };
  return (
    <article aria-label={link.name}>
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={3} size="h6">
            {link.name}
          </Title>
          <Text size="sm" c="dimmed">
            {PBX_TYPE_NAMES[link.type]}
            {link.version && `, ${link.version}`}
          </Text>
        </div>
        <Group gap="xs">
          {page && <LaunchButton tunnel={page} />}
          <CommandButton name="pbx.sync" args={args} label={t.syncNow} icon="sync" small main actions={actions} />
          <CommandButton name="pbx.test" args={args} label={t.test} icon="check" small actions={actions} />
        </Group>
      </Group>
      <Facts
        items={[
          [t.status, <SyncState key="state" link={link} />],
          [t.address, link.address],
          [t.users, count(link.users)],
          [t.numbers, count(link.numbers)],
          [t.interval, t.everyMinutes(link.syncMinutes)],
          [t.nextSync, <Age key="next" at={link.nextSyncAt} none="–" />],
          [t.lastSuccess, <Age key="success" at={link.lastSuccessAt} />],
          ...callFacts(link),
          [t.channels, <Channels key="channels" link={link} />],
        ]}
      />
    </article>
  );
}

/** Only where calls are followed: a PBX that tells of none would otherwise look as if nobody ever called. */
function callFacts({ callsToday, lastCallAt }: PbxLink): [string, ReactNode][] {
  const facts: [string, ReactNode][] = [];
  if (callsToday !== undefined) facts.push([t.callsToday, count(callsToday)]);
  if (lastCallAt !== undefined) facts.push([t.lastCall, <Age key="call" at={lastCallAt} none={t.noCall} />]);
  return facts;
}

function SyncState(props: { link: PbxLink }) {
  const { running, lastSync } = props.link;
  return (
    <Stack gap={4}>
      {running && (
        <Group gap="xs" role="status">
          <OutcomeBadge outcome="Running" />
          {t.runPhase(said(running.phase), count(running.read))}
        </Group>
      )}
      {lastSync && (
        <Group gap="xs">
          <OutcomeBadge outcome={lastSync.outcome} />
          <Age at={lastSync.finishedAt} />
          <Anchor component={Link} href={`/sync-runs/${lastSync.run}`} size="sm">
            {t.showRun}
          </Anchor>
        </Group>
      )}
      {lastSync?.reason && <Text size="sm">{sentences(lastSync.reason.message, lastSync.reason.nextStep)}</Text>}
      {!running && !lastSync && <span className="dk-dimmed">{text.gateway.asOfNever}</span>}
    </Stack>
  );
}

/** What each channel gives; where there is none, what to do instead stands beside it (ONB-28). */
const Channels = (props: { link: PbxLink }) => (
  <Stack gap={4}>
    {Object.entries(props.link.capabilities).map(([name, { via, note }]) => (
      <Group key={name} gap="xs" align="baseline">
        <Text size="sm" fw={500} span>
          {said(name)}
        </Text>
        {via === 'none' ? (
          <StatusBadge tone="quiet" icon="off">
            {t.channelNone}
          </StatusBadge>
        ) : (
          <Text size="sm" span>
            {said(via)}
          </Text>
        )}
        {note && (
          <Text size="sm" c="dimmed" span>
            {said(note)}
          </Text>
        )}
      </Group>
    ))}
  </Stack>
);
