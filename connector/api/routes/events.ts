import { EventChoices } from '#contract/api/events.ts';
import { HistoryEvent, ListQuery } from '#contract/api.ts';
import { eventChoices } from '../../events/choices.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { type EventRow, eventDto, eventsList, eventsWithin } from '../../lists/events.ts';
import { listRoutes } from '../list-routes.ts';
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
export function eventRoutes(app: Api, parts: Parts): void {
  const { store, clock } = parts;
  const config = { access: 'events:view' } as const;

  listRoutes<EventRow, HistoryEvent>(app, parts, {
    path: '/events',
    words: 'events',
    tags,
    access: 'events:view',
    list: eventsList,
    item: HistoryEvent,
    itemOf: eventDto,
    within: (request, account) => visible(request, store.db, account, eventsWithin),
    columns,
  });

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
}
