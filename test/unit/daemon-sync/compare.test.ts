import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { UserRecord } from '#contract/users.ts';
import { abortable } from '#daemon/abortable.ts';
import { type Change, type ChunkContent, ChunkPacker } from '#daemon/sync/chunks.ts';
import { compareGenerations, compareKeys } from '#daemon/sync/diff.ts';
import { mustHold } from '#daemon/sync/guard.ts';
import { chunkRecord } from '#daemon/sync/messages.ts';
import { Occurrences } from '#daemon/sync/occurrences.ts';
import { UserRow } from '#daemon/sync/user-row.ts';

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

const stored = (key: string, name: string): UserRow => UserRow.of({ key, name, irregularities: [] });

/** In the order of the store, cut into pages of `size`, with an empty one before the last. */
const generation = (content: ReadonlyMap<string, string>, size: number): [string, UserRow][][] => {
  const all = [...content].sort(([a], [b]) => compareKeys(a, b));
  const rows = all.map(([key, name]): [string, UserRow] => [key, stored(key, name)]);
  const pages = Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
    rows.slice(at * size, (at + 1) * size),
  );
  return [...pages.slice(0, -1), [], ...pages.slice(-1)];
};

async function* steps<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

const packed = (changes: readonly Change[]): ChunkContent[] => {
  const packer = new ChunkPacker();
  return [...changes.map((change) => packer.add(change)), packer.rest()].filter((chunk) => chunk !== undefined);
};

describe('comparing two generations', () => {
  it('finds exactly what a comparison of whole maps finds', async () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 });
    const content = fc.uniqueArray(fc.tuple(key, fc.constantFrom('a', 'b')), {
      selector: ([key]) => key,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(content, content, fc.integer({ min: 1, max: 12 }), async (before, after, size) => {
        const [old, fresh] = [new Map(before), new Map(after)];
        const found = new Map<string, string>();
        const pages = compareGenerations(from(generation(old, size)), from(generation(fresh, 5)));
        for await (const step of steps(pages)) {
          expect(found.has(step.key)).toBe(false);
          found.set(step.key, step.kind);
        }
        const expected = new Map<string, string>();
        for (const key of new Set([...old.keys(), ...fresh.keys()])) {
          const kind = !old.has(key)
            ? 'added'
            : !fresh.has(key)
              ? 'removed'
              : old.get(key) === fresh.get(key)
                ? 'unchanged'
                : 'changed';
          expected.set(key, kind);
        }
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 300 },
    );
  });

  it('orders keys by their UTF-8 bytes, as the store does, and not by UTF-16 units', () => {
    const keys = ['\u{1f600}', '\uffee'];
    expect(keys.toSorted()).toEqual(['\u{1f600}', '\uffee']);
    expect(keys.toSorted(compareKeys)).toEqual(['\uffee', '\u{1f600}']);
  });

  it('tells every field of a record apart', () => {
    const base: UserRecord = { key: 'k', name: 'n', irregularities: [] };
    const others: UserRecord[] = [
      base,
      { ...base, firstName: 'x' },
      { ...base, lastName: 'x' },
      { ...base, email: 'x' },
      { ...base, extension: 'x' },
      { ...base, workPhone: 'x' },
      { ...base, mobilePhone: 'x' },
      { ...base, loginId: 'x' },
      { ...base, department: 'x' },
      { ...base, irregularities: ['no-email'] },
    ];
    expect(new Set(others.map((user) => UserRow.of(user).hash)).size).toBe(others.length);
  });

  it('a row gives back what it was made of, whatever the record holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (key, name, kept) => {
        const user: UserRecord = { key, name, irregularities: ['no-email'] };
        const row = new UserRow(UserRow.of(user, kept).text);
        expect({ user: row.user, json: row.json, kept: row.kept }).toEqual({ user, json: JSON.stringify(user), kept });
        expect(JSON.parse(row.text)).toMatchObject({ user, hash: row.hash });
        expect(row.hash).toBe(UserRow.of(user, !kept).hash);
      }),
    );
  });
});

