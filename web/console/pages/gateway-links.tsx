import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import type { GatewayDetail } from '#contract/api.ts';
import type { CommandName } from '#contract/commands.ts';
import type { PbxLink } from '#contract/sections.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age, AsOf } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { Facts, Panel } from '#web/kit/panels.tsx';
import { OutcomeBadge, StatusBadge } from '#web/kit/status-badge.tsx';
import { permissionFor } from '../data/commands.ts';
import { useMay } from '../data/me.tsx';
import { text } from '../texts/en.ts';

const t = text.gateway;

interface Actions {
  issue: (name: CommandName, args?: unknown) => void;
  busy: boolean;
}

/** The telephone systems behind a gateway: last and running sync, the next one, and what each channel gives. */
export const PbxLinks = (props: { gateway: GatewayDetail } & Actions) => (
  <Panel title={t.links} aside={<AsOf at={props.gateway.linksAt} none={t.asOfNever} />}>
    {props.gateway.links.length === 0 ? (
      <Text size="sm" c="dimmed">
        {t.noLinks}
      </Text>
    ) : (
      <Stack gap="xl">
        {props.gateway.links.map((link) => (
          <LinkPart key={link.id} link={link} issue={props.issue} busy={props.busy} />
        ))}
      </Stack>
    )}
  </Panel>
);

function LinkPart(props: { link: PbxLink } & Actions) {
  const { link, issue, busy } = props;
  const maySync = useMay(permissionFor('pbx.sync'));
  const mayTest = useMay(permissionFor('pbx.test'));
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
          {maySync && (
            <Button
              size="xs"
              leftSection={<Icon name="sync" size={14} />}
              disabled={busy}
              onClick={() => issue('pbx.sync', { pbx: link.id })}
            >
              {t.syncNow}
            </Button>
          )}
          {mayTest && (
            <Button size="xs" variant="default" disabled={busy} onClick={() => issue('pbx.test', { pbx: link.id })}>
              {t.test}
            </Button>
          )}
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
          [t.channels, <Channels key="channels" link={link} />],
        ]}
      />
    </article>
  );
}

function SyncState(props: { link: PbxLink }) {
  const { running, lastSync } = props.link;
  return (
    <Stack gap={4}>
      {running && (
        <Group gap="xs" role="status">
          <OutcomeBadge outcome="Running" />
          {t.runPhase(running.phase, count(running.read))}
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
      {lastSync?.reason && (
        <Text size="sm">
          {lastSync.reason.message} {lastSync.reason.nextStep}
        </Text>
      )}
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
          {name}
        </Text>
        {via === 'none' ? (
          <StatusBadge tone="quiet" icon="off">
            {t.channelNone}
          </StatusBadge>
        ) : (
          <Text size="sm" span>
            {via}
          </Text>
        )}
        {note && (
          <Text size="sm" c="dimmed" span>
            {note}
          </Text>
        )}
      </Group>
    ))}
  </Stack>
);
