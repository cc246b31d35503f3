import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Alert } from '#contract/alerts.ts';
import { Gateway, MAX_PAGE, SyncRun } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { OutcomeBadge, PresenceBadge, SeverityBadge } from '#web/kit/status-badge.tsx';
import { useList } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { newestPerPbx } from '../../data/newest-runs.ts';
import { text } from '../../texts/index.ts';

const t = text.home;

interface Matter {
  id: string;
  badge: ReactNode;
  title: string;
  says: string;
  at: string | null;
  href: string;
  action: string;
}

/** What does not go by itself: held runs first, then failed syncs, open alerts, and gateways that are away. */
export function Attention() {
  const maySeeRuns = useMay('integrations:view');
  const maySeeGateways = useMay('support:view');
  const runs = useList('sync-runs', SyncRun, { sort: '-startedAt' }, { enabled: maySeeRuns, limit: MAX_PAGE });
  const gateways = useList(
    'gateways',
    Gateway,
    { filter: ['presence:in:Offline,Stale,Never connected'], sort: 'name' },
    { enabled: maySeeGateways },
  );
  const maySeeAlerts = useMay('settings:view');
  const alerts = useList(
    'alerts',
    Alert,
    { filter: ['state:eq:Open', 'acknowledgedAt:missing'] },
    { enabled: maySeeAlerts },
  );
  if (!maySeeRuns && !maySeeGateways && !maySeeAlerts) return null;
  const error = runs.error ?? gateways.error ?? alerts.error;
  const matters = [...runMatters(runs.rows), ...alertMatters(alerts.rows), ...gatewayMatters(gateways.rows)];
  const loading = runs.loading || gateways.loading || alerts.loading;
  return (
    <Panel
      title={t.first}
      aside={
        maySeeAlerts &&
        alerts.total !== undefined && (
          <Anchor component={Link} href="/alerts" size="sm">
            {text.alerts.allAlerts(count(alerts.total))}
          </Anchor>
        )
      }
    >
      {error !== null && error !== undefined ? (
        <ErrorPanel
          error={error}
          onRetry={() => {
            runs.retry();
            gateways.retry();
            alerts.retry();
          }}
        />
      ) : (
        <div aria-live="polite">
          {matters.length === 0 ? (
            <Text size="sm" c="dimmed">
              {loading ? t.loading : t.nothing}
            </Text>
          ) : (
            <Stack gap="sm">
              {matters.map((matter) => (
                <Line key={matter.id} matter={matter} />
              ))}
            </Stack>
          )}
        </div>
      )}
    </Panel>
  );
}

const Line = (props: { matter: Matter }) => (
  <Group justify="space-between" gap="xs">
    <Group gap="xs">
      {props.matter.badge}
      <Text size="sm" fw={600}>
        {props.matter.title}
      </Text>
      <Text size="sm">{props.matter.says}</Text>
      <Text size="sm" c="dimmed" component="span">
        <Age at={props.matter.at} />
      </Text>
    </Group>
    <Anchor
      component={Link}
      href={props.matter.href}
      size="sm"
      aria-label={`${props.matter.action}: ${props.matter.title}`}
    >
      {props.matter.action}
    </Anchor>
  </Group>
);

function runMatters(runs: readonly SyncRun[]): Matter[] {
  const held = runs.filter((run) => run.hold === 'open');
  const bad = newestPerPbx(runs).filter((run) => run.outcome === 'Failed' || run.outcome === 'Partial');
  return [...held, ...bad].map((run) => ({
    id: run.id,
    badge: <OutcomeBadge outcome={run.outcome} />,
    title: run.pbxName,
    says: run.reason?.message ?? (run.outcome === 'Held' ? t.held : run.outcome === 'Failed' ? t.failed : t.partial),
    at: run.startedAt,
    href: `/sync-runs/${run.id}`,
    action: run.outcome === 'Held' ? t.decide : t.open,
  }));
}

/** Alerts of which no other line here tells: held runs and gateways that are away stand for themselves. */
function alertMatters(alerts: readonly Alert[]): Matter[] {
  return alerts
    .filter(({ rule }) => rule !== 'sync-held' && rule !== 'gateway-offline')
    .map((alert) => ({
      id: alert.id,
      badge: <SeverityBadge severity={alert.severity} />,
      title: alert.gatewayName,
      says: alert.message,
      at: alert.openedAt,
      href: `/gateways/${alert.gateway}`,
      action: t.open,
    }));
}

function gatewayMatters(gateways: readonly Gateway[]): Matter[] {
  const says = { Offline: t.offline, Stale: t.stale, 'Never connected': t.neverConnected } as const;
  return gateways.flatMap((gateway) => {
    const { presence } = gateway;
    if (presence !== 'Offline' && presence !== 'Stale' && presence !== 'Never connected') return [];
    return [
      {
        id: gateway.id,
        badge: <PresenceBadge presence={presence} />,
        title: gateway.name,
        says: says[presence],
        at: gateway.presenceSince ?? gateway.lastSeenAt,
        href: `/gateways/${gateway.id}`,
        action: t.open,
      },
    ];
  });
}
