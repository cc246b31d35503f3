import { readdir, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { Level } from 'level';
import type { z } from 'zod';
import { readFileIfThere, removeFile, replaceFile } from '#config/atomic-file.ts';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { isClosedError, isDiskFull, levelCode } from './level-errors.ts';
import { damagedLogBytes } from './log-check.ts';
import {
  type KeyRange,
  makeTable,
  type RawStore,
  type StoreOperation,
  type Table,
  type TableOptions,
} from './table.ts';

export { AS_TEXT, type KeyRange, type StoreOperation, type Table, type TableOptions } from './table.ts';

/** What opening the store found: `repaired` may have lost records, `rebuilt` lost all of them. */
export interface StoreHealth {
  status: 'ok' | 'repaired' | 'rebuilt';
  detail?: string;
  at: string | null;
}

export interface DaemonStoreOptions {
  /** The daemon's state folder; the database is in `store` inside it. */
  folder: string;
  log: Log;
  clock: Clock;
}

// In Node a Level is a ClassicLevel, whose class alone knows how to repair.
type Database = Level;

/** LevelDB writes its log (4 MB) into a table when it opens. */
const REOPEN_BYTES = 6 * 1024 * 1024;
/** What is read is read once and in order, so blocks are hardly worth keeping; the library's own limit is 8 MiB. */
const MEMORY = { cacheSize: 1024 * 1024 };
/** Entries that are read at once; more would outlive the young generation while they are used. */
const PAGE = 100;
const SET_ASIDE = '!set-aside!';

/**
 * The daemon's documents in LevelDB. LevelDB can be damaged by a power cut, so nothing that cannot be read again from a
 * PBX, the configuration or the cloud may live here alone. One process at a time.
 */
export class DaemonStore {
  readonly #options: DaemonStoreOptions;
  readonly #raw: RawStore;
  #database: Database;
  #health: StoreHealth;
  #mustReopen = false;
  #reopening: Promise<void> | undefined;

  private constructor(options: DaemonStoreOptions, database: Database, health: StoreHealth) {
    this.#options = options;
    this.#database = database;
    this.#health = health;
    this.#raw = {
      get: (key) => this.#guard((database) => database.get(key)),
      write: (operations, sync) => this.#write(operations, sync),
      pages: (range, values) => this.#pages(range, values),
      clear: (range) => this.#guard((database) => database.clear(range)),
      setAside: (key, value, problem) => this.#setAside(key, value, problem),
    };
  }

  /**
   * Opens the store; a damaged one is repaired, one beyond repair is moved aside and an empty one takes its place.
   * @throws DemarcError `store.locked` when another process has it, `store.full`
   */
  static async open(options: DaemonStoreOptions): Promise<DaemonStore> {
    const path = join(options.folder, 'store');
    const marker = join(options.folder, 'store.repair');
    const { log, clock } = options;
    let problem = (await readFileIfThere(marker)) ?? (await missingPart(path));
    if (problem === undefined) {
      try {
        // Before it opens: opening makes tables of the logs.
        const damaged = await damagedLogBytes(path);
        const store = new DaemonStore(options, await openDatabase(path), { status: 'ok', at: null });
        if (damaged > 0) store.noteLoss('repaired', `${damaged} bytes of the log could not be read`);
        return store;
      } catch (error) {
        problem = foreseeDamage(error);
      }
    }
    log.error({ code: 'store.damaged', detail: problem }, 'the store is damaged; repairing it');
    try {
      await ClassicLevel.repair(path);
      const database = await openDatabase(path);
      const saved = await readThrough(database);
      await removeFile(marker);
      if (saved === 0) {
        const nothing = `${problem}; the repair found no record`;
        log.error({ code: 'store.rebuilt', detail: nothing }, 'the repair of the store could save nothing');
        return new DaemonStore(options, database, { status: 'rebuilt', detail: nothing, at: instant(clock) });
      }
      log.error({ code: 'store.repaired', detail: problem }, 'the store was repaired; records may be missing');
      return new DaemonStore(options, database, { status: 'repaired', detail: problem, at: instant(clock) });
    } catch (error) {
      const aside = join(options.folder, 'store.damaged');
      const detail = `${problem}; repair: ${foreseeDamage(error)}`;
      await rm(aside, { recursive: true, force: true });
      await rename(path, aside);
      const database = await openDatabase(path);
      await removeFile(marker);
      log.error({ code: 'store.rebuilt', detail, aside }, 'the store was beyond repair; an empty one takes its place');
      return new DaemonStore(options, database, { status: 'rebuilt', detail, at: instant(clock) });
    }
  }

  get health(): StoreHealth {
    return this.#health;
  }

  /** A store that opened without complaint turned out to have lost records: what stands outside of it is the witness. */
  noteLoss(status: 'repaired' | 'rebuilt', detail: string): void {
    if (this.#health.status !== 'ok') return;
    const { log, clock } = this.#options;
    log.error({ code: `store.${status}`, detail }, 'the store has lost records without a sign of damage');
    this.#health = { status, detail, at: instant(clock) };
  }

  /** The table of this name. Values are checked on reading, unless `trusted`. */
  table<S extends z.ZodType>(name: string, schema: S, options: TableOptions = {}): Table<z.output<S>> {
    return makeTable(this.#raw, name, schema, options);
  }

  /** Writes all or none, and resolves when they are on the disk. @throws DemarcError `store.full` */
  batch(operations: readonly StoreOperation[]): Promise<void> {
    return this.#write(operations, true);
  }

  async close(): Promise<void> {
    await this.#reopening?.catch(() => undefined);
    this.#mustReopen = false;
    await this.#database.close();
  }

  async #write(operations: readonly StoreOperation[], sync: boolean): Promise<void> {
    if (operations.length === 0) return;
    // After a full disk LevelDB refuses every write until it is opened again, even when there is space.
    if (this.#mustReopen) await this.#reopen();
    await this.#guard((database) => database.batch([...operations], { sync }));
  }

  async #guard<T>(work: (database: Database) => Promise<T>): Promise<T> {
    for (;;) {
      await this.#ready();
      try {
        return await work(this.#database);
      } catch (error) {
        if (isClosedError(error) && this.#reopening !== undefined) continue;
        throw await this.#classify(error);
      }
    }
  }

  /** Waits for a reopening; one that failed for want of space is tried again. */
  async #ready(): Promise<void> {
    await this.#reopening?.catch(() => undefined);
    if (this.#mustReopen && this.#database.status === 'closed') await this.#reopen();
  }

  #reopen(): Promise<void> {
    this.#reopening ??= this.#closeAndOpen().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #closeAndOpen(): Promise<void> {
    // Opening needs room itself. While there is none, the database stays open for reading.
    const { bavail, bsize } = await statfs(this.#options.folder);
    if (bavail * bsize < REOPEN_BYTES) throw new DemarcError('store.full');
    try {
      await this.#database.close();
      await this.#database.open();
      this.#mustReopen = false;
      this.#options.log.info({ code: 'store.reopened' }, 'the store takes writes again');
    } catch (error) {
      throw await this.#classify(error);
    }
  }

  async #classify(error: unknown): Promise<unknown> {
    const { log, folder } = this.#options;
    if (isDiskFull(error)) {
      if (!this.#mustReopen) log.error({ code: 'store.full' }, 'the disk is full; nothing more can be stored');
      this.#mustReopen = true;
      return new DemarcError('store.full', undefined, { cause: error });
    }
    const code = levelCode(error);
    if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_IO_ERROR') {
      // Repair needs the database closed and whoever keeps its content in memory started again: the next start does it.
      log.error({ code: 'store.damaged', detail: code }, 'the store is damaged; it is repaired at the next start');
      this.#mustReopen = true;
      try {
        await replaceFile(join(folder, 'store.repair'), code);
      } catch (cause) {
        log.error({ code: 'config.unwritable', err: cause }, 'the request for a repair could not be written');
      }
      return new DemarcError('store.damaged', code, { cause: error });
    }
    return error;
  }

  async *#pages(range: KeyRange, values: boolean): AsyncIterable<readonly [string, string][]> {
    let rest = range;
    let left = range.limit ?? Number.POSITIVE_INFINITY;
    let done = false;
    while (!done && left > 0) {
      await this.#ready();
      const bounds = Number.isFinite(left) ? { ...rest, limit: left } : rest;
      const iterator = this.#database.iterator({ ...bounds, values, highWaterMarkBytes: 64 * 1024 });
      let last: string | undefined;
      try {
        for (let page = await iterator.nextv(PAGE); page.length > 0; page = await iterator.nextv(PAGE)) {
          last = page.at(-1)?.[0];
          left -= page.length;
          yield page;
        }
        done = true;
      } catch (error) {
        if (!isClosedError(error) || this.#reopening === undefined) throw await this.#classify(error);
        await this.#reopening.catch(() => undefined);
        if (last !== undefined) rest = after(rest, last);
      } finally {
        await iterator.close();
      }
    }
  }

  async #setAside(key: string, value: string, problem: string): Promise<void> {
    this.#options.log.error({ code: 'store.value-invalid', key, detail: problem }, 'a stored value was set aside');
    const operations: StoreOperation[] = [
      { type: 'put', key: SET_ASIDE + key, value },
      { type: 'del', key },
    ];
    await this.#write(operations, false).catch((error: unknown) => {
      this.#options.log.error({ code: 'store.full', err: error }, 'the value could not be set aside; it is skipped');
    });
  }
}

