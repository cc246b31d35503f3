import { randomFillSync } from 'node:crypto';
import { type CompiledQuery, Kysely, type Transaction } from 'kysely';
import { monotonicFactory } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Change } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { namedFailure } from './failure.ts';
import { migrate } from './migrations/index.ts';
import type { Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

/** Random numbers from 0 up to 1, from bytes drawn many at a time: the library asks for sixteen of them for each id. */
function randomParts(): () => number {
  const bytes = new Uint8Array(512);
  let used = bytes.length;
  return () => {
    if (used === bytes.length) {
      randomFillSync(bytes);
      used = 0;
    }
    const byte = bytes[used] ?? 0;
    used += 1;
    return byte / 256;
  };
}

/** Changes that are stored with one statement. */
const CHANGES_AT_ONCE = 20;

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
  /** A new ULID, larger than every one before, within a millisecond too: what is listed by id keeps its order. */
  newId(): string;
}

/**
 * The connector's store. Reads go to `db`; every write is a unit of work, whose changes are numbered and stored in the
 * same transaction and announced to the listeners only after the commit.
 */
export class Store {
  readonly db: Db;
  readonly #clock: Clock;
  readonly #log: Log | undefined;
  readonly #nextId = monotonicFactory(randomParts());
  /** What every unit of work begins with. */
  readonly #first: CompiledQuery | undefined;
  readonly #listeners = new Set<(changes: readonly NumberedChange[]) => void>();

  private constructor(db: Db, { clock, log, first }: { clock: Clock; log?: Log; first?: CompiledQuery }) {
    this.db = db;
    this.#first = first;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Opens the SQLite file (`:memory:` for tests) and brings its tables to this version.
   * @throws DemarcError `store.full`
   */
  static async open(options: { path: string; clock: Clock; log?: Log }): Promise<Store> {
    let db: Db | undefined;
    try {
      db = new Kysely<Tables>({ dialect: sqliteDialect(options.path) });
      await migrate(db);
      return new Store(db, options);
    } catch (error) {
      await db?.destroy();
      throw namedFailure(error);
    }
  }

  /**
   * Opens a PostgreSQL database (15 or later) of its own and brings its tables to this version.
   * @throws DemarcError `store.unreachable`, `store.full`
   */
  static async connect(options: { url: string; clock: Clock; log: Log }): Promise<Store> {
    const { url, log } = options;
    const { ONE_AFTER_THE_OTHER, PostgresWords, postgresDialect } = await import('./postgres.ts');
    const onLost = (err: Error) =>
      log.warn({ code: 'store.unreachable', err }, 'a connection to the database was lost');
    const db = new Kysely<Tables>({ dialect: postgresDialect(url, onLost), plugins: [new PostgresWords()] });
    try {
      await migrate(db);
      return new Store(db, { ...options, first: ONE_AFTER_THE_OTHER });
    } catch (error) {
      await db.destroy();
      throw namedFailure(error);
    }
  }

  /**
   * Runs a unit of work: all of it is committed when this resolves, nothing of it when this rejects.
   * @throws DemarcError `store.full`, and whatever the work throws
   */
  async write<T>(work: (unit: Work) => Promise<T>): Promise<T> {
    const changes: (Change & { partner?: string | null })[] = [];
    const numbered: NumberedChange[] = [];
    const transaction = this.db.transaction().execute(async (db) => {
      if (this.#first !== undefined) await db.executeQuery(this.#first);
      const newId = () => this.#nextId(this.#clock.now());
      const value = await work({ db, changed: (change) => changes.push(change), newId });
      for (let from = 0; from < changes.length; from += CHANGES_AT_ONCE) {
        numbered.push(...(await this.#keep(db, changes.slice(from, from + CHANGES_AT_ONCE))));
      }
      return value;
    });
    const result = await transaction.catch((error: unknown) => {
      throw namedFailure(error);
    });
    if (numbered.length > 0) for (const listener of this.#listeners) this.#tell(listener, numbered);
    return result;
  }

  /** Numbers changes in their order and stores them. */
  async #keep(db: Work['db'], changes: readonly (Change & { partner?: string | null })[]): Promise<NumberedChange[]> {
    const at = instant(this.#clock);
    const rows = changes.map(({ account, partner, topic, ref, row }) => ({
      account_id: account,
      partner_id: partner ?? null,
      topic,
      ref,
      row: row === undefined ? null : JSON.stringify(row),
      at,
    }));
    const ids = await db.insertInto('change').values(rows).returning('id').execute();
    // In which order the numbers are returned is nobody's promise; that they are given in the order of the rows is.
    const numbers = ids.map(({ id }) => id).sort((a, b) => a - b);
    return changes.map((change, index) => {
      const id = numbers[index];
      if (id === undefined) throw new DemarcError('internal', 'a change without a number');
      return { ...change, id, partner: change.partner ?? null };
    });
  }

  /** Calls back after every commit that changed something; returns the way to stop it. */
  onChange(listener: (changes: readonly NumberedChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is committed is committed: a listener that fails is its own trouble, not the writer's. */
  #tell(listener: (changes: readonly NumberedChange[]) => void, changes: readonly NumberedChange[]): void {
    try {
      listener(changes);
    } catch (error) {
      if (this.#log) this.#log.error({ code: 'internal', err: error }, 'a listener to changes failed');
      else process.emitWarning(`a listener to changes failed: ${String(error)}`);
    }
  }

  async close(): Promise<void> {
    await this.db.destroy();
  }
}
