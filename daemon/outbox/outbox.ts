import type { OutboxState } from '#contract/envelope.ts';
import type { StoreOperation } from '../store/store.ts';

/**
 * Priority and limits go by class: results and events before state, state before bulk (design section 4). Within a class
 * records leave in the order of their sequence numbers.
 */
export type OutboxClass = 'result' | 'event' | 'state' | 'bulk';

/** Which topic a record leaves on; the account and gateway are filled in when it is sent. */
export type OutboxChannel =
  | { channel: 'event' }
  | { channel: 'state'; section: string }
  | { channel: 'users'; run: string; n: number }
  | { channel: 'result'; command: string };

/** A record to send: the envelope's kind, hash and data; the outbox adds boot, seq and time. */
export interface NewRecord {
  class: OutboxClass;
  to: OutboxChannel;
  kind: string;
  data: unknown;
  hash?: string;
}

/** What the rest of the daemon sees of the outbox. What `append` has taken is on disk when it resolves. */
export interface Outbox {
  /**
   * Appends records, and whatever else must be true together with them, in one synced batch.
   * @throws DemarcError `store.full`, `link.message-too-large`
   */
  append(records: readonly NewRecord[], also?: readonly StoreOperation[]): Promise<void>;
  state(): OutboxState;
}
