import { ActionIcon, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Integration, IntegrationState } from '#contract/api/integrations.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useIntegrationSwitch } from '../../data/integrations.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { DeleteIntegration } from './delete-integration.tsx';
import { Features } from './features.tsx';

const t = text.integrations;

const LOOK = {
  Connected: ['good', 'success'],
  Error: ['bad', 'error'],
  Incomplete: ['warn', 'dashed'],
} as const satisfies Record<IntegrationState, readonly [string, IconName]>;

const nameOf = (item: Pick<Integration, 'kind' | 'name'>): string => item.name ?? t.kinds[item.kind];

/** One line of the panel: status, what comes next, gear, switch, bin and features (INT-4, ONB-40, ONB-41). */
export function IntegrationRow(props: { item: Integration; heading: 'h2' | 'h3' }) {
  const { item, heading } = props;
  const [tone, icon] = LOOK[item.state];
  return (
    <li>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} miw={0} flex="1 1 20rem">
          <Group gap="xs">
            <Text fw={600} component={heading} size="sm" m={0}>
              {nameOf(item)}
            </Text>
            <StatusBadge tone={tone} icon={icon}>
              {t.status[item.status] ?? item.status}
            </StatusBadge>
          </Group>
          <Text size="sm" c="dimmed">
            {item.name === null ? t.about[item.kind] : t.kinds[item.kind]}
          </Text>
          {item.problem && (
            <Text size="sm">
              <span className="dk-bad">
                <Icon name="error" size={14} />
              </span>{' '}
              {sentences(said(item.problem.message), said(item.problem.nextStep))}
            </Text>
          )}
          {item.updateAvailable !== null && (
            <Text size="sm">
              <span className="dk-warn">
                <Icon name="warning" size={14} />
              </span>{' '}
              {t.update(item.updateAvailable)}
            </Text>
          )}
          <NextStep item={item} />
          {item.features.length > 0 && <Features item={item} />}
        </Stack>
        <Controls item={item} />
      </Group>
    </li>
  );
}

/** What has to be done while it is incomplete, and where. */
function NextStep(props: { item: Integration }) {
  const { item } = props;
  const mayAdd = useMay('integrations:add');
  if (item.complete || item.state === 'Connected') return null;
  if (item.kind === 'demarc-gateway' && item.subject === null) {
    return (
      mayAdd && (
        <Group>
          <Button component={Link} href="/claim" size="xs">
            {t.addGateway}
          </Button>
        </Group>
      )
    );
  }
  const href = { 'sip-trunks': '/trunks', webhooks: '/settings/alerts' }[item.kind as string];
  if (href !== undefined) {
    return (
      <Group>
        <Button component={Link} href={href} size="xs" variant="default">
          {t.complete}
        </Button>
      </Group>
    );
  }
  if (item.subject === null) return <Text size="sm">{t.onSitePbx}</Text>;
  if (item.kind !== 'demarc-gateway') return null;
  return (
    <Text size="sm">
      {item.addresses.length === 0 ? t.onSiteNoAddress : t.onSite}{' '}
      <span className="dk-mono">{item.addresses.join(', ')}</span>
    </Text>
  );
}

/** Gear, switch and bin. The bin is there while it is incomplete, and once it was switched off. */
function Controls(props: { item: Integration }) {
  const { item } = props;
  const name = nameOf(item);
  const mayEdit = useMay('integrations:edit');
  const mayDelete = useMay('integrations:delete');
  const turn = useIntegrationSwitch(item.account, item.subject ?? item.id);
  const [deleting, setDeleting] = useState(false);
  const gear = gearOf(item);
  const switchable = item.subject !== null && item.complete;
  const deletable = mayDelete && (item.subject === null ? !item.complete : !item.complete || !item.on);
  return (
    <Stack gap={4} align="flex-end">
      <Group gap="xs">
        {gear !== undefined && (
          <ActionIcon component={Link} href={gear} variant="default" size="lg" aria-label={t.configure(name)}>
            <Icon name="settings" />
          </ActionIcon>
        )}
        {switchable && (
          <Switch
            checked={item.on}
            disabled={!mayEdit || turn.isPending}
            aria-label={t.switchOf(name)}
            onChange={(event) => turn.mutate(event.currentTarget.checked)}
          />
        )}
        {deletable && (
          <ActionIcon variant="default" size="lg" aria-label={t.delete(name)} onClick={() => setDeleting(true)}>
            <Icon name="bin" />
          </ActionIcon>
        )}
      </Group>
      {switchable && !item.on && (
        <Text size="sm" maw="18rem" ta="end">
          {t.switchedOff}
        </Text>
      )}
      {turn.error && <ErrorPanel error={turn.error} />}
      {deleting && <DeleteIntegration item={item} onClose={() => setDeleting(false)} />}
    </Stack>
  );
}

/** Where what is set up is looked at and changed. */
function gearOf({ kind, gateway, complete }: Integration): string | undefined {
  if (kind === 'sip-trunks') return complete ? '/trunks' : undefined;
  if (kind === 'webhooks') return complete ? '/settings/alerts' : undefined;
  return gateway === null ? undefined : `/gateways/${gateway}`;
}
