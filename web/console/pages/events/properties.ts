import type { HistoryEvent } from '#contract/api.ts';
import { text } from '../../texts/index.ts';

/** A changed property in the language of the page; one that it has no word for by its name in the API. */
export const propertyName = (property: string): string => text.events.propertyNames[property] ?? property;

/** All that an event has changed, in one line. */
export const propertiesOf = (event: Pick<HistoryEvent, 'propertiesChanged'>): string =>
  event.propertiesChanged.map(({ property }) => propertyName(property)).join(', ');
