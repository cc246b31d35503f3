import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikeAccident, RemovalGuard, UserRecord } from '#contract/users.ts';

const guard = RemovalGuard.parse({});

describe('the removal guard', () => {
  test('stands at 10 percent and 50 users unless set otherwise', () => {
    expect(guard).toEqual({ percent: 10, users: 50 });
  });

  test.each([
    { removed: 0, known: 0, held: false },
    { removed: 0, known: 2500, held: false },
    { removed: 1, known: 10, held: false },
    { removed: 2, known: 10, held: true },
    { removed: 10, known: 100, held: false },
    { removed: 11, known: 100, held: true },
    { removed: 50, known: 2500, held: false },
    { removed: 51, known: 2500, held: true },
    { removed: 1, known: 1, held: true },
  ])('$removed of $known removed: held is $held', ({ removed, known, held }) => {
    expect(looksLikeAccident(removed, known, guard)).toBe(held);
  });

  test('once a run is held, more removals never let it pass', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.nat(100), (removed, more, known) => {
        if (looksLikeAccident(removed, known, guard))
          expect(looksLikeAccident(removed + more, known, guard)).toBe(true);
      }),
    );
  });

  test('everyone leaving is always held', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), (known) => looksLikeAccident(known, known, guard)));
  });
});

test('an extension keeps its leading zeros', () => {
  expect(UserRecord.parse({ key: 'a', name: 'A', extension: '0012' }).extension).toBe('0012');
  expect(UserRecord.safeParse({ key: 'a', name: 'A', extension: 12 }).success).toBe(false);
});
