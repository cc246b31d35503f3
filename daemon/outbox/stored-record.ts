import { z } from 'zod';
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { DroppedRecords } from '#contract/events.ts';
import type { NewRecord, OutboxChannel, OutboxClass } from './outbox.ts';
import type { Entry } from './record-queue.ts';

const Channel = z.discriminatedUnion('channel', [
  z.object({ channel: z.literal('event') }),
  z.object({ channel: z.literal('state'), section: z.string() }),
  z.object({ channel: z.literal('users'), run: z.string(), n: z.int() }),
  z.object({ channel: z.literal('result'), command: z.string() }),
]) satisfies z.ZodType<OutboxChannel>;

/** A record on the disk. `text` is the payload exactly as it is sent. */
export const StoredRecord = z.object({
  to: Channel,
  kind: z.string(),
  at: z.number(),
  born: z.number(),
  text: z.string(),
});
export type StoredRecord = z.infer<typeof StoredRecord>;

/**
 * The payload stands behind the rest as it is: as a text within JSON it would be copied and escaped, which costs more than
 * all else with the 60 KiB of a user sync's chunk.
 */
export const recordCodec = {
  encode(value: unknown): string {
    const { text, ...head } = value as StoredRecord;
    return `${JSON.stringify(head)}\n${text}`;
  },
  decode(stored: string): unknown {
    const end = stored.indexOf('\n');
    return { ...(JSON.parse(stored.slice(0, end)) as object), text: stored.slice(end + 1) };
  },
};

/** A record whose data is already text; only its sequence number is missing. */
export interface Prepared {
  class: OutboxClass;
  to: OutboxChannel;
  kind: string;
  at: number;
  before: string;
  after: string;
  /** Payload bytes without the number. */
  bytes: number;
}

/** What of the envelope does not come from the record. */
export interface Stamp {
  boot: number;
  /** Milliseconds since 1970. */
  at: number;
  skew: number | undefined;
}

/** @throws DemarcError `link.message-too-large` */
export function prepare(record: NewRecord, stamp: Stamp): Prepared {
  const skew = stamp.skew === undefined ? '' : `,"skew":${stamp.skew}`;
  const hash = record.hash === undefined ? '' : `,"hash":${JSON.stringify(record.hash)}`;
  const before = `{"v":1,"boot":${stamp.boot},"seq":`;
  const after = `,"at":"${new Date(stamp.at).toISOString()}"${skew},"kind":${JSON.stringify(record.kind)}${hash},"data":${record.json ?? JSON.stringify(record.data ?? null)}}`;
  const bytes = Buffer.byteLength(before) + Buffer.byteLength(after);
  // Judged with the longest number, so that the answer does not depend on when the record is written.
  const most = bytes + LONGEST_NUMBER;
  if (most > MAX_MESSAGE_BYTES) throw new DemarcError('link.message-too-large', `${record.kind}, ${most} bytes`);
  return { class: record.class, to: record.to, kind: record.kind, at: stamp.at, before, after, bytes };
}

const LONGEST_NUMBER = String(Number.MAX_SAFE_INTEGER).length;

export const finish = (prepared: Prepared, seq: number): string => `${prepared.before}${seq}${prepared.after}`;

/** What belongs together: the section of a state, the run of a user sync. */
export function groupOf(to: OutboxChannel): string | undefined {
  if (to.channel === 'state') return to.section;
  return to.channel === 'users' ? to.run : undefined;
}

const Told = z.object({ data: DroppedRecords });

const lowestTold = (text: string): number =>
  Math.min(...Told.parse(JSON.parse(text)).data.ranges.map(([from]) => from));

/** The record as memory keeps it; `bytes` are those of its text, where they are known. */
export function entryOf(seq: number, record: StoredRecord, bytes = Buffer.byteLength(record.text)): Entry {
  return {
    seq,
    bytes,
    at: record.at,
    born: record.born,
    group: groupOf(record.to),
    whole: record.kind === 'section',
    tellsFrom: record.kind === 'dropped' ? lowestTold(record.text) : undefined,
  };
}
