import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { OutboxState } from '#contract/envelope.ts';
import type { DaemonStore, StoreOperation, Table } from '../store/store.ts';
import { endOf, Meta, OutboxContents, recordKey, seqOf } from './contents.ts';
import { DropLedger } from './drop-ledger.ts';
import type { HighMark } from './high-mark.ts';
import { DEFAULT_LIMITS, type OutboxLimits, PRIORITY } from './limits.ts';
import type { NewRecord, Outbox, OutboxClass, SendableRecord, SendQueue } from './outbox.ts';
import { type Prepared, prepare, recordCodec, type Stamp, StoredRecord } from './stored-record.ts';

export interface DurableOutboxOptions {
  store: DaemonStore;
  /** The number of this process start, from `countBoot`. */
  boot: number;
  clock: Clock;
  log: Log;
  limits?: OutboxLimits;
  /** By how many milliseconds the clock is believed to be ahead of the cloud's, when that is known. */
  skew?: () => number | undefined;
  /** Knows what numbers were used when the store has lost its end. */
  mark?: HighMark;
}

interface Waiting {
  records: Prepared[];
  also: readonly StoreOperation[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Calls that are written with one fsync. */
const GROUP_COMMIT = 500;
/** A new store begins above all numbers of earlier starts; 2^53 leaves room for two million of them. */
const SEQS_PER_BOOT = 2 ** 32;

/** The outbox on the disk. Whatever changes it runs one after the other; appends that wait share one fsync. */
export class DurableOutbox implements Outbox, SendQueue {
  readonly #options: DurableOutboxOptions;
  readonly #records: Table<StoredRecord>;
  readonly #meta: Table<Meta>;
  readonly #ledger: DropLedger;
  readonly #contents: OutboxContents;
  readonly #listeners = new Set<() => void>();
  /** What has to be written with the next batch beside its own content. */
  #owed: StoreOperation[] = [];
  /** Numbers that were used up by writes which failed since the last one that went well. */
  #burnt: { from: number; to: number }[] = [];
  /** No number below this one is used for a new record. */
  #floor = 0;
  /** The first number of this start: the cloud can have none from here on before one was handed out. */
  #first = 1;
  #handedOut = false;
  #mustLoad = false;
  #waiting: Waiting[] = [];
  #acknowledged = 0;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: DurableOutboxOptions) {
    this.#options = options;
    const { store, clock, log, limits = DEFAULT_LIMITS } = options;
    this.#records = store.table('outbox', StoredRecord, { codec: recordCodec });
    this.#meta = store.table('outbox-meta', Meta);
    this.#ledger = new DropLedger(store);
    this.#contents = new OutboxContents({ records: this.#records, ledger: this.#ledger, limits, clock, log });
  }

  /** Reads what is on the disk. @throws DemarcError `store.damaged` */
  static async open(options: DurableOutboxOptions): Promise<DurableOutbox> {
    const outbox = new DurableOutbox(options);
    const { store, mark } = options;
    const found = await outbox.#load();
    const contents = outbox.#contents;
    const used = await mark?.read();
    if (used !== undefined && found === undefined) store.noteLoss('rebuilt', 'it was empty');
    else if (used !== undefined && used > contents.next) {
      store.noteLoss('repaired', `the records ${contents.next} to ${used - 1} were gone`);
    }
    // A repair may have lost the newest numbers; those of a boot that never ran before cannot have been used.
    if (store.health.status === 'repaired') {
      contents.next = Math.max(contents.next, options.boot * SEQS_PER_BOOT);
    }
    outbox.#owed = contents.noteGaps();
    outbox.#first = contents.next;
    return outbox;
  }

  async append(records: readonly NewRecord[], also: readonly StoreOperation[] = []): Promise<void> {
    if (records.length === 0 && also.length === 0) return;
    const stamp = this.#stamp();
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
    if (records.length > 0) for (const listener of this.#listeners) listener();
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  next(limit: number): Promise<SendableRecord[]> {
    return this.#serial(async () => {
      const contents = this.#contents;
      await this.#giveUpOld();
      if (!this.#ledger.empty) await this.#tellDrops();
      const found: SendableRecord[] = [];
      for (const type of PRIORITY) {
        if (found.length >= limit || !contents.hasMore(type)) continue;
        for await (const [seq, record] of this.#waitingOf(type, limit - found.length)) {
          contents.taken[type] = seq;
          found.push({ seq, class: type, to: record.to, kind: record.kind, payload: record.text });
        }
      }
      if (found.some(({ seq }) => seq >= this.#first)) this.#handedOut = true;
      return found;
    });
  }

  /** Records of a class that were not handed out: from memory when all of them are new, else from the disk. */
  async *#waitingOf(type: OutboxClass, limit: number): AsyncGenerator<readonly [number, StoredRecord]> {
    const fresh = this.#contents.takeFresh(type, limit);
    const range = { gt: recordKey(type, this.#contents.taken[type]), lt: endOf(type), limit };
    if (fresh !== undefined) yield* fresh;
    else for await (const [key, record] of this.#records.entries(range)) yield [seqOf(key), record];
  }

  rewind(): void {
    this.#contents.rewind();
  }

  trim(upTo: number): Promise<void> {
    this.#acknowledged = Math.max(this.#acknowledged, upTo);
    return this.#serial(async () => {
      // Acknowledgements that came in the meantime are done with the first.
      const acknowledged = this.#acknowledged;
      this.#acknowledged = 0;
      if (acknowledged === 0) return;
      if (acknowledged >= this.#contents.next || (acknowledged >= this.#first && !this.#handedOut)) {
        await this.#numberAbove(acknowledged);
        return;
      }
      const operations = PRIORITY.flatMap((type) =>
        this.#contents
          .shiftUpTo(type, acknowledged)
          .map(({ seq }) => this.#records.removeOperation(recordKey(type, seq))),
      );
      // A removal that a power cut undoes is only a record that is sent twice.
      await this.#records.writeMany(operations, { sync: false });
    });
  }

  state(): OutboxState {
    return this.#contents.state();
  }

  /** To be called when nobody appends any more. */
  async stop(): Promise<void> {
    await this.#tail;
    await this.#options.mark?.flush();
  }

  #stamp(): Stamp {
    const { boot, clock, skew } = this.#options;
    return { boot, at: clock.now(), skew: skew?.() };
  }

  #serial<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#after(this.#tail, work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #after<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    await before;
    if (this.#mustLoad) await this.#load();
    return work();
  }

  /** Reads the disk; what stood beside the records, when anything did. */
  async #load(): Promise<Meta | undefined> {
    const { boot, log } = this.#options;
    const meta = await this.#meta.get('meta');
    if (meta === undefined && boot > 1) {
      const code = 'outbox.restarted';
      log.warn({ code, boot }, 'the outbox is empty; its numbers go on above those of the last start');
    }
    await this.#contents.load(meta, boot > 1 ? boot * SEQS_PER_BOOT : 1);
    this.#contents.next = Math.max(this.#contents.next, this.#floor);
    // What was burnt is on no disk yet, so that reading has forgotten it.
    this.#owed = this.#burnt.flatMap(({ from, to }) => this.#ledger.note('store.failed', from, to));
    this.#mustLoad = false;
    return meta;
  }

  async #flush(): Promise<void> {
    const calls = this.#waiting.splice(0, GROUP_COMMIT);
    if (calls.length === 0) return;
    const from = this.#contents.next;
    try {
      const operations: StoreOperation[] = [];
      for (const call of calls) {
        for (const record of call.records) operations.push(...this.#contents.add(record));
        operations.push(...call.also);
      }
      operations.push(...this.#contents.enforceLimits());
      await this.#write(operations, from);
      for (const call of calls) call.resolve();
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  /** Writes a batch that memory is already ahead of; when it fails, memory is read again from the disk. */
  async #write(operations: readonly StoreOperation[], from: number): Promise<void> {
    const meta = this.#meta.putOperation('meta', this.#contents.meta());
    try {
      await this.#options.store.batch([...this.#owed, ...operations, meta]);
      this.#owed = [];
      this.#burnt = [];
      this.#options.mark?.note(this.#contents.next);
    } catch (error) {
      // What failed to sync may still turn up on the disk, so its numbers are not used again.
      this.#floor = this.#contents.next;
      if (this.#floor > from) this.#burnt.push({ from, to: this.#floor - 1 });
      this.#mustLoad = true;
      await this.#load().catch((cause: unknown) => {
        this.#options.log.error({ code: 'store.damaged', err: cause }, 'the outbox could not be read again');
      });
      throw error;
    }
  }

  async #giveUpOld(): Promise<void> {
    const operations = this.#contents.enforceLimits();
    if (operations.length > 0) await this.#write(operations, this.#contents.next);
  }

  async #tellDrops(): Promise<void> {
    const from = this.#contents.next;
    const operations: StoreOperation[] = [];
    for (let told = this.#ledger.take(); told !== undefined; told = this.#ledger.take()) {
      const record: NewRecord = { class: 'event', to: { channel: 'event' }, kind: 'dropped', data: told.message };
      operations.push(...told.operations, ...this.#contents.add(prepare(record, this.#stamp())));
    }
    await this.#write(operations, from);
  }

  /**
   * The cloud has numbers that this disk does not know to be used: a power cut took the end of the store's log. What was
   * appended since gets numbers that are new to the cloud, since it would take them for repetitions; what is older is
   * what the cloud has.
   */
  async #numberAbove(upTo: number): Promise<void> {
    const { boot, log } = this.#options;
    if (upTo >= (boot + 1) * SEQS_PER_BOOT) {
      log.warn({ code: 'link.malformed', upTo }, 'an acknowledgement of numbers that cannot exist is ignored');
      return;
    }
    log.error(
      { code: 'outbox.behind', upTo, next: this.#contents.next },
      'the cloud has newer numbers than the outbox',
    );
    const from = Math.max(upTo + 1, this.#contents.next);
    this.#contents.next = from;
    const operations: StoreOperation[] = [];
    for (const type of PRIORITY) {
      for (const { seq } of this.#contents.shiftUpTo(type, upTo)) {
        const key = recordKey(type, seq);
        const record = seq < this.#first ? undefined : await this.#records.get(key);
        operations.push(this.#records.removeOperation(key));
        if (record === undefined) continue;
        const text = record.text.replace(`"seq":${seq},`, `"seq":${this.#contents.next},`);
        operations.push(this.#contents.put(type, { ...record, text }));
      }
    }
    this.#first = from;
    this.rewind();
    await this.#write(operations, from);
  }
}
