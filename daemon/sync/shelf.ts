import type { KeyRange, StoreOperation, Table } from '#daemon/store/store.ts';

/** The end of a range whose keys start with `prefix` and a slash: '0' is the character after '/'. */
const below = (prefix: string): KeyRange => ({ gte: `${prefix}/`, lt: `${prefix}0` });

/**
 * A part of a table whose keys have one prefix: a generation of users, or the candidates of a Held run.
 * Writes are gathered and not synced: nothing here counts until the PBX's state names it, and that is synced.
 */
export class Shelf<T> {
  readonly #table: Table<T>;
  readonly #prefix: string;
  #waiting = new Map<string, T>();

  constructor(table: Table<T>, prefix: string) {
    this.#table = table;
    this.#prefix = prefix;
  }

  /** In the order of the keys' UTF-8 bytes, as they were when the iteration began. */
  async *entries(): AsyncGenerator<[string, T]> {
    await this.flush();
    for await (const [key, value] of this.#table.entries(below(this.#prefix))) yield [this.#bare(key), value];
  }

  async count(): Promise<number> {
    await this.flush();
    let count = 0;
    for await (const _ of this.#table.keys(below(this.#prefix))) count += 1;
    return count;
  }

  async get(key: string): Promise<T | undefined> {
    return this.#waiting.get(key) ?? (await this.#table.get(`${this.#prefix}/${key}`));
  }

  async put(key: string, value: T): Promise<void> {
    this.#waiting.set(key, value);
    if (this.#waiting.size >= 500) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const operations: StoreOperation[] = [];
    for (const [key, value] of this.#waiting)
      operations.push(this.#table.putOperation(`${this.#prefix}/${key}`, value));
    this.#waiting = new Map();
    await this.#table.writeMany(operations, { sync: false });
  }

  #bare(key: string): string {
    return key.slice(this.#prefix.length + 1);
  }
}
