import { ActionIcon, Anchor, Button, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Notification, NotificationState } from '#contract/api/notifications.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts } from '#web/kit/panels.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { type ListState, useListState } from '../../data/list-state.ts';
import {
  notificationHref,
  notificationOutcome,
  notificationTitle,
  useMarkNotifications,
} from '../../data/notifications.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { NotificationBadge, NotificationReason } from './notification-line.tsx';

const t = text.notifications;

const FIELDS: readonly FilterField[] = [
  {
    field: 'state',
    label: t.state,
    kind: 'choice',
    choices: NotificationState.options.map((value) => ({ value, label: t.states[value] })),
  },
  {
    field: 'kind',
    label: t.kind,
    kind: 'choice',
    choices: Notification.shape.kind.options.map((value) => ({ value, label: t.kinds[value] })),
  },
  {
    field: 'read',
    label: t.read,
    kind: 'choice',
    choices: [
      { value: 'no', label: t.reads.no },
      { value: 'yes', label: t.reads.yes },
    ],
  },
  { field: 'at', label: t.at, kind: 'date' },
];

type Marks = ReturnType<typeof useMarkNotifications>;

const columns = (state: ListState, marks: Marks): Column<Notification>[] => [
  {
    id: 'what',
    header: t.what,
    fixed: true,
    wrap: true,
    cell: (row) => (
      <RowLink
        onClick={() => {
          state.show(row.id);
          if (!row.read) marks.read([row.id]);
        }}
      >
        {notificationTitle(row)}
      </RowLink>
    ),
  },
  { id: 'state', header: t.state, cell: (row) => <NotificationBadge of={row} /> },
  { id: 'gateway', header: t.gateway, cell: (row) => row.gatewayName },
  { id: 'account', header: t.account, cell: (row) => row.accountName },
  { id: 'at', header: t.at, sort: 'at', cell: (row) => <Age at={row.at} inRow /> },
  { id: 'read', header: t.read, cell: (row) => (row.read ? t.reads.yes : <strong>{t.reads.no}</strong>) },
  {
    id: 'delete',
    header: t.delete,
    cell: (row) => (
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t.deleteOf(notificationTitle(row))}
        onClick={() => marks.remove(row.id)}
      >
        <Icon name="bin" />
      </ActionIcon>
    ),
  },
];

function Details(props: { of: Notification }) {
  const one = props.of;
  const outcome = notificationOutcome(one);
  return (
    <Stack>
      <Facts
        items={[
          [t.kind, t.kinds[one.kind]],
          [t.state, <NotificationBadge key="state" of={one} />],
          [t.at, <Age key="at" at={one.at} />],
          [t.gateway, one.gatewayName ?? '–'],
          [t.account, one.accountName],
        ]}
      />
      {outcome && <Text size="sm">{outcome}</Text>}
      {one.reason && <NotificationReason reason={one.reason} />}
      <Anchor component={Link} href={notificationHref(one)} size="sm">
        {one.gateway === null ? t.toImport : t.toGateway}
      </Anchor>
    </Stack>
  );
}

const DETAILS = { title: notificationTitle, show: (one: Notification) => <Details of={one} /> };

/** Everything that the person was told in the last 30 days. */
export default function Notifications() {
  const state = useListState('-at');
  const marks = useMarkNotifications();
  return (
    <>
      {marks.error && <ErrorPanel error={marks.error} />}
      <ListPage
        resource="notifications"
        schema={Notification}
        title={t.title}
        note={t.note}
        searchLabel={t.search}
        columns={columns(state, marks)}
        fields={FIELDS}
        state={state}
        empty={t.empty}
        details={DETAILS}
        actions={
          <Button variant="default" onClick={() => marks.read('all')}>
            {t.readAll}
          </Button>
        }
      />
    </>
  );
}
