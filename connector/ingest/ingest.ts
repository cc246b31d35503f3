import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import type { DeviceBus, DeviceHandler, DeviceMessage } from '../bus/device-bus.ts';
import type { Commands } from '../commands/commands.ts';
import type { Store } from '../store/store.ts';
import { type AfterCommit, Batch } from './batch.ts';
import type { Parts } from './delivery.ts';
import type { IngestMetrics, Taken } from './ingest-metrics.ts';
import { Wants } from './wants.ts';

/** What one transaction takes at most. */
const BATCH = { messages: 256, bytes: 4 * 1024 * 1024 };
/** What may wait for its transaction at most; the bus holds back the rest by not acknowledging. */
const WAITING = { messages: 10_000, bytes: 64 * 1024 * 1024 };

export interface IngestOptions {
  store: Store;
  clock: Clock;
  log: Log;
  publish: DeviceBus['publish'];
  commands: Commands;
  wants?: Wants;
  /** Whether a gateway has a connection now: an old one that ends late does not make it Offline. */
  isConnected?: DeviceBus['isConnected'];
  metrics?: IngestMetrics;
}

interface Waiting {
  bytes: number;
  take: (batch: Batch) => Promise<Taken | undefined>;
  resolve: () => void;
  reject: (error: DemarcError) => void;
}

/**
 * Takes what gateways send: commits first, acknowledges afterwards (design section 3). Messages that arrive while a
 * commit runs are committed together, so one disk flush serves many of them.
 */
export class Ingest implements DeviceHandler {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #parts: Parts;
  readonly #isConnected: DeviceBus['isConnected'];
  readonly #metrics: IngestMetrics | undefined;
  readonly #announcing = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #draining: Promise<void> | undefined;

  constructor(options: IngestOptions) {
    const { store, clock, log, publish, commands } = options;
    this.#store = store;
    this.#clock = clock;
    this.#log = log.child({ part: 'ingest' });
    this.#isConnected = options.isConnected ?? (() => false);
    const wants = options.wants ?? new Wants({ store, publish });
    this.#parts = { clock, log: this.#log, commands, wants, publish };
    this.#metrics = options.metrics;
    this.#metrics?.watchQueue(() => this.#waiting.length);
  }

  /** Marks every gateway as offline until its birth; to be awaited before the bus starts. */
  async start(): Promise<void> {
    await this.#store.write(async (work) => {
      const reset = await work.db
        .updateTable('gateway')
        .set({ online: 0, presence_reason: 'connector restarted', presence_since: instant(this.#clock) })
        .where('online', '=', 1)
        .returning(['id', 'account_id'])
        .execute();
      for (const { id, account_id } of reset) work.changed({ topic: 'gateway', account: account_id, ref: id });
    });
  }

  /** Resolves when the message is committed. @throws DemarcError `link.not-stored`, `link.overloaded`: not acknowledged */
  message(message: DeviceMessage): Promise<void> {
    return this.#enqueue(message.payload.byteLength, (batch) => batch.message(message));
  }

  disconnected(address: GatewayAddress, reason: string): Promise<void> {
    return this.#enqueue(0, async (batch) => {
      if (!this.#isConnected(address.gateway)) await batch.disconnected(address, reason);
      return undefined;
    });
  }

  /** Resolves when everything that was taken is committed and announced; to be called after the bus has stopped. */
  async stop(): Promise<void> {
    await this.#draining;
    await Promise.all(this.#announcing);
  }

  #enqueue(bytes: number, take: Waiting['take']): Promise<void> {
    if (this.#waiting.length >= WAITING.messages || this.#waitingBytes + bytes > WAITING.bytes) {
      return Promise.reject(new DemarcError('link.overloaded'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, take, resolve, reject });
      this.#waitingBytes += bytes;
      this.#draining ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    // After the sockets that are ready have been read, so that what they bring shares the first transaction.
    await new Promise((ready) => setImmediate(ready));
    while (this.#waiting.length > 0) {
      await this.#commit(this.#next());
      await new Promise((ready) => setImmediate(ready));
    }
    this.#draining = undefined;
  }

  #next(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: more } of this.#waiting) {
      if (count === BATCH.messages || (count > 0 && bytes + more > BATCH.bytes)) break;
      bytes += more;
      count++;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #commit(messages: Waiting[]): Promise<void> {
    let after: AfterCommit;
    const taken: Taken[] = [];
    const began = performance.now();
    try {
      after = await this.#store.write(async (work) => {
        const batch = new Batch(work, this.#parts);
        for (const { take } of messages) {
          const one = await take(batch);
          if (one !== undefined) taken.push(one);
        }
        return batch.finish();
      });
    } catch (error) {
      this.#log.error({ code: 'link.not-stored', err: error, messages: messages.length }, 'messages were not stored');
      this.#metrics?.notStored(messages.length);
      for (const { reject } of messages) reject(new DemarcError('link.not-stored', undefined, { cause: error }));
      return;
    }
    this.#metrics?.committed(taken, (performance.now() - began) / 1000);
    for (const { resolve } of messages) resolve();
    const announcing = this.#announce(after).finally(() => this.#announcing.delete(announcing));
    this.#announcing.add(announcing);
  }

  /** What follows a commit may fail without harm: gateways and births ask again. */
  async #announce(after: AfterCommit): Promise<void> {
    for (const [what, task] of after) {
      try {
        await task();
      } catch (error) {
        this.#log.warn({ code: 'link.not-announced', err: error, what }, 'a gateway could not be told');
      }
    }
  }
}
