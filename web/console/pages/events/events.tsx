import { Button } from '@mantine/core';
import type { EventChoices } from '#contract/api/events.ts';
import { HistoryEvent } from '#contract/api.ts';
import { EventAction, EventType } from '#contract/events.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { said } from '#web/kit/said.ts';
import { SeverityBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useEventChoices } from '../../data/event-choices.ts';
import { type ListState, useListState } from '../../data/list-state.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { EventDetails } from './event-details.tsx';
import { saveEvents } from './events-csv.ts';
import { propertiesOf } from './properties.ts';

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
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{t.actions[row.action]}</RowLink>,
  },
  { id: 'asset', header: t.asset, cell: (row) => said(row.asset) },
  { id: 'date', header: t.date, sort: 'at', cell: (row) => <Age at={row.at} inRow /> },
  { id: 'type', header: t.type, hiddenByDefault: true, cell: (row) => t.types[row.type] },
  {
    id: 'properties',
    header: t.properties,
    cell: (row) => propertiesOf(row),
  },
  { id: 'core', header: t.core, wrap: true, cell: (row) => said(row.message) },
  {
    id: 'severity',
    header: t.severity,
    hiddenByDefault: true,
    cell: (row) => <SeverityBadge severity={row.severity} />,
  },
  { id: 'result', header: t.result, hiddenByDefault: true, cell: (row) => t.results[row.result] },
  { id: 'tags', header: t.tags, hiddenByDefault: true, cell: (row) => row.tags.join(', ') },
  {
    id: 'extra',
    header: t.extra,
    hiddenByDefault: true,
    wrap: true,
    cell: (row) => (Object.keys(row.details).length === 0 ? null : JSON.stringify(row.details)),
  },
];

type Words = Readonly<Record<string, string>>;

/** The word as this language says it; one that is not ours as it came. */
const wordFor = (words: Words, word: string): string => words[word] ?? said(word);

/**
 * The filters, each with what it can still be set to and how many events that leads to (EVT-24 to EVT-27). While that is
 * not known a field offers what there is in general.
 */
function fieldsOf(choices: EventChoices | undefined): FilterField[] {
  const field = (name: keyof EventChoices, label: string, words: Words, general: readonly string[]): FilterField => ({
    field: name,
    label,
    kind: 'choice',
    choices: (choices?.[name] ?? general.map((value): EventChoices['asset'][number] => ({ value, count: 0 }))).map(
      (one) => ({
        value: one.value,
        // Two people may have one name.
        label: one.label === undefined ? wordFor(words, one.value) : `${one.label} (…${one.value.slice(-6)})`,
        ...(choices === undefined ? {} : { count: one.count }),
      }),
    ),
  });
  return [
    field('asset', t.asset, {}, []),
    field('action', t.action, t.actions, EventAction.options),
    field('type', t.type, t.types, EventType.options),
    field('actorId', t.actorId, {}, []),
    { field: 'at', label: t.date, kind: 'date' },
    field('severity', t.severity, t.severities, []),
    field('result', t.result, t.results, []),
  ];
}

const SELECTED = {
  name: (row: HistoryEvent) => `${t.actions[row.action]} ${said(row.asset)}`,
  actions: (rows: HistoryEvent[]) =>
    rows.length > 0 && (
      <Button variant="default" leftSection={<Icon name="download" />} onClick={() => saveEvents(rows)}>
        {t.exportSelected(count(rows.length))}
      </Button>
    ),
};

const DETAILS = {
  title: (record: HistoryEvent) => `${t.actions[record.action]}: ${said(record.asset)}`,
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
      fields={fieldsOf(useEventChoices(state))}
      state={state}
      empty={t.empty}
      endless={t.end}
      failed={t.failed}
      details={DETAILS}
      csv
      selected={SELECTED}
    />
  );
}
