import type { z } from 'zod';

/**
 * A write to one table, to be made together with others in one batch, or not at all. Made by `putOperation` and
 * `removeOperation`; nobody looks inside.
 */
export type StoreOperation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string };

/** A range of keys of a table, in the order of their UTF-8 bytes. */
export interface KeyRange {
  gt?: string;
  gte?: string;
  lt?: string;
  lte?: string;
  reverse?: boolean;
  limit?: number;
}

/**
 * A named collection of JSON documents. `put`, `remove` and `batch` are on the disk when they resolve; `writeMany` lets
 * the caller choose, because one fsync for each of thousands of writes is what makes a disk slow. A stored value that
 * does not fit its schema is logged, set aside and treated as not there.
 * @throws DemarcError `store.full`, `store.damaged` from every method
 */
export interface Table<T> {
  get(key: string): Promise<T | undefined>;
  put(key: string, value: T): Promise<void>;
  remove(key: string): Promise<void>;
  putOperation(key: string, value: T): StoreOperation;
  removeOperation(key: string): StoreOperation;
  entries(range?: KeyRange): AsyncIterable<[string, T]>;
  /** As `entries`, some at a time: an asynchronous step for each of 100,000 entries takes longer than reading them. */
  pages(range?: KeyRange): AsyncIterable<readonly [string, T][]>;
  keys(range?: KeyRange): AsyncIterable<string>;
  /** Not synced: after a power cut some of the range may be back. */
  clear(range?: KeyRange): Promise<void>;
  writeMany(operations: readonly StoreOperation[], options: { sync: boolean }): Promise<void>;
}

/** What a table needs of the database; the store gives it, so that a reopened database stays behind one door. */
export interface RawStore {
  get(key: string): Promise<string | undefined>;
  write(operations: readonly StoreOperation[], sync: boolean): Promise<void>;
  /** Many at a time: an asynchronous step for each of 100,000 entries costs more than reading them. */
  pages(range: KeyRange, values: boolean): AsyncIterable<readonly [string, string][]>;
  clear(range: KeyRange): Promise<void>;
  /** Moves a value that cannot be used out of its table and says so in the log. */
  setAside(key: string, value: string, problem: string): Promise<void>;
}

export interface TableOptions {
  /** Skips the schema on reading: for tables with very many rows that only this program wrote. */
  trusted?: boolean;
  /** How values become text and are read again; as JSON where nothing is said. `decode` may throw on what it cannot read. */
  codec?: { encode(value: unknown): string; decode(text: string): unknown };
}

/** For values that are texts already, which JSON would only make longer. */
export const AS_TEXT: NonNullable<TableOptions['codec']> = { encode: String, decode: (text) => text };

/** `!name!key`: the layout that Level's own sublevels have, so that its tools can read the file. */
export const tablePrefix = (name: string): string => `!${name}!`;

/** Builds a table over the raw store. */
export function makeTable<S extends z.ZodType>(
  raw: RawStore,
  name: string,
  schema: S,
  options: TableOptions,
): Table<z.output<S>> {
  type T = z.output<S>;
  const prefix = tablePrefix(name);
  const codec = options.codec ?? { encode: JSON.stringify, decode: JSON.parse };
  const inside = (range: KeyRange = {}): KeyRange => {
    const result: KeyRange = {};
    if (range.gt !== undefined) result.gt = prefix + range.gt;
    else result.gte = prefix + (range.gte ?? '');
    if (range.lte !== undefined) result.lte = prefix + range.lte;
    // The byte after the prefix's last '!' ends the table.
    else result.lt = range.lt === undefined ? `!${name}"` : prefix + range.lt;
    if (range.reverse !== undefined) result.reverse = range.reverse;
    if (range.limit !== undefined) result.limit = range.limit;
    return result;
  };
  const decode = (text: string): { value: T } | { problem: string } => {
    let json: unknown;
    try {
      json = codec.decode(text);
    } catch {
      return { problem: 'not readable' };
    }
    if (options.trusted === true) return { value: json as T };
    const parsed = schema.safeParse(json);
    if (parsed.success) return { value: parsed.data };
    const issue = parsed.error.issues[0];
    return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}` };
  };
  const putOperation = (key: string, value: T): StoreOperation => ({
    type: 'put',
    key: prefix + key,
    value: codec.encode(value),
  });
  const pages = async function* (range?: KeyRange): AsyncGenerator<readonly [string, T][]> {
    for await (const page of raw.pages(inside(range), true)) {
      const found: [string, T][] = [];
      for (const [key, text] of page) {
        const read = decode(text);
        if ('value' in read) found.push([key.slice(prefix.length), read.value]);
        else await raw.setAside(key, text, read.problem);
      }
      yield found;
    }
  };
  const removeOperation = (key: string): StoreOperation => ({ type: 'del', key: prefix + key });
  return {
    async get(key) {
      const text = await raw.get(prefix + key);
      if (text === undefined) return undefined;
      const found = decode(text);
      if ('value' in found) return found.value;
      await raw.setAside(prefix + key, text, found.problem);
      return undefined;
    },
    put: (key, value) => raw.write([putOperation(key, value)], true),
    remove: (key) => raw.write([removeOperation(key)], true),
    putOperation,
    removeOperation,
    async *entries(range) {
      for await (const page of pages(range)) yield* page;
    },
    pages,
    async *keys(range) {
      for await (const page of raw.pages(inside(range), false)) {
        for (const [key] of page) yield key.slice(prefix.length);
      }
    },
    clear: (range) => raw.clear(inside(range)),
    writeMany: (operations, { sync }) => raw.write(operations, sync),
  };
}
