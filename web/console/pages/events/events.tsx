import { Button } from '@mantine/core';
import { HistoryEvent } from '#contract/api.ts';
import { EventAction, EventType } from '#contract/events.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { SeverityBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { type ListState, useListState } from '../../data/list-state.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { EventDetails } from './event-details.tsx';
import { saveEvents } from './events-csv.ts';

const t = text.events;

const columns = (state: ListState): Column<HistoryEvent>[] => [
  { id: 'id', header: t.id, hiddenByDefault: true, cell: (row) => <span className="dk-mono">{row.id}</span> },
  { id: 'actorName', header: t.actorName, cell: (row) => row.actorName },
  {
    id: 'actorId',
    header: t.actorId,
    hiddenByDefault: true,
    cell: (row) => <span className="dk-mono">{row.actorId}</span>,
  },
  {
    id: 'action',
    header: t.action,
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.action}</RowLink>,
  },
  { id: 'asset', header: t.asset, cell: (row) => row.asset },
  { id: 'date', header: t.date, sort: 'at', cell: (row) => <Age at={row.at} inRow /> },
  { id: 'type', header: t.type, hiddenByDefault: true, cell: (row) => row.type },
  {
    id: 'properties',
    header: t.properties,
    cell: (row) => row.propertiesChanged.map((change) => change.property).join(', '),
  },
  { id: 'core', header: t.core, wrap: true, cell: (row) => row.message },
  { id: 'severity', header: t.severity, cell: (row) => <SeverityBadge severity={row.severity} /> },
  { id: 'result', header: t.result, hiddenByDefault: true, cell: (row) => row.result },
  { id: 'tags', header: t.tags, hiddenByDefault: true, cell: (row) => row.tags.join(', ') },
  {
    id: 'extra',
    header: t.extra,
    hiddenByDefault: true,
    wrap: true,
    cell: (row) => (Object.keys(row.details).length === 0 ? null : JSON.stringify(row.details)),
  },
];

const words = (values: readonly string[]) => values.map((value) => ({ value, label: value }));

const FIELDS: readonly FilterField[] = [
  { field: 'action', label: t.action, kind: 'choice', choices: words(EventAction.options) },
  { field: 'type', label: t.type, kind: 'choice', choices: words(EventType.options) },
  { field: 'asset', label: t.asset, kind: 'text' },
  { field: 'actorId', label: t.actorId, kind: 'text' },
  { field: 'severity', label: t.severity, kind: 'choice', choices: words(['info', 'warning', 'error']) },
  { field: 'at', label: t.date, kind: 'date' },
];

const SELECTED = {
  name: (row: HistoryEvent) => `${row.action} ${row.asset}`,
  actions: (rows: HistoryEvent[]) =>
    rows.length > 0 && (
      <Button variant="default" leftSection={<Icon name="download" />} onClick={() => saveEvents(rows)}>
        {t.exportSelected(count(rows.length))}
      </Button>
    ),
};

const DETAILS = {
  title: (record: HistoryEvent) => `${record.action}: ${record.asset}`,
  show: (record: HistoryEvent) => <EventDetails event={record} />,
};

/** What happened, who did it and what it changed (EVT-10, EVT-11). */
export default function Events() {
  const state = useListState('-at');
  return (
    <ListPage
      resource="events"
      schema={HistoryEvent}
      title={t.title}
      searchLabel={t.search}
      columns={columns(state)}
      fields={FIELDS}
      state={state}
      empty={t.empty}
      details={DETAILS}
      csv
      selected={SELECTED}
    />
  );
}
