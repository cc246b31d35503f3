import type { KeyRange, StoreOperation, Table } from '#daemon/store/store.ts';

/** The end of a range whose keys start with `prefix` and a slash: '0' is the character after '/'. */
const below = (prefix: string): KeyRange => ({ gte: `${prefix}/`, lt: `${prefix}0` });

/** How many entries are written at once. */
const BATCH = 200;

/**
 * A part of a table whose keys have one prefix: a generation of users, or the candidates of a Held run.
 * Writes are gathered and not synced: nothing here counts until the PBX's state names it, and that is synced.
 */
export class Shelf<T> {
  readonly #table: Table<T>;
  readonly #prefix: string;
  #waiting = new Map<string, T>();
  /** What is on its way to the disk. */
  #leaving: ReadonlyMap<string, T> = new Map();
  #written: Promise<void> = Promise.resolve();

  constructor(table: Table<T>, prefix: string) {
    this.#table = table;
    this.#prefix = prefix;
  }

  /** In the order of the keys' UTF-8 bytes, as they were when the iteration began. */
  async *pages(): AsyncGenerator<[string, T][]> {
    await this.flush();
    for await (const page of this.#table.pages(below(this.#prefix))) {
      yield page.map(([key, value]) => [this.#bare(key), value]);
    }
  }

  async count(): Promise<number> {
    await this.flush();
    let count = 0;
    for await (const _ of this.#table.keys(below(this.#prefix))) count += 1;
    return count;
  }

  async get(key: string): Promise<T | undefined> {
    return this.#waiting.get(key) ?? this.#leaving.get(key) ?? (await this.#table.get(`${this.#prefix}/${key}`));
  }

  /** Takes an entry; `room` is to be awaited before many more. */
  put(key: string, value: T): void {
    this.#waiting.set(key, value);
  }

  /**
   * Makes room when much is waiting. The disk works while the next entries are made: only the batch before is waited for.
   * @throws DemarcError `store.full`
   */
  room(): Promise<void> | undefined {
    return this.#waiting.size < BATCH ? undefined : this.#write();
  }

  /** Resolves when everything is written. @throws DemarcError `store.full` */
  async flush(): Promise<void> {
    if (this.#waiting.size > 0) await this.#write();
    await this.#written;
  }

  async #write(): Promise<void> {
    await this.#written;
    const leaving = this.#waiting;
    this.#waiting = new Map();
    this.#leaving = leaving;
    const operations: StoreOperation[] = [];
    for (const [key, value] of leaving) operations.push(this.#table.putOperation(`${this.#prefix}/${key}`, value));
    this.#written = this.#table.writeMany(operations, { sync: false });
    // Met by whoever writes next, or flushes.
    this.#written.catch(() => undefined);
  }

  #bare(key: string): string {
    return key.slice(this.#prefix.length + 1);
  }
}
