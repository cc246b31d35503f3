import { HistoryEvent, ListQuery, Page } from '#contract/api.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { type EventRow, eventDto, eventsList, eventsWithin } from '../../lists/events.ts';
import { readAll, readList } from '../../lists/list.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import { type Api, answers, type Parts, visible } from '../routing.ts';

const tags = ['Events'];

const columns: CsvColumn<HistoryEvent>[] = [
  { heading: 'Time', value: (event) => event.at },
  { heading: 'Actor', value: (event) => event.actorName },
  { heading: 'Action', value: (event) => event.action },
  { heading: 'Type', value: (event) => event.type },
  { heading: 'Asset', value: (event) => event.asset },
  { heading: 'Asset id', value: (event) => event.assetId },
  { heading: 'Name', value: (event) => event.name },
  { heading: 'Severity', value: (event) => event.severity },
  { heading: 'Result', value: (event) => event.result },
  { heading: 'Message', value: (event) => event.message },
  { heading: 'Properties changed', value: (event) => JSON.stringify(event.propertiesChanged) },
  { heading: 'Details', value: (event) => JSON.stringify(event.details) },
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
    '/events.csv',
    { config, schema: { summary: 'Export events as CSV', tags, querystring: CsvQuery, response: csvAnswer } },
    async (request, reply) => {
      const within = await visible(request, store.db, request.query.account, eventsWithin);
      const rows = readAll<EventRow, HistoryEvent>(store.db, eventsList, within, request.query, clock.now(), eventDto);
      return sendCsv(reply, 'events.csv', rows, columns, request.query.bom);
    },
  );
}
