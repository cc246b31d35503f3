/** Comparing two generations of users in flat memory: both are read side by side, in the order of their keys. */
import type { UserRow } from './user-row.ts';

/** What became of one key from the previous generation to the next. */
export type Difference =
  | { kind: 'added' | 'changed' | 'unchanged'; key: string; next: UserRow }
  | { kind: 'removed'; key: string; previous: UserRow };

/** Users by key, some at a time. */
export type Pages = AsyncIterable<readonly (readonly [string, UserRow])[]>;

/** How many differences are handed on together. */
const PAGE = 200;

/** The order in which the store yields keys: by their UTF-8 bytes, which is not that of JavaScript's `<`. */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** A merge join of two generations, both in the order of `compareKeys`, some at a time. @throws the signal's reason */
export async function* compareGenerations(
  previous: Pages,
  next: Pages,
  signal?: AbortSignal,
): AsyncGenerator<readonly Difference[]> {
  const [before, after] = [new Reader(previous), new Reader(next)];
  let found: Difference[] = [];
  try {
    for (;;) {
      const old = before.now ?? (await before.page());
      const fresh = after.now ?? (await after.page());
      if (old === undefined && fresh === undefined) break;
      signal?.throwIfAborted();
      const order = old === undefined ? 1 : fresh === undefined ? -1 : compareKeys(old[0], fresh[0]);
      if (old !== undefined && order < 0) found.push({ kind: 'removed', key: old[0], previous: old[1] });
      else if (fresh !== undefined) {
        const kind = old === undefined || order > 0 ? 'added' : old[1].hash === fresh[1].hash ? 'unchanged' : 'changed';
        found.push({ kind, key: fresh[0], next: fresh[1] });
      }
      if (order <= 0) before.step();
      if (order >= 0) after.step();
      if (found.length < PAGE) continue;
      yield found;
      found = [];
    }
    if (found.length > 0) yield found;
  } finally {
    await before.close();
    await after.close();
  }
}

/** One entry after the other of pages, with an asynchronous step only for each page. */
class Reader {
  readonly #pages: AsyncIterator<readonly (readonly [string, UserRow])[]>;
  #page: readonly (readonly [string, UserRow])[] = [];
  #at = 0;

  constructor(pages: Pages) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Undefined at the end of the page. */
  get now(): readonly [string, UserRow] | undefined {
    return this.#page[this.#at];
  }

  step(): void {
    this.#at += 1;
  }

  /** Fetches the next page; its first entry, or undefined when that was all. */
  async page(): Promise<readonly [string, UserRow] | undefined> {
    do {
      const result = await this.#pages.next();
      this.#page = result.done === true ? [] : result.value;
      this.#at = 0;
      if (result.done === true) return undefined;
    } while (this.#page.length === 0);
    return this.now;
  }

  async close(): Promise<void> {
    await this.#pages.return?.();
  }
}
