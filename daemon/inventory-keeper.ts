import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { type ApplicationReport, InventorySection } from '#contract/sections.ts';
import type { InventoryCollector } from '#inventory/collector.ts';
import { orAborted } from './abortable.ts';
import type { PbxRegistry } from './pbxs/pbx-registry.ts';
import type { Table } from './store/table.ts';

interface KeeperOptions {
  store: { table(name: string, schema: typeof InventorySection): Table<InventorySection> };
  collector: Pick<InventoryCollector, 'collect'>;
  registry: Pick<PbxRegistry, 'list' | 'adapterFor'>;
  log: Log;
  /** After each collection. */
  onCollected: () => void;
}

const PBX_LIMIT_MS = 30_000;
/** Several PBXs are often entered one after the other. */
const SOON_MS = 1000;

/** Collects the inventory of host and PBXs, one at a time, and keeps the last over restarts. */
export class InventoryKeeper {
  readonly #options: KeeperOptions;
  readonly #table: Table<InventorySection>;
  readonly #applications = new Map<string, ApplicationReport[]>();
  readonly #stop = new AbortController();
  #last: InventorySection | undefined;
  #collecting: Promise<InventorySection> | undefined;
  #soon: NodeJS.Timeout | undefined;

  private constructor(options: KeeperOptions, table: Table<InventorySection>) {
    this.#options = options;
    this.#table = table;
  }

  static async open(options: KeeperOptions): Promise<InventoryKeeper> {
    const keeper = new InventoryKeeper(options, options.store.table('inventory', InventorySection));
    keeper.#last = await keeper.#table.get('last');
    return keeper;
  }

  last(): InventorySection | undefined {
    return this.#last;
  }

  /**
   * Who asks while one runs gets its result; who gives up spoils it for nobody else.
   * @throws the signal's reason, DemarcError `store.full`
   */
  collect(signal: AbortSignal): Promise<InventorySection> {
    this.#collecting ??= this.#collect(this.#stop.signal).finally(() => {
      this.#collecting = undefined;
    });
    return orAborted(this.#collecting, signal);
  }

  /** Collects in a moment, once for several changes; a collection that runs already may not have seen the newest. */
  collectSoon(): void {
    if (this.#stop.signal.aborted) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      const next = (this.#collecting ?? Promise.resolve()).then(
        () => this.collect(this.#stop.signal),
        () => this.collect(this.#stop.signal),
      );
      next.catch((thrown: unknown) => {
        const { code, detail } = toDemarcError(thrown);
        if (!this.#stop.signal.aborted)
          this.#options.log.warn({ code, detail }, 'the inventory could not be collected');
      });
    }, SOON_MS);
  }

  /** Gives up what is being collected. */
  async stop(): Promise<void> {
    clearTimeout(this.#soon);
    this.#stop.abort();
    await this.#collecting?.catch(() => undefined);
  }

  async #collect(signal: AbortSignal): Promise<InventorySection> {
    const pbxs = this.#options.registry.list();
    const reports = await Promise.all(pbxs.map((pbx) => this.#applicationsOf(pbx.id, signal)));
    const found = await this.#options.collector.collect(this.#last, reports.flat(), signal);
    this.#last = found;
    await this.#table.put('last', found);
    this.#options.onCollected();
    return found;
  }

  /** What a PBX says of itself; what it said last when it does not answer. */
  async #applicationsOf(pbx: string, signal: AbortSignal): Promise<ApplicationReport[]> {
    try {
      const adapter = await this.#options.registry.adapterFor(pbx);
      const told = await adapter.inventory(AbortSignal.any([signal, AbortSignal.timeout(PBX_LIMIT_MS)]));
      const reports = told.map((report) => ({ ...report, pbx }));
      this.#applications.set(pbx, reports);
      return reports;
    } catch (thrown) {
      const { code, detail } = toDemarcError(thrown);
      this.#options.log.warn({ code, pbx, detail }, 'a PBX did not tell its inventory; what it told last is kept');
      return this.#applications.get(pbx) ?? [];
    }
  }
}
