import { z } from 'zod';
import { Instant } from './ids.ts';

/** The largest message on the broker connection, in bytes of the whole payload (design section 3). */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** Highest sequence number that JSON carries exactly. */
const Counter = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * The wrapper of every record that a gateway's outbox sends.
 * `boot` counts process starts on the gateway's disk; `seq` counts records on its disk and never goes back, not even
 * after the store was rebuilt; `at` is the gateway's clock and `skew` what it believes that clock to be ahead of the
 * cloud's, in milliseconds. Unknown fields are kept.
 */
export const Envelope = z.looseObject({
  v: z.literal(1),
  boot: Counter,
  seq: Counter.min(1),
  at: Instant,
  skew: z.number().optional(),
  kind: z.string().min(1).max(64),
  hash: z.string().max(128).optional(),
  data: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

/** How much the outbox holds and what it had to drop, by reason; part of every birth and health document. */
export const OutboxState = z.object({
  /** The lowest number that is still kept or owed: everything below it was acknowledged, or told as dropped. */
  low: Counter,
  /** The sequence number that the next record will get. */
  next: Counter,
  records: Counter,
  bytes: Counter,
  oldestAt: Instant.nullable(),
  /** Records dropped since the store was made, by reason such as `bulk.bytes` or `state.age`. */
  drops: z.record(z.string(), Counter),
});
export type OutboxState = z.infer<typeof OutboxState>;

/** Birth (online) and will (offline) on `up/conn`, retained. A will whose `conn` is older than the last birth is ignored. */
export const Conn = z.discriminatedUnion('online', [
  z.looseObject({
    v: z.literal(1),
    online: z.literal(true),
    boot: Counter,
    conn: Counter,
    at: Instant,
    version: z.string().max(64),
    capabilities: z.array(z.string().max(64)).max(100),
    outbox: OutboxState,
  }),
  z.looseObject({
    v: z.literal(1),
    online: z.literal(false),
    boot: Counter,
    conn: Counter,
    reason: z.string().max(64),
  }),
]);
export type Conn = z.infer<typeof Conn>;

/** `down/ack`: every record up to and including `upTo` is committed. */
export const Ack = z.looseObject({ upTo: Counter });
export type Ack = z.infer<typeof Ack>;

/** `down/ask`: what the cloud wants to be sent again. */
export const Ask = z.discriminatedUnion('what', [
  z.looseObject({ what: z.literal('birth') }),
  z.looseObject({ what: z.literal('section'), section: z.string().max(64) }),
  z.looseObject({ what: z.literal('users'), pbx: z.string().max(64) }),
]);
export type Ask = z.infer<typeof Ask>;
