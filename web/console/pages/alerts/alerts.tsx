import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { Alert, AlertRuleName } from '#contract/alerts.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { absoluteTime } from '#web/kit/format/age.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNow } from '#web/kit/now.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { SeverityBadge, StatusBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';

const t = text.alerts;
const DAY_MS = 86_400_000;

/** By the server's clock, which is ahead of this one by so many milliseconds. */
const inADay = (clockOffset: number): string => new Date(Date.now() + clockOffset + DAY_MS).toISOString();

const columns: readonly Column<Alert>[] = [
  {
    id: 'state',
    header: t.state,
    fixed: true,
    cell: (row) =>
      row.state === 'Open' ? (
        <SeverityBadge severity={row.severity} />
      ) : (
        <StatusBadge tone="good" icon="success">
          {t.resolved}
        </StatusBadge>
      ),
  },
  { id: 'message', header: t.alert, wrap: true, cell: (row) => row.message },
  { id: 'next', header: t.next, wrap: true, cell: (row) => (row.state === 'Open' ? row.nextStep : null) },
  {
    id: 'gateway',
    header: t.gateway,
    sort: 'gatewayName',
    cell: (row) => (
      <Anchor component={Link} href={`/gateways/${row.gateway}`} size="sm">
        {row.gatewayName}
      </Anchor>
    ),
  },
  { id: 'account', header: t.account, sort: 'accountName', cell: (row) => row.accountName },
  { id: 'rule', header: t.rule, sort: 'rule', hiddenByDefault: true, cell: (row) => t.rules[row.rule] },
  { id: 'since', header: t.since, sort: 'openedAt', cell: (row) => <Age at={row.openedAt} inRow /> },
  {
    id: 'until',
    header: t.until,
    sort: 'resolvedAt',
    hiddenByDefault: true,
    cell: (row) => <Age at={row.resolvedAt} inRow none="–" />,
  },
  { id: 'handling', header: t.handled, cell: (row) => <Handling alert={row} /> },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'state',
    label: t.state,
    kind: 'choice',
    choices: [
      { value: 'Open', label: t.open },
      { value: 'Resolved', label: t.resolved },
    ],
  },
  {
    field: 'rule',
    label: t.rule,
    kind: 'choice',
    choices: AlertRuleName.options.map((value) => ({ value, label: t.rules[value] })),
  },
  { field: 'openedAt', label: t.since, kind: 'date' },
];

/** Who is on it, and the two ways to have it quiet. */
function Handling(props: { alert: Alert }) {
  const { alert } = props;
  const api = useApi();
  const queries = useQueryClient();
  const mayEdit = useMay('settings:edit');
  const now = useNow();
  const act = useMutation({
    mutationFn: ({ verb, body }: { verb: string; body?: unknown }) =>
      api.act('POST', `/alerts/${alert.id}/${verb}`, body),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['alerts'] }),
  });
  const muted = alert.mutedUntil !== null && Date.parse(alert.mutedUntil) > now;
  const button = (label: string, verb: string, body?: () => unknown) => (
    <Button
      size="compact-xs"
      variant="default"
      loading={act.isPending}
      aria-label={`${label}: ${alert.message}`}
      onClick={() => act.mutate({ verb, body: body?.() })}
    >
      {label}
    </Button>
  );
  return (
    <Stack gap={4} align="flex-start">
      {alert.acknowledgedBy !== null && <Text size="sm">{t.acknowledgedBy(alert.acknowledgedBy)}</Text>}
      {muted && (
        <Text size="sm">
          {t.muted} {absoluteTime(alert.mutedUntil ?? '')}
        </Text>
      )}
      {alert.state === 'Open' && alert.toldAt === null && !muted && (
        <Text size="sm" c="dimmed">
          {t.notTold}
        </Text>
      )}
      {alert.state === 'Open' && mayEdit && (
        <Group gap={4}>
          {alert.acknowledgedAt === null && button(t.acknowledge, 'acknowledge')}
          {muted
            ? button(t.unmute, 'mute', () => ({ until: null }))
            : button(t.mute, 'mute', () => ({ until: inADay(api.clockOffset()) }))}
        </Group>
      )}
      {act.error && <ErrorPanel error={act.error} />}
    </Stack>
  );
}

/** Everything that was or is wrong with gateways, the open first, with what to do. */
export default function Alerts() {
  const state = useListState('-newest');
  return (
    <ListPage
      resource="alerts"
      schema={Alert}
      title={t.title}
      searchLabel={t.search}
      columns={columns}
      fields={FIELDS}
      state={state}
      empty={t.empty}
      csv
      actions={
        <Button component={Link} href="/settings/alerts" variant="default" leftSection={<Icon name="settings" />}>
          {t.settings}
        </Button>
      }
    />
  );
}