describe('chunks', () => {
  it('keep every change in order and stay within every limit', () => {
    const put = fc.record({ name: fc.string({ unit: 'binary', maxLength: 256 }) }).map(({ name }): Change => {
      return { put: JSON.stringify({ key: 'k', name, department: name, irregularities: [] }) };
    });
    const remove = fc.string({ minLength: 1, maxLength: 200 }).map((key): Change => ({ remove: key }));
    const changes = fc.array(fc.oneof(put, remove), { maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(changes, (all) => {
        const puts: unknown[] = [];
        const removes: string[] = [];
        for (const chunk of packed(all)) {
          const { json = '' } = chunkRecord({ run: 'x'.repeat(26), pbx: 'x'.repeat(26), n: 1_000_000, ...chunk });
          expect(Buffer.byteLength(json)).toBeLessThanOrEqual(60 * 1024);
          expect(JSON.parse(json)).toMatchObject({
            put: chunk.put.map((text) => JSON.parse(text)),
            remove: chunk.remove,
          });
          expect(chunk.put.length + chunk.remove.length).toBeGreaterThan(0);
          puts.push(...chunk.put);
          removes.push(...chunk.remove);
        }
        expect(puts).toEqual(all.flatMap((change) => ('put' in change ? [change.put] : [])));
        expect(removes).toEqual(all.flatMap((change) => ('remove' in change ? [change.remove] : [])));
      }),
      { numRuns: 50 },
    );
  });

  it('hold at most 1,000 records and 2,000 keys', () => {
    const puts = packed(Array.from({ length: 2500 }, (): Change => ({ put: '{"key":"k"}' })));
    expect(puts.map(({ put }) => put.length)).toEqual([1000, 1000, 500]);
    const removals = packed(Array.from({ length: 4001 }, (): Change => ({ remove: 'k' })));
    expect(removals.map(({ remove }) => remove.length)).toEqual([2000, 2000, 1]);
  });
});

describe('occurrences', () => {
  it('count as a map does, up to two', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 200 });
    fc.assert(
      fc.property(texts, (all) => {
        const occurrences = new Occurrences();
        const expected = new Map<string, number>();
        for (const text of all) {
          expect(occurrences.add(text)).toBe(Math.min(2, expected.get(text) ?? 0));
          expected.set(text, (expected.get(text) ?? 0) + 1);
        }
        for (const [text, count] of expected) expect(occurrences.count(text)).toBe(Math.min(2, count));
      }),
    );
  });

  it('stay exact while they grow to 200,000', () => {
    const occurrences = new Occurrences();
    let wrong = 0;
    for (let i = 0; i < 200_000; i += 1) wrong += occurrences.add(`person.${i}@example.com`);
    for (let i = 0; i < 200_000; i += 1) wrong += occurrences.count(`person.${i}@example.com`) - 1;
    expect(wrong).toBe(0);
    expect(occurrences.count('nobody@example.com')).toBe(0);
  });
});

describe('the guard', () => {
  const guard = { percent: 10, users: 50 };
  test.each([
    ['nothing goes', { removed: 0, known: 0 }, undefined, 0, false],
    ['10 % exactly', { removed: 10, known: 100 }, undefined, 0, false],
    ['over 10 %', { removed: 11, known: 100 }, undefined, 0, true],
    ['50 exactly', { removed: 50, known: 1000 }, undefined, 0, false],
    ['over 50', { removed: 51, known: 1000 }, undefined, 0, true],
    ['a confirmed list', { removed: 90, known: 100 }, 'remove', 0, false],
    ['a confirmed list and one more', { removed: 90, known: 100 }, 'remove', 1, true],
    ['few others vanish beside the kept ones', { removed: 5, known: 100 }, 'keep', 0, false],
    ['many others vanish beside the kept ones', { removed: 20, known: 100 }, 'keep', 0, true],
  ] as const)('%s', (_, counts, decision, outsiders, held) => {
    expect(mustHold({ ...counts, guard, decision, outsiders })).toBe(held);
  });
});

describe('an aborted source', () => {
  it('ends at once even when the source hangs and does not listen', async () => {
    const controller = new AbortController();
    const hanging: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    };
    const read = (async () => {
      for await (const _ of abortable(hanging, controller.signal)) throw new Error('nothing was yielded');
    })();
    controller.abort(new Error('enough'));
    await expect(read).rejects.toThrow('enough');
  });

  it('is closed when the reader stops early', async () => {
    let closed = false;
    async function* source() {
      try {
        yield* [1, 2, 3];
      } finally {
        closed = true;
      }
    }
    for await (const item of abortable(source(), new AbortController().signal)) if (item === 2) break;
    await Promise.resolve();
    expect(closed).toBe(true);
  });
});
