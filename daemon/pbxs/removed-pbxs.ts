import { type Clock, instant } from '#config/clock.ts';
import { RemovedPbx } from '#contract/sections.ts';
import type { Table } from '../store/table.ts';

/** As many as section `pbxs` names; ids are never used twice, so older ones have been heard of long since. */
const MAX_KEPT = 50;

/** The part of the daemon's store that it needs. */
export interface RemovedStore {
  table(name: string, schema: typeof RemovedPbx): Table<RemovedPbx>;
}

/**
 * The PBXs that a person removed, on disk, so that the cloud hears of it however late. Only a person's act counts: a PBX
 * that is missing because the configuration was damaged must not cost anybody their users.
 */
export class RemovedPbxs {
  readonly #table: Table<RemovedPbx>;
  readonly #clock: Clock;
  #list: readonly RemovedPbx[];

  private constructor(table: Table<RemovedPbx>, clock: Clock, list: readonly RemovedPbx[]) {
    this.#table = table;
    this.#clock = clock;
    this.#list = list;
  }

  /** Loads what is on disk. @throws DemarcError `store.damaged` */
  static async open({ store, clock }: { store: RemovedStore; clock: Clock }): Promise<RemovedPbxs> {
    const table = store.table('removed-pbxs', RemovedPbx);
    const list: RemovedPbx[] = [];
    for await (const [, removed] of table.entries()) list.push(removed);
    return new RemovedPbxs(table, clock, newestFirst(list));
  }

  /** The newest first. One that is still configured, because its removal was cut short, is the caller's to leave out. */
  list(): readonly RemovedPbx[] {
    return this.#list;
  }

  /** Before the PBX goes from the configuration, so that nothing is lost in between. @throws DemarcError `store.full` */
  async note(pbx: Omit<RemovedPbx, 'at'>): Promise<void> {
    const removed: RemovedPbx = { id: pbx.id, type: pbx.type, name: pbx.name, at: instant(this.#clock) };
    const all = [removed, ...this.#list.filter(({ id }) => id !== removed.id)];
    const [kept, over] = [all.slice(0, MAX_KEPT), all.slice(MAX_KEPT)];
    const operations = over.map(({ id }) => this.#table.removeOperation(id));
    await this.#table.writeMany([this.#table.putOperation(removed.id, removed), ...operations], { sync: true });
    this.#list = kept;
  }
}

const newestFirst = (list: readonly RemovedPbx[]): RemovedPbx[] =>
  list.toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
