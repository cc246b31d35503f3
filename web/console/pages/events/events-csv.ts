import type { HistoryEvent } from '#contract/api.ts';
import { toCsv } from '#web/kit/format/csv.ts';
import { said } from '#web/kit/said.ts';
import { saveCsv } from '#web/kit/save-csv.ts';
import { text } from '../../texts/index.ts';

const t = text.events;

/** Events as CSV with every column (EVT-10), for those that were ticked (EVT-13) or one whole event (EVT-23). */
export function eventsCsv(events: readonly HistoryEvent[]): string {
  return toCsv(
    [t.id, t.actorName, t.actorId, t.action, t.asset, t.date, t.type, t.properties, t.core, t.tags, t.extra, t.result],
    events.map((event) => [
      event.id,
      event.actorName,
      event.actorId,
      event.action,
      `${said(event.asset)} ${event.assetId}`.trim(),
      event.at,
      event.type,
      JSON.stringify(event.propertiesChanged),
      said(event.message),
      event.tags.join(' '),
      JSON.stringify(event.details),
      event.result,
    ]),
  );
}

/** Hands the events to the browser as a file. */
export const saveEvents = (events: readonly HistoryEvent[]): void => saveCsv('events.csv', eventsCsv(events));
