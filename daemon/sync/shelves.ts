import { z } from 'zod';
import { AS_TEXT, type DaemonStore, type KeyRange, type StoreOperation, type Table } from '#daemon/store/store.ts';
import { Generation } from './generation.ts';
import { emptyState, SyncState } from './records.ts';
import { Shelf } from './shelf.ts';

/** The tables of the sync. Users (rows of UserRow) and candidates are many and written by this code alone, so they are not checked again. */
export class SyncTables {
  readonly states: Table<SyncState>;
  readonly users: Table<string>;
  readonly candidates: Table<1>;

  constructor(store: Pick<DaemonStore, 'table'>) {
    this.states = store.table('sync-state', SyncState);
    this.users = store.table('sync-people', z.string(), { trusted: true, codec: AS_TEXT });
    this.candidates = store.table('sync-candidates', z.literal(1), { trusted: true });
  }

  of(pbx: string): PbxShelves {
    return new PbxShelves(this, pbx);
  }

  /** Every PBX's state; what belongs to no PBX, as after a killed first run, is cleared. */
  async load(): Promise<Map<string, SyncState>> {
    const states = new Map<string, SyncState>();
    for await (const [pbx, state] of this.states.entries()) states.set(pbx, state);
    const known = [...states.keys()];
    await clearExcept(this.users, {}, known);
    await clearExcept(this.candidates, {}, known);
    for (const [pbx, state] of states) await this.of(pbx).tidy(state);
    return states;
  }
}

/** What the store holds of one PBX. */
export class PbxShelves {
  readonly #tables: SyncTables;
  readonly #pbx: string;

  constructor(tables: SyncTables, pbx: string) {
    this.#tables = tables;
    this.#pbx = pbx;
  }

  /** Number 0 is the empty one before the first run. */
  generation(number: number): Generation {
    return new Generation(new Shelf(this.#tables.users, `${this.#pbx}/${number}`));
  }

  /** The keys that a Held run would have removed. */
  candidates(run: string): Shelf<1> {
    return new Shelf(this.#tables.candidates, `${this.#pbx}/${run}`);
  }

  stateOperation(state: SyncState): StoreOperation {
    return this.#tables.states.putOperation(this.#pbx, state);
  }

  /** Clears every generation and every list of candidates that the state does not name. */
  async tidy(state: SyncState): Promise<void> {
    const all: KeyRange = { gte: `${this.#pbx}/`, lt: `${this.#pbx}0` };
    await clearExcept(this.#tables.users, all, state.generation > 0 ? [`${this.#pbx}/${state.generation}`] : []);
    await clearExcept(this.#tables.candidates, all, state.hold ? [`${this.#pbx}/${state.hold.run}`] : []);
  }

  async forget(): Promise<void> {
    await this.#tables.states.remove(this.#pbx);
    await this.tidy(emptyState());
  }
}

/** Clears a range but for the keys below the given prefixes, which must be sorted. */
async function clearExcept<T>(table: Table<T>, range: KeyRange, prefixes: readonly string[]): Promise<void> {
  let rest = range;
  for (const prefix of prefixes) {
    await table.clear({ ...rest, lt: `${prefix}/` });
    rest = { ...range, gte: `${prefix}0` };
  }
  await table.clear(rest);
}
