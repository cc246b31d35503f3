import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sequence } from '#connector/ingest/sequence.ts';

/** The same rule in the plainest way: a set of numbers. */
class Plain {
  readonly seen = new Set<number>();
  settle(first: number, last: number): number {
    let added = 0;
    for (let n = Math.max(1, first); n <= last; n++) {
      if (!this.seen.has(n)) added++;
      this.seen.add(n);
    }
    return added;
  }
  get acked(): number {
    let n = 0;
    while (this.seen.has(n + 1)) n++;
    return n;
  }
}

const step = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }));

describe('Sequence', () => {
  it('agrees with a plain set of numbers for any order, repetition and range', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sequence = new Sequence(0);
        const plain = new Plain();
        for (const [first, more] of steps) {
          expect(sequence.settle(first, first + more)).toBe(plain.settle(first, first + more));
          expect(sequence.acked).toBe(plain.acked);
        }
        for (let n = 1; n <= 80; n++) expect(sequence.has(n)).toBe(plain.seen.has(n));
      }),
    );
  });

  it('keeps its ranges apart, in order and above what is acknowledged', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sequence = new Sequence(0);
        for (const [first, more] of steps) sequence.settle(first, first + more);
        let below = sequence.acked;
        for (const { seq, upto } of sequence.ranges) {
          expect(seq).toBeGreaterThan(below + 1);
          expect(upto).toBeGreaterThanOrEqual(seq);
          below = upto;
        }
      }),
    );
  });

  it('goes on from what was stored', () => {
    const sequence = new Sequence(3, [
      { seq: 9, upto: 9 },
      { seq: 5, upto: 6 },
    ]);
    expect(sequence.settle(4, 4)).toBe(1);
    expect(sequence.acked).toBe(6);
    expect(sequence.ranges).toEqual([{ seq: 9, upto: 9 }]);
  });

  it('settles a range of any length at once', () => {
    const sequence = new Sequence(0);
    expect(sequence.settle(1, Number.MAX_SAFE_INTEGER - 1)).toBe(Number.MAX_SAFE_INTEGER - 1);
    expect(sequence.ranges).toEqual([]);
  });

  it('gives up the lowest holes first and counts what was in them', () => {
    const sequence = new Sequence(0);
    for (const seq of [3, 6, 10]) sequence.settle(seq, seq);
    expect(sequence.giveUpBeyond(1)).toBe(2 + 2);
    expect(sequence.acked).toBe(6);
    expect(sequence.ranges).toEqual([{ seq: 10, upto: 10 }]);
  });
});
