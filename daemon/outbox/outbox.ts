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

/**
 * A record to send: the envelope's kind, hash and data; the outbox adds boot, seq and time. `json` instead of `data` where
 * its text is there already.
 */
export interface NewRecord {
  class: OutboxClass;
  to: OutboxChannel;
  kind: string;
  data?: unknown;
  json?: string;
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

/** A record as it leaves. */
export interface SendableRecord {
  seq: number;
  class: OutboxClass;
  to: OutboxChannel;
  kind: string;
  /** The envelope, exactly as it goes on the wire. */
  payload: string;
}

/** What the cloud link sees of the outbox. */
export interface SendQueue {
  /**
   * The next records to send, most urgent class first, none twice until `rewind`. Records that were given up are told
   * by a record of kind `dropped`.
   * @throws DemarcError `store.full`
   */
  next(limit: number): Promise<SendableRecord[]>;
  /** Forgets what was handed out: after a lost connection everything that is kept is sent again. */
  rewind(): void;
  /** Forgets what the cloud has committed, up to and including this number. */
  trim(upTo: number): Promise<void>;
  /** Calls after each append; returns the way to stop that. */
  onAppended(listener: () => void): () => void;
  state(): OutboxState;
}
