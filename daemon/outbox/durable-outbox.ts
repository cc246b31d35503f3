import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { OutboxState } from '#contract/envelope.ts';
import type { DaemonStore, StoreOperation, Table } from '../store/store.ts';
import { DropLedger } from './drop-ledger.ts';
import { DEFAULT_LIMITS, MAX_AGE_STEP_MS, type OutboxLimits, PRIORITY } from './limits.ts';
import type { NewRecord, Outbox, OutboxClass, SendableRecord, SendQueue } from './outbox.ts';
import { type Entry, RecordQueue } from './record-queue.ts';
import { seqKey } from './seq-key.ts';
import { entryOf, finish, groupOf, type Prepared, prepare, type Stamp, StoredRecord } from './stored-record.ts';

const Meta = z.object({
  next: z.int(),
  /** The outbox's own time and the clock when it was last looked at, in milliseconds. */
  time: z.number(),
  clock: z.number(),
  drops: z.record(z.string(), z.int()),
  /** User sync runs of which a part was given up; what else arrives of them is given up too. */
  droppedRuns: z.array(z.string()),
});

export interface DurableOutboxOptions {
  store: DaemonStore;
  /** The number of this process start, from `countBoot`. */
  boot: number;
  clock: Clock;
  log: Log;
  limits?: OutboxLimits;
  /** By how many milliseconds the clock is believed to be ahead of the cloud's, when that is known. */
  skew?: () => number | undefined;
}

