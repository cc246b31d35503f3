import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { type Id, Instant } from '#contract/ids.ts';
import { dayOf } from '#pbx-adapters/activity/counter.ts';
import type { PbxActivity } from '#pbx-adapters/adapter.ts';
import type { DaemonStore } from '../store/store.ts';
import type { Table } from '../store/table.ts';
import type { PbxRegistry } from './pbx-registry.ts';

/** What is shown of the calls of a PBX. */
export interface CallsSeen {
  lastCallAt: Instant | null;
  callsToday: number;
}

const Kept = z.object({ at: Instant, callsToday: z.int().min(0), lastCallAt: Instant.nullable() });
type Kept = z.infer<typeof Kept>;

/** Counts go to the disk at most so often: a busy PBX has many calls a minute. */
const SAVE_EVERY_MS = 60_000;

interface Options {
  store: Pick<DaemonStore, 'table'>;
  registry: Pick<PbxRegistry, 'adapterFor' | 'list' | 'onChange'>;
  clock: Clock;
  /** IANA zone of the site: when a day starts. */
  zone: () => string;
  log: Log;
}

interface Watched {
  /** What was counted before this stream was opened. */
  before: Kept | undefined;
  now: Kept | undefined;
  savedMs: number;
  abort: AbortController;
  done: Promise<void>;
}

/** Follows the call streams of those PBXs whose settings give one. Only counts are kept, over restarts. */
export class ActivityWatch {
  readonly #options: Options;
  readonly #table: Table<Kept>;
  readonly #watched = new Map<Id, Watched>();
  #unsubscribe: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#table = options.store.table('pbx-activity', Kept);
  }

  start(): void {
    const { registry } = this.#options;
    for (const { id } of registry.list()) this.#inTurn(() => this.#open(id));
    this.#unsubscribe = registry.onChange(({ kind, id }) =>
      this.#inTurn(async () => {
        await this.#close(id);
        if (kind === 'removed') await this.#table.remove(id);
        else await this.#open(id);
      }),
    );
  }

  /** Undefined for a PBX whose calls are not followed. */
  of(pbx: Id): CallsSeen | undefined {
    const watched = this.#watched.get(pbx);
    const latest = watched?.now ?? watched?.before;
    if (!watched) return undefined;
    const isToday = latest !== undefined && this.#day(latest.at) === this.#day(instant(this.#options.clock));
    return { lastCallAt: latest?.lastCallAt ?? null, callsToday: isToday ? latest.callsToday : 0 };
  }

  /** Ends every stream; counts are on the disk then. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#inTurn(async () => {
      for (const id of this.#watched.keys()) await this.#close(id);
    });
    await this.#turn;
  }

  async #open(id: Id): Promise<void> {
    const adapter = await this.#options.registry.adapterFor(id);
    if (!adapter.activity) return;
    const abort = new AbortController();
    const watched: Watched = {
      before: await this.#table.get(id),
      now: undefined,
      savedMs: 0,
      abort,
      done: Promise.resolve(),
    };
    this.#watched.set(id, watched);
    watched.done = this.#follow(id, watched, adapter.activity(abort.signal)).catch((thrown: unknown) => {
      const { code, detail } = toDemarcError(thrown);
      this.#options.log.warn({ code, pbx: id, detail }, 'the calls of a PBX are not followed any more');
    });
  }

  async #close(id: Id): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return;
    watched.abort.abort();
    await watched.done;
    if (watched.now) await this.#save(id, watched.now);
    this.#watched.delete(id);
  }

  async #follow(id: Id, watched: Watched, stream: AsyncIterable<PbxActivity>): Promise<void> {
    for await (const { callsToday, lastCallAt } of stream) {
      const at = instant(this.#options.clock);
      const { before } = watched;
      const isSameDay = before !== undefined && this.#day(before.at) === this.#day(at);
      const total = callsToday + (isSameDay ? before.callsToday : 0);
      watched.now = { at, callsToday: total, lastCallAt: lastCallAt ?? before?.lastCallAt ?? null };
      const nowMs = this.#options.clock.now();
      if (nowMs - watched.savedMs < SAVE_EVERY_MS) continue;
      watched.savedMs = nowMs;
      await this.#save(id, watched.now);
    }
  }

  /** A full disk costs the count over a restart, not the count. */
  async #save(id: Id, count: Kept): Promise<void> {
    await this.#table.put(id, count).catch((thrown: unknown) => {
      this.#options.log.warn({ code: toDemarcError(thrown).code, pbx: id }, 'the count of calls could not be kept');
    });
  }

  #day(at: Instant): string {
    return dayOf(Date.parse(at), this.#options.zone());
  }

  /** One change after the other; a failure concerns one PBX only. */
  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((thrown: unknown) => {
      const { code, detail } = toDemarcError(thrown);
      this.#options.log.warn({ code, detail }, 'the calls of a PBX cannot be followed');
    });
  }
}
