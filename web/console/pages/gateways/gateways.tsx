import { Anchor, Button, Stack } from '@mantine/core';
import { Link } from 'wouter';
import { Gateway } from '#contract/api.ts';
import { Presence } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { bytes, count, counted } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { said } from '#web/kit/said.ts';
import { PresenceBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { BulkCommands } from '../commands/command-bulk.tsx';

const t = text.gateways;

const COLUMNS: readonly Column<Gateway>[] = [
  {
    id: 'name',
    header: t.name,
    sort: 'name',
    fixed: true,
    cell: (row) => (
      <Anchor component={Link} href={`/gateways/${row.id}`} size="sm" fw={500}>
        {row.name}
      </Anchor>
    ),
  },
  { id: 'account', header: t.account, cell: (row) => row.accountName },
  { id: 'presence', header: t.presence, cell: (row) => <PresenceCell gateway={row} /> },
  { id: 'lastSeen', header: t.lastSeen, sort: 'lastSeenAt', cell: (row) => <Age at={row.lastSeenAt} inRow /> },
  { id: 'backlog', header: t.backlog, cell: (row) => <BacklogCell gateway={row} /> },
  { id: 'version', header: t.version, cell: (row) => row.version },
  { id: 'pbxs', header: t.pbxs, align: 'end', cell: (row) => count(row.pbxs) },
  { id: 'users', header: t.users, align: 'end', cell: (row) => count(row.users) },
  {
    id: 'certificate',
    header: t.certificate,
    hiddenByDefault: true,
    cell: (row) => <Age at={row.certificateExpiresAt} inRow />,
  },
  {
    id: 'quarantined',
    header: t.quarantined,
    hiddenByDefault: true,
    align: 'end',
    cell: (row) => count(row.quarantined),
  },
];

const FIELDS: readonly FilterField[] = [
  {
    field: 'presence',
    label: t.presence,
    kind: 'choice',
    choices: Presence.options.map((value) => ({ value, label: kitText.presence[value] })),
  },
];

const SELECTED = {
  name: (gateway: Gateway) => gateway.name,
  actions: (gateways: Gateway[]) => <BulkCommands gateways={gateways} />,
};

/** The gateways with presence, age and reason together (GWS-3). */
export default function Gateways() {
  const state = useListState('name');
  const mayAdd = useMay('integrations:add');
  return (
    <ListPage
      resource="gateways"
      schema={Gateway}
      title={t.title}
      searchLabel={t.search}
      columns={COLUMNS}
      fields={FIELDS}
      state={state}
      empty={t.empty}
      selected={SELECTED}
      actions={
        mayAdd && (
          <Button component={Link} href="/claim" leftSection={<Icon name="plus" />}>
            {t.add}
          </Button>
        )
      }
    />
  );
}

const PresenceCell = (props: { gateway: Gateway }) => (
  <Stack gap={2} align="flex-start">
    <PresenceBadge presence={props.gateway.presence} />
    {props.gateway.presenceSince && (
      <span className="dk-dimmed dk-small">
        {t.since} <Age at={props.gateway.presenceSince} inRow />
        {props.gateway.presenceReason && ` (${said(props.gateway.presenceReason)})`}
      </span>
    )}
  </Stack>
);

function BacklogCell(props: { gateway: Gateway }) {
  const { backlog } = props.gateway;
  if (backlog === null) return null;
  const drops = Object.values(backlog.drops).reduce((sum, one) => sum + one, 0);
  return (
    <Stack gap={2}>
      {backlog.records === 0 ? (
        <span className="dk-dimmed">{t.backlogNone}</span>
      ) : (
        <span>
          {counted(backlog.records, 'records')}, {bytes(backlog.bytes)}
        </span>
      )}
      {backlog.oldestAt && (
        <span className="dk-dimmed dk-small">
          {t.oldest} <Age at={backlog.oldestAt} inRow />
        </span>
      )}
      {drops > 0 && (
        <span className="dk-small">
          {count(drops)} {t.dropped}
        </span>
      )}
    </Stack>
  );
}
