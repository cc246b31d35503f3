import { EventChoices } from '#contract/api/events.ts';
import { HistoryEvent, ListQuery, Page } from '#contract/api.ts';
import { eventChoices } from '../../events/choices.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { type EventRow, eventDto, eventsList, eventsWithin } from '../../lists/events.ts';
import { readAll, readList } from '../../lists/list.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import { type Api, answers, type Parts, visible } from '../routing.ts';

const tags = ['Events'];

/** As the table of the page has them (EVT-10), and what its details show beside. */
const columns: CsvColumn<HistoryEvent>[] = [
  { heading: 'Event ID', value: (event) => event.id },
  { heading: 'Actor Name', value: (event) => event.actorName },
  { heading: 'Actor ID', value: (event) => event.actorId },
  { heading: 'Action', value: (event) => event.action },
  { heading: 'Asset', value: (event) => event.asset },
  { heading: 'Asset ID', value: (event) => event.assetId },
  { heading: 'Event Date', value: (event) => event.at },
  { heading: 'Event Type', value: (event) => event.type },
  { heading: 'Properties Changed', value: (event) => JSON.stringify(event.propertiesChanged) },
  { heading: 'Core Details', value: (event) => event.message },
  { heading: 'Log Tags', value: (event) => event.tags.join(' ') },
  { heading: 'Extra Details', value: (event) => JSON.stringify(event.details) },
  { heading: 'Event', value: (event) => event.name },
  { heading: 'Severity', value: (event) => event.severity },
  { heading: 'Result', value: (event) => event.result },
  { heading: 'Request', value: (event) => event.requestId },
];

/** The event history. */
export function eventRoutes(app: Api, { store, clock }: Parts): void {
  const config = { access: 'events:view' } as const;

  app.get(
    '/events',
    {
      config,
      schema: {
        summary: 'List events, the newest first',
        tags,
        querystring: ListQuery,
        response: answers(Page(HistoryEvent)),
      },
    },
    async (request) => {
      const within = await visible(request, store.db, request.query.account, eventsWithin);
      const page = await readList<EventRow>(store.db, eventsList, within, request.query, clock.now());
      return { items: page.rows.map(eventDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/events/choices',
    {
      config,
      schema: {
        summary: 'What the filters of events can still be set to, with how many events each leads to',
        tags,
        querystring: ListQuery.pick({ account: true, q: true, filter: true }),
        response: answers(EventChoices),
      },
    },
    async (request) => {
      const within = await visible(request, store.db, request.query.account, eventsWithin);
      return eventChoices(store.db, within, request.query, clock.now());
    },
  );

  app.get(
    '/events.csv',
    { config, schema: { summary: 'Export events as CSV', tags, querystring: CsvQuery, response: csvAnswer } },
    async (request, reply) => {
      const within = await visible(request, store.db, request.query.account, eventsWithin);
      const rows = readAll<EventRow, HistoryEvent>(store.db, eventsList, within, request.query, clock.now(), eventDto);
      return sendCsv(reply, 'events.csv', rows, columns, request.query.bom);
    },
  );
}
