import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { OutboxState } from '#contract/envelope.ts';
import type { StoreOperation, Table } from '../store/store.ts';
import type { DropLedger } from './drop-ledger.ts';
import { MAX_AGE_STEP_MS, type OutboxLimits, PRIORITY } from './limits.ts';
import type { OutboxClass } from './outbox.ts';
import { type Entry, RecordQueue } from './record-queue.ts';
import { seqKey } from './seq-key.ts';
import { entryOf, finish, groupOf, type Prepared, type StoredRecord } from './stored-record.ts';

/** What is on the disk beside the records. */
export const Meta = z.object({
  next: z.int(),
  /** The outbox's own time and the clock when it was last looked at, in milliseconds. */
  time: z.number(),
  clock: z.number(),
  drops: z.record(z.string(), z.int()),
  /** User sync runs of which a part was given up; what else arrives of them is given up too. */
  droppedRuns: z.array(z.string()),
});
export type Meta = z.infer<typeof Meta>;

export interface ContentsOptions {
  records: Table<StoredRecord>;
  ledger: DropLedger;
  limits: OutboxLimits;
  clock: Clock;
  log: Log;
}

const DIGIT: Readonly<Record<OutboxClass, number>> = { result: 0, event: 1, state: 2, bulk: 3 };
const REMEMBERED_RUNS = 50;
/** Records that were just written are mostly sent at once; small ones need not be read from the disk again for that. */
const FRESH = { records: 64, bytes: 4096 };

/** The key of a record: iterating gives the classes by urgency and the numbers in order. */
export const recordKey = (type: OutboxClass, seq: number): string => `${DIGIT[type]}/${seqKey(seq)}`;
/** The first key after all records of a class. */
export const endOf = (type: OutboxClass): string => `${DIGIT[type]}0`;
export const seqOf = (key: string): number => Number(key.slice(2));

/**
 * What the outbox holds, as numbers in memory: counts are exact and limits cheap. Every change returns the operations
 * that make it so on the disk; whoever writes them reads everything again when writing fails.
 */
export class OutboxContents {
  readonly #options: ContentsOptions;
  #queues = emptyQueues();
  #time = 0;
  #clock: number;
  #drops: Record<string, number> = {};
  #droppedRuns: string[] = [];
  /** The newest small records, by number. What is in no queue any more is simply never asked for. */
  #fresh = new Map<number, StoredRecord>();
  /** The number that the next record gets. */
  next = 1;
  /** Up to which number each class was handed out. */
  taken = nothingTaken();

  constructor(options: ContentsOptions) {
    this.#options = options;
    this.#clock = options.clock.now();
  }

  /** Reads the disk. `fallback` is the next number of an outbox that was never written. */
  async load(meta: Meta | undefined, fallback: number): Promise<void> {
    let next = meta?.next ?? fallback;
    const queues = emptyQueues();
    for (const type of PRIORITY) {
      for await (const [key, record] of this.#options.records.entries({ gte: `${DIGIT[type]}/`, lt: endOf(type) })) {
        const seq = seqOf(key);
        queues[type].push(entryOf(seq, record));
        next = Math.max(next, seq + 1);
      }
    }
    await this.#options.ledger.load();
    this.#fresh.clear();
    this.#queues = queues;
    this.next = Math.max(next, this.next);
    this.#time = meta?.time ?? 0;
    this.#clock = meta?.clock ?? this.#options.clock.now();
    this.#drops = { ...meta?.drops };
    this.#droppedRuns = [...(meta?.droppedRuns ?? [])];
  }

