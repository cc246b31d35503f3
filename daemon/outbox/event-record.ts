import type { GatewayEvent } from '#contract/events.ts';
import type { NewRecord } from './outbox.ts';

/** Something that happened, as a record for the outbox. */
export const eventRecord = (data: GatewayEvent): NewRecord => ({
  class: 'event',
  to: { channel: 'event' },
  kind: 'event',
  data,
});