function after(range: KeyRange, last: string): KeyRange {
  if (range.reverse === true) {
    const { lte: _, ...others } = range;
    return { ...others, lt: last };
  }
  const { gte: _, ...others } = range;
  return { ...others, gt: last };
}

async function openDatabase(path: string): Promise<Database> {
  const database: Database = new Level(path, { keyEncoding: 'utf8', valueEncoding: 'utf8', ...MEMORY });
  try {
    await database.open();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** A repaired store may open and still fail on reading; better now than in the middle of a run. Counts the records. */
async function readThrough(database: Database): Promise<number> {
  const iterator = database.iterator({ highWaterMarkBytes: 256 * 1024 });
  let records = 0;
  try {
    for (let page = await iterator.nextv(1000); page.length > 0; page = await iterator.nextv(1000)) {
      records += page.length;
    }
  } catch (error) {
    await iterator.close();
    await database.close();
    throw error;
  }
  await iterator.close();
  return records;
}

/** Without the file that says which manifest counts LevelDB begins anew, and removes the tables that are there. */
async function missingPart(path: string): Promise<string | undefined> {
  const names: string[] = await readdir(path).catch(() => []);
  const began = names.some((name) => /^MANIFEST-|\.(ldb|sst)$/.test(name));
  return began && !names.includes('CURRENT') ? 'CURRENT is missing' : undefined;
}

/** The text of damage; what is no damage is thrown. */
function foreseeDamage(error: unknown): string {
  const code = levelCode(error);
  if (code === 'LEVEL_LOCKED') throw new DemarcError('store.locked', undefined, { cause: error });
  if (isDiskFull(error)) throw new DemarcError('store.full', undefined, { cause: error });
  return code ?? (error instanceof Error ? error.message : String(error));
}
