import { z } from 'zod';
import { Id } from '#contract/ids.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import type { StoreOperation, Table } from '../store/table.ts';

/** A trunk as the cloud wants it. */
export const WantedTrunk = z.object({ id: Id, settings: TrunkSettings });
export type WantedTrunk = z.infer<typeof WantedTrunk>;

/** The part of the daemon's store that it needs. */
export interface TrunkStore {
  table(name: string, schema: typeof WantedTrunk): Table<WantedTrunk>;
}

/** The SIP trunks of this gateway's PBXs as last told by the cloud, on disk, so that they are watched without a cloud. */
export class WantedTrunks {
  readonly #table: Table<WantedTrunk>;
  readonly #listeners = new Set<() => void>();
  #trunks: ReadonlyMap<string, WantedTrunk>;

  private constructor(table: Table<WantedTrunk>, trunks: ReadonlyMap<string, WantedTrunk>) {
    this.#table = table;
    this.#trunks = trunks;
  }

  /** Loads what is on disk. @throws DemarcError `store.damaged` */
  static async open(store: TrunkStore): Promise<WantedTrunks> {
    const table = store.table('trunks', WantedTrunk);
    const trunks = new Map<string, WantedTrunk>();
    for await (const [id, trunk] of table.entries()) trunks.set(id, trunk);
    return new WantedTrunks(table, trunks);
  }

  list(): WantedTrunk[] {
    return [...this.#trunks.values()];
  }

  get(id: string): WantedTrunk | undefined {
    return this.#trunks.get(id);
  }

  /** Called after every change of the list. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Takes the whole list; one that it does not name is gone. @throws DemarcError `store.full`, `store.damaged` */
  async replace(trunks: readonly WantedTrunk[]): Promise<void> {
    const next = new Map(trunks.map((trunk) => [trunk.id, trunk]));
    const operations: StoreOperation[] = trunks.map((trunk) => this.#table.putOperation(trunk.id, trunk));
    for (const id of this.#trunks.keys()) if (!next.has(id)) operations.push(this.#table.removeOperation(id));
    await this.#table.writeMany(operations, { sync: true });
    this.#trunks = next;
    for (const listener of this.#listeners) listener();
  }
}