interface Waiting {
  records: Prepared[];
  also: readonly StoreOperation[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

const DIGIT: Readonly<Record<OutboxClass, number>> = { result: 0, event: 1, state: 2, bulk: 3 };
const recordKey = (type: OutboxClass, seq: number): string => `${DIGIT[type]}/${seqKey(seq)}`;

/** Calls that are written with one fsync. */
const GROUP_COMMIT = 500;
const REMEMBERED_RUNS = 50;
const SEQS_PER_BOOT = 2 ** 32;

/**
 * The outbox on the disk. Memory holds a few numbers of each record, so that limits and counts are exact and cheap; the
 * records themselves stay on the disk. Everything that changes it runs one after the other.
 */
export class DurableOutbox implements Outbox, SendQueue {
  readonly #options: DurableOutboxOptions;
  readonly #limits: OutboxLimits;
  readonly #records: Table<StoredRecord>;
  readonly #meta: Table<z.output<typeof Meta>>;
  readonly #ledger: DropLedger;
  readonly #listeners = new Set<() => void>();
  #queues = emptyQueues();
  #taken = nothingTaken();
  #next = 1;
  #time = 0;
  #clock = 0;
  #drops: Record<string, number> = {};
  #droppedRuns: string[] = [];
  /** What has to be written with the next batch, because the last one failed. */
  #owed: StoreOperation[] = [];
  #mustLoad = false;
  #waiting: Waiting[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: DurableOutboxOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#records = options.store.table('outbox', StoredRecord);
    this.#meta = options.store.table('outbox-meta', Meta);
    this.#ledger = new DropLedger(options.store);
  }

  /** Reads what is on the disk. */
  static async open(options: DurableOutboxOptions): Promise<DurableOutbox> {
    const outbox = new DurableOutbox(options);
    await outbox.#load();
    // A repair may have lost the newest numbers; those of a boot that never ran before cannot have been used.
    if (options.store.health.status === 'repaired') {
      outbox.#next = Math.max(outbox.#next, options.boot * SEQS_PER_BOOT);
    }
    outbox.#owed = outbox.#noteGaps();
    return outbox;
  }

  async append(records: readonly NewRecord[], also: readonly StoreOperation[] = []): Promise<void> {
    if (records.length === 0 && also.length === 0) return;
    const { boot, clock, skew } = this.#options;
    const stamp: Stamp = { boot, at: clock.now(), skew: skew?.() };
    const prepared = records.map((record) => prepare(record, stamp));
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ records: prepared, also, resolve, reject });
    });
    const call = this.#waiting.at(-1);
    try {
      await Promise.all([written, this.#serial(() => this.#flush())]);
    } catch (error) {
      this.#waiting = this.#waiting.filter((other) => other !== call);
      throw error;
    }
    for (const listener of this.#listeners) listener();
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  next(limit: number): Promise<SendableRecord[]> {
    return this.#serial(async () => {
      await this.#giveUpOld();
      if (!this.#ledger.empty) await this.#tellDrops();
      const found: SendableRecord[] = [];
      for (const type of PRIORITY) {
        const queue = this.#queues[type];
        if (found.length >= limit) break;
        if (queue.last === undefined || queue.last.seq <= this.#taken[type]) continue;
        const range = {
          gt: recordKey(type, this.#taken[type]),
          lt: `${DIGIT[type]}0`,
          limit: limit - found.length,
        };
        for await (const [key, record] of this.#records.entries(range)) {
          const seq = Number(key.slice(2));
          this.#taken[type] = seq;
          found.push({ seq, class: type, to: record.to, kind: record.kind, payload: record.text });
        }
      }
      return found;
    });
  }

  rewind(): void {
    this.#taken = nothingTaken();
  }

  trim(upTo: number): Promise<void> {
    return this.#serial(async () => {
      if (upTo >= this.#next) {
        await this.#numberAbove(upTo);
        return;
      }
      const operations: StoreOperation[] = [];
      for (const type of PRIORITY) {
        for (const entry of this.#queues[type].shiftUpTo(upTo)) {
          operations.push(this.#records.removeOperation(recordKey(type, entry.seq)));
        }
      }
      // A removal that a power cut undoes is only a record that is sent twice.
      await this.#records.writeMany(operations, { sync: false });
    });
  }

  state(): OutboxState {
    const queues = PRIORITY.map((type) => this.#queues[type]);
    const firsts = queues.flatMap((queue) => queue.first ?? []);
    const oldest = firsts.length === 0 ? null : Math.min(...firsts.map((entry) => entry.at));
    return {
      low: Math.min(this.#next, ...firsts.map((entry) => entry.seq)),
      next: this.#next,
      records: queues.reduce((sum, queue) => sum + queue.size, 0),
      bytes: this.#bytes,
      oldestAt: oldest === null ? null : new Date(oldest).toISOString(),
      drops: { ...this.#drops },
    };
  }

  get #bytes(): number {
    return PRIORITY.reduce((sum, type) => sum + this.#queues[type].bytes, 0);
  }

  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(async () => {
      if (this.#mustLoad) await this.#load();
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #load(): Promise<void> {
    const meta = await this.#meta.get('meta');
    const { boot, clock, log } = this.#options;
    if (meta === undefined && boot > 1) {
      log.warn(
        { code: 'outbox.restarted', boot },
        'the outbox is empty; its numbers go on above those of the last start',
      );
    }
    let next = meta?.next ?? (boot > 1 ? boot * SEQS_PER_BOOT : 1);
    const queues = emptyQueues();
    for (const type of PRIORITY) {
      for await (const [key, record] of this.#records.entries({ gte: `${DIGIT[type]}/`, lt: `${DIGIT[type]}0` })) {
        const seq = Number(key.slice(2));
        queues[type].push(entryOf(seq, record));
        next = Math.max(next, seq + 1);
      }
    }
    await this.#ledger.load();
    this.#queues = queues;
    this.#next = Math.max(next, this.#next);
    this.#time = meta?.time ?? 0;
    this.#clock = meta?.clock ?? clock.now();
    this.#drops = { ...meta?.drops };
    this.#droppedRuns = [...(meta?.droppedRuns ?? [])];
    this.#mustLoad = false;
  }

  /** Numbers that are neither here nor known as given up: a damaged log loses records from its middle. */
  #noteGaps(): StoreOperation[] {
    const known = [
      ...PRIORITY.flatMap((type) => this.#queues[type].list().map(({ seq }) => ({ from: seq, to: seq }))),
      ...this.#ledger.ranges(),
    ].sort((a, b) => a.from - b.from);
    const operations: StoreOperation[] = [];
    let expected = known[0]?.from;
    if (expected === undefined) return operations;
    for (const range of [...known, { from: this.#next, to: this.#next }]) {
      if (range.from > expected) operations.push(...this.#ledger.note('store.gap', expected, range.from - 1));
      expected = Math.max(expected, range.to + 1);
    }
    return operations;
  }

  async #flush(): Promise<void> {
    const calls = this.#waiting.splice(0, GROUP_COMMIT);
    if (calls.length === 0) return;
    const from = this.#next;
    try {
      const operations = [...this.#owed];
      for (const call of calls) {
        for (const record of call.records) operations.push(...this.#add(record));
        operations.push(...call.also);
      }
      operations.push(...this.#enforceLimits(), this.#metaOperation());
      await this.#write(operations, from);
      for (const call of calls) call.resolve();
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  /** Writes a batch that memory is already ahead of; when it fails, memory is read again from the disk. */
  async #write(operations: readonly StoreOperation[], from: number): Promise<void> {
    try {
      await this.#options.store.batch(operations);
      this.#owed = [];
    } catch (error) {
      const burnt = this.#next;
      this.#mustLoad = true;
      try {
        await this.#load();
        // What failed to sync may still turn up on the disk, so its numbers are not used again.
        this.#next = burnt;
        this.#owed = burnt > from ? this.#ledger.note('store.failed', from, burnt - 1) : [];
      } catch (cause) {
        this.#options.log.error({ code: 'store.damaged', err: cause }, 'the outbox could not be read again');
      }
      throw error;
    }
  }

  #add(record: Prepared): StoreOperation[] {
    const group = groupOf(record.to);
    if (record.class === 'bulk' && group !== undefined && this.#droppedRuns.includes(group)) {
      this.#count('bulk.run', 1);
      return [];
    }
    this.#passTime();
    const seq = this.#next;
    this.#next += 1;
    const stored: StoredRecord = {
      to: record.to,
      kind: record.kind,
      at: record.at,
      born: this.#time,
      text: finish(record, seq),
    };
    const entry = entryOf(seq, stored);
    const operations = record.class === 'state' ? this.#supersede(entry) : [];
    this.#queues[record.class].push(entry);
    operations.push(this.#records.putOperation(recordKey(record.class, seq), stored));
    return operations;
  }

  /** An older document of the section is worth nothing, unless the news is only that it is unchanged. */
  #supersede(entry: Entry): StoreOperation[] {
    const old = this.#queues.state.remove(
      (other) => other.seq > this.#taken.state && other.group === entry.group && (entry.whole || !other.whole),
    );
    return this.#forget('state', old, 'state.superseded');
  }

  #enforceLimits(): StoreOperation[] {
    this.#passTime();
    const operations: StoreOperation[] = [];
    for (const type of PRIORITY) {
      const queue = this.#queues[type];
      const limit = this.#limits.classes[type];
      const isOver = (entry: Entry): string | undefined => {
        if (this.#time - entry.born > limit.ageMs) return `${type}.age`;
        return queue.bytes > limit.bytes ? `${type}.bytes` : undefined;
      };
      operations.push(...this.#dropWhile(type, isOver));
    }
    for (const type of PRIORITY.toReversed()) {
      operations.push(...this.#dropWhile(type, () => (this.#bytes > this.#limits.bytes ? `${type}.total` : undefined)));
    }
    return operations;
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
      return this.#queues.bulk.remove((other) => other.group === entry.group && !other.keep);
    }
    const queue = this.#queues[type];
    return queue.first === entry ? queue.shiftUpTo(entry.seq) : queue.remove((other) => other === entry);
  }

  #forget(type: OutboxClass, entries: readonly Entry[], reason: string): StoreOperation[] {
    return entries.flatMap((entry) => [
      this.#records.removeOperation(recordKey(type, entry.seq)),
      ...this.#ledger.note(reason, entry.seq, entry.seq),
    ]);
  }

  #count(reason: string, records: number): void {
    if (this.#drops[reason] === undefined) {
      this.#options.log.warn(
        { code: 'outbox.dropped', reason },
        'the outbox gives up records; the cloud is told which',
      );
    }
    this.#drops[reason] = (this.#drops[reason] ?? 0) + records;
  }

  async #giveUpOld(): Promise<void> {
    const operations = this.#enforceLimits();
    if (operations.length > 0) await this.#write([...operations, this.#metaOperation()], this.#next);
  }

  async #tellDrops(): Promise<void> {
    const from = this.#next;
    const operations = [...this.#owed];
    const { boot, clock, skew } = this.#options;
    for (let told = this.#ledger.take(); told !== undefined; told = this.#ledger.take()) {
      const record: NewRecord = { class: 'event', to: { channel: 'event' }, kind: 'dropped', data: told.message };
      operations.push(...told.operations, ...this.#add(prepare(record, { boot, at: clock.now(), skew: skew?.() })));
    }
    await this.#write([...operations, this.#metaOperation()], from);
  }

  /**
   * The cloud has numbers that this disk does not know to be used: a power cut took the end of the store's log. What is
   * kept gets numbers that are new to the cloud, since it would take them for repetitions.
   */
  async #numberAbove(upTo: number): Promise<void> {
    const { boot, log } = this.#options;
    if (upTo >= (boot + 1) * SEQS_PER_BOOT) {
      log.warn({ code: 'link.malformed', upTo }, 'an acknowledgement of numbers that cannot exist is ignored');
      return;
    }
    log.error({ code: 'outbox.behind', upTo, next: this.#next }, 'the cloud has newer numbers than the outbox');
    const from = upTo + 1;
    this.#next = from;
    const operations: StoreOperation[] = [];
    for (const type of PRIORITY) {
      const entries = this.#queues[type].shiftUpTo(upTo);
      for (const { seq } of entries) {
        const key = recordKey(type, seq);
        const record = await this.#records.get(key);
        if (record === undefined) continue;
        const stored = { ...record, text: record.text.replace(`"seq":${seq},`, `"seq":${this.#next},`) };
        operations.push(
          this.#records.removeOperation(key),
          this.#records.putOperation(recordKey(type, this.#next), stored),
        );
        this.#queues[type].push(entryOf(this.#next, stored));
        this.#next += 1;
      }
    }
    this.rewind();
    await this.#write([...operations, this.#metaOperation()], from);
  }

  #metaOperation(): StoreOperation {
    this.#passTime();
    const [next, time, clock, drops] = [this.#next, this.#time, this.#clock, this.#drops];
    return this.#meta.putOperation('meta', { next, time, clock, drops, droppedRuns: this.#droppedRuns });
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