  meta(): Meta {
    this.#passTime();
    const [next, time, clock, drops] = [this.next, this.#time, this.#clock, this.#drops];
    return { next, time, clock, drops, droppedRuns: this.#droppedRuns };
  }

  state(): OutboxState {
    const queues = PRIORITY.map((type) => this.#queues[type]);
    const firsts = queues.flatMap((queue) => queue.first ?? []);
    const oldest = firsts.length === 0 ? null : Math.min(...firsts.map((entry) => entry.at));
    return {
      low: Math.min(this.next, ...firsts.map((entry) => entry.seq), ...this.#givenUp()),
      next: this.next,
      records: queues.reduce((sum, queue) => sum + queue.size, 0),
      bytes: this.#bytes,
      oldestAt: oldest === null ? null : new Date(oldest).toISOString(),
      drops: { ...this.#drops },
    };
  }

  /**
   * From where on the cloud has still to learn what was given up: not told yet, or told in a record that it has not
   * acknowledged. A birth that named a higher `low` would make it report these as lost.
   */
  #givenUp(): number[] {
    const untold = this.#options.ledger.ranges().map(({ from }) => from);
    return [...untold, ...this.#queues.event.list().flatMap(({ tellsFrom }) => tellsFrom ?? [])];
  }

  /** Whether the class has records that were not handed out. */
  hasMore(type: OutboxClass): boolean {
    const { last } = this.#queues[type];
    return last !== undefined && last.seq > this.taken[type];
  }

  /**
   * The records of a class that were not handed out, at most `limit`, if memory has all of them; each is forgotten there.
   */
  takeFresh(type: OutboxClass, limit: number): [number, StoredRecord][] | undefined {
    const entries = this.#queues[type].listAfter(this.taken[type], limit);
    const found = entries?.flatMap(({ seq }): [number, StoredRecord][] => {
      const record = this.#fresh.get(seq);
      return record === undefined ? [] : [[seq, record]];
    });
    if (entries === undefined || found?.length !== entries.length) return undefined;
    for (const { seq } of entries) this.#fresh.delete(seq);
    return found;
  }

  rewind(): void {
    this.taken = nothingTaken();
  }

  add(record: Prepared): StoreOperation[] {
    const group = groupOf(record.to);
    if (record.class === 'bulk' && group !== undefined && this.#droppedRuns.includes(group)) {
      this.#count('bulk.run', 1);
      return [];
    }
    this.#passTime();
    const seq = this.next;
    const { to, kind, at } = record;
    const stored: StoredRecord = { to, kind, at, born: this.#time, text: finish(record, seq) };
    const entry = entryOf(seq, stored, record.bytes + String(seq).length);
    const superseded = record.class === 'state' ? this.#supersede(entry) : [];
    return [...superseded, this.#put(record.class, stored, entry)];
  }

  /** Puts a stored record under the next number. */
  put(type: OutboxClass, stored: StoredRecord): StoreOperation {
    return this.#put(type, stored, entryOf(this.next, stored));
  }

  #put(type: OutboxClass, stored: StoredRecord, entry: Entry): StoreOperation {
    this.next += 1;
    this.#queues[type].push(entry);
    this.#keepFresh(entry, stored);
    return this.#options.records.putOperation(recordKey(type, entry.seq), stored);
  }

  #keepFresh({ seq, bytes }: Entry, stored: StoredRecord): void {
    if (bytes > FRESH.bytes) return;
    this.#fresh.set(seq, stored);
    const [oldest] = this.#fresh.keys();
    if (this.#fresh.size > FRESH.records && oldest !== undefined) this.#fresh.delete(oldest);
  }

  /** Takes out everything up to and including `upTo`. */
  shiftUpTo(type: OutboxClass, upTo: number): Entry[] {
    return this.#queues[type].shiftUpTo(upTo);
  }

  enforceLimits(): StoreOperation[] {
    this.#passTime();
    const { limits } = this.#options;
    const operations: StoreOperation[] = [];
    for (const type of PRIORITY) {
      const queue = this.#queues[type];
      const limit = limits.classes[type];
      const reasonFor = (entry: Entry): string | undefined => {
        if (this.#time - entry.born > limit.ageMs) return `${type}.age`;
        return queue.bytes > limit.bytes ? `${type}.bytes` : undefined;
      };
      operations.push(...this.#dropWhile(type, reasonFor));
    }
    for (const type of PRIORITY.toReversed()) {
      operations.push(...this.#dropWhile(type, () => (this.#bytes > limits.bytes ? `${type}.total` : undefined)));
    }
    return operations;
  }

  /** Numbers that are neither here nor known as given up: a damaged log loses records from its middle. */
  noteGaps(): StoreOperation[] {
    const { ledger } = this.#options;
    const known = [
      ...PRIORITY.flatMap((type) => this.#queues[type].list().map(({ seq }) => ({ from: seq, to: seq }))),
      ...ledger.ranges(),
    ].sort((a, b) => a.from - b.from);
    const operations: StoreOperation[] = [];
    let expected = known[0]?.from;
    if (expected === undefined) return operations;
    for (const range of [...known, { from: this.next, to: this.next }]) {
      if (range.from > expected) operations.push(...ledger.note('store.gap', expected, range.from - 1));
      expected = Math.max(expected, range.to + 1);
    }
    return operations;
  }

  get #bytes(): number {
    return PRIORITY.reduce((sum, type) => sum + this.#queues[type].bytes, 0);
  }

  /** An older document of the section is worth nothing, unless the news is only that it is unchanged. */
  #supersede(entry: Entry): StoreOperation[] {
    const old = this.#queues.state.remove(
      (other) => other.seq > this.taken.state && other.group === entry.group && (entry.whole || !other.whole),
    );
    return this.#forget('state', old, 'state.superseded');
  }

  #dropWhile(type: OutboxClass, reasonFor: (entry: Entry) => string | undefined): StoreOperation[] {
    const operations: StoreOperation[] = [];
    const queue = this.#queues[type];
    for (let entry = queue.firstToDrop(); entry !== undefined; entry = queue.firstToDrop()) {
      const reason = reasonFor(entry);
      if (reason === undefined) break;
      const dropped = this.#takeOut(type, entry);
      this.#count(reason, dropped.length);
      operations.push(...this.#forget(type, dropped, reason));
    }
    return operations;
  }

  /** A user sync run goes as a whole: the cloud could do nothing with the rest of it. */
  #takeOut(type: OutboxClass, entry: Entry): Entry[] {
    if (type === 'bulk' && entry.group !== undefined) {
      this.#droppedRuns = [...this.#droppedRuns, entry.group].slice(-REMEMBERED_RUNS);
      return this.#queues.bulk.remove((other) => other.group === entry.group && other.tellsFrom === undefined);
    }
    const queue = this.#queues[type];
    return queue.first === entry ? queue.shiftUpTo(entry.seq) : queue.remove((other) => other === entry);
  }

  #forget(type: OutboxClass, entries: readonly Entry[], reason: string): StoreOperation[] {
    const { records, ledger } = this.#options;
    return entries.flatMap((entry) => [
      records.removeOperation(recordKey(type, entry.seq)),
      ...ledger.note(reason, entry.seq, entry.seq),
    ]);
  }

  #count(reason: string, records: number): void {
    if (this.#drops[reason] === undefined) {
      const code = 'outbox.dropped';
      this.#options.log.warn({ code, reason }, 'the outbox gives up records; the cloud is told which');
    }
    this.#drops[reason] = (this.#drops[reason] ?? 0) + records;
  }

  #passTime(): void {
    const now = this.#options.clock.now();
    this.#time += Math.min(Math.max(now - this.#clock, 0), MAX_AGE_STEP_MS);
    this.#clock = now;
  }
}

const emptyQueues = (): Record<OutboxClass, RecordQueue> => ({
  result: new RecordQueue(),
  event: new RecordQueue(),
  state: new RecordQueue(),
  bulk: new RecordQueue(),
});

const nothingTaken = (): Record<OutboxClass, number> => ({ result: 0, event: 0, state: 0, bulk: 0 });
