import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { type Id, Instant } from '#contract/ids.ts';
import { NumberRun } from '#contract/numbers.ts';
import type { DaemonStore } from '../store/store.ts';
import type { Table } from '../store/table.ts';
import { NumberIntake } from './number-runs.ts';
import type { PbxRegistry } from './pbx-registry.ts';

const Count = z.object({ numbers: z.int().min(0) });
type Count = z.infer<typeof Count>;

/** The numbers themselves, of a PBX that was asked for them. */
const NumberList = z.object({
  readAt: Instant,
  dids: z.array(NumberRun),
  ranges: z.array(NumberRun),
  omitted: z.int().min(0),
});
export type NumberList = z.infer<typeof NumberList>;

/** Numbers seldom change, and some PBXs can only tell them by giving everything once more. */
const COUNT_EVERY_MS = 3_600_000;
const LIMIT_MS = 300_000;

interface Options {
  store: Pick<DaemonStore, 'table'>;
  registry: Pick<PbxRegistry, 'adapterFor' | 'list' | 'onChange'>;
  clock: Clock;
  log: Log;
  /** After each count that differs. */
  onCount: () => void;
  /** After the numbers themselves were read. */
  onList?: () => void;
}

/** How many direct-dial numbers and ranges each PBX has and which, read beside its syncs and kept over restarts. */
export class NumberCounts {
  readonly #options: Options;
  readonly #table: Table<Count>;
  /** Read from the disk when they are sent, which is seldom. */
  readonly #lists: Table<NumberList>;
  readonly #counts = new Map<Id, Count>();
  /** When each was counted since the start, with the settings that it has now. */
  readonly #fresh = new Map<Id, number>();
  readonly #counting = new Map<Id, Promise<void>>();
  readonly #stop = new AbortController();

  private constructor(options: Options, table: Table<Count>) {
    this.#options = options;
    this.#table = table;
    this.#lists = options.store.table('pbx-number-lists', NumberList);
  }

  static async open(options: Options): Promise<NumberCounts> {
    const counts = new NumberCounts(options, options.store.table('pbx-numbers', Count));
    for await (const [pbx, count] of counts.#table.entries()) counts.#counts.set(pbx, count);
    options.registry.onChange(({ kind, id }) => {
      counts.#fresh.delete(id);
      if (kind === 'removed') counts.#forget(id);
    });
    return counts;
  }

  /** The last count; 0 where none was made or the PBX tells none. */
  of(pbx: Id): number {
    return this.#counts.get(pbx)?.numbers ?? 0;
  }

  /** The numbers as they were last read; undefined where the PBX has them with its people, or tells none. */
  listOf(pbx: Id): Promise<NumberList | undefined> {
    return this.#lists.get(pbx);
  }

  /** Takes a count that was made by others, such as a sync that read the numbers with the people. */
  async take(pbx: Id, numbers: number): Promise<void> {
    const { clock, onCount } = this.#options;
    if (!this.#isThere(pbx)) return;
    const isNew = numbers !== this.of(pbx);
    this.#fresh.set(pbx, clock.now());
    if (!isNew && this.#counts.has(pbx)) return;
    this.#counts.set(pbx, { numbers });
    await this.#table.put(pbx, { numbers });
    if (isNew) onCount();
  }

  /** Counts in the background, unless that was done within the hour with these settings. */
  countSoon(pbx: Id): void {
    const lastMs = this.#fresh.get(pbx);
    const isFresh = lastMs !== undefined && Math.abs(this.#options.clock.now() - lastMs) < COUNT_EVERY_MS;
    if (isFresh || this.#counting.has(pbx) || this.#stop.signal.aborted) return;
    const counting = this.#count(pbx).finally(() => this.#counting.delete(pbx));
    this.#counting.set(pbx, counting);
  }

  /** Gives up what is being counted. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#counting.values());
  }

  #isThere(pbx: Id): boolean {
    return this.#options.registry.list().some(({ id }) => id === pbx);
  }

  #forget(pbx: Id): void {
    this.#counts.delete(pbx);
    Promise.all([this.#table.remove(pbx), this.#lists.remove(pbx)]).catch((thrown: unknown) => {
      const { code } = toDemarcError(thrown);
      this.#options.log.warn({ code, pbx }, 'the count of a PBX that is gone stays in the store');
    });
  }

  async #count(pbx: Id): Promise<void> {
    const { registry, log } = this.#options;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LIMIT_MS)]);
    try {
      const adapter = await registry.adapterFor(pbx);
      const intake = new NumberIntake();
      for await (const number of adapter.numbers?.(signal) ?? []) intake.add(number);
      if (signal.aborted) return;
      // Those that stand with the people come to the cloud with the people.
      if (adapter.numbers && !adapter.numberOf && this.#isThere(pbx)) {
        await this.#lists.put(pbx, { readAt: instant(this.#options.clock), ...intake.result() });
        this.#options.onList?.();
      }
      await this.take(pbx, intake.count);
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      const { code, detail } = toDemarcError(thrown);
      log.warn({ code, pbx, detail }, 'the direct-dial numbers of a PBX could not be counted');
    }
  }
}
