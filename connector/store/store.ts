import { Kysely, type Transaction } from 'kysely';
import type { Clock } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { Change } from '#contract/api.ts';
import { migrate } from './migrations/index.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

/** Anything that queries run on: the database itself or a transaction of it. */
export type Db = Kysely<Tables>;

/** A change with its number and the partner whose consoles may see it. */
export interface NumberedChange extends Change {
  id: number;
  partner: string | null;
}

/** What a unit of work gets: the transaction, and a way to tell the consoles what it changed. */
export interface Work {
  db: Transaction<Tables>;
  changed(change: Change & { partner?: string | null }): void;
}

/**
 * The connector's store. Reads go to `db`; every write is a unit of work, whose changes are numbered and stored in the
 * same transaction and announced to the listeners only after the commit.
 */
export class Store {
  readonly db: Db;
  readonly #clock: Clock;
  readonly #listeners = new Set<(changes: readonly NumberedChange[]) => void>();

  private constructor(db: Db, clock: Clock) {
    this.db = db;
    this.#clock = clock;
  }

  /** Opens the SQLite file (`:memory:` for tests) and brings its tables to this version. */
  static async open(options: { path: string; clock: Clock }): Promise<Store> {
    const db = new Kysely<Tables>({ dialect: sqliteDialect(options.path) });
    await migrate(db);
    return new Store(db, options.clock);
  }

  async write<T>(work: (unit: Work) => Promise<T>): Promise<T> {
    const changes: (Change & { partner?: string | null })[] = [];
    const numbered: NumberedChange[] = [];
    const result = await this.db.transaction().execute(async (db) => {
      const value = await work({ db, changed: (change) => changes.push(change) });
      for (const change of changes) {
        const partner = change.partner ?? null;
        const { id } = await db
          .insertInto('change')
          .values({
            account_id: change.account,
            partner_id: partner,
            topic: change.topic,
            ref: change.ref,
            row: change.row === undefined ? null : JSON.stringify(change.row),
            at: instant(this.#clock),
          })
          .returning('id')
          .executeTakeFirstOrThrow();
        numbered.push({ ...change, id, partner });
      }
      return value;
    });
    if (numbered.length > 0) for (const listener of this.#listeners) listener(numbered);
    return result;
  }

  /** Calls back after every commit that changed something; returns the way to stop it. */
  onChange(listener: (changes: readonly NumberedChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}
