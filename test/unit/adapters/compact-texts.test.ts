import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CompactTexts, joinTexts, splitTexts } from '#pbx-adapters/compact-texts.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });

it('holds what a map holds, whatever is put in and replaced', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 3 }), text), { maxLength: 400 }), (puts) => {
      const [texts, map] = [new CompactTexts(), new Map<string, string>()];
      for (const [key, value] of puts) {
        texts.set(key, value);
        map.set(key, value);
        expect(texts.get(key)).toBe(value);
      }
      expect(texts.size).toBe(map.size);
      expect(new Map(texts)).toEqual(map);
      for (const key of map.keys()) expect(texts.get(key)).toBe(map.get(key));
    }),
    { numRuns: 200 },
  );
});

it('keeps the order of 50,000 entries over many pieces of memory, and one that is longer than a piece', () => {
  const texts = new CompactTexts();
  const keys = Array.from({ length: 50_000 }, (_, at) => String(10_000 + at));
  for (const key of keys) texts.set(key, `name of ${key}`);
  texts.set('long', 'x'.repeat(200_000));
  texts.set('after', '');
  expect([...texts].map(([key]) => key)).toEqual([...keys, 'long', 'after']);
  expect(texts.get('59999')).toBe('name of 59999');
  expect(texts.get('long')).toHaveLength(200_000);
  expect(texts.has('60000')).toBe(false);
});

it('fills pieces to the last byte without losing an entry', () => {
  for (let extra = 0; extra < 24; extra += 1) {
    const texts = new CompactTexts();
    texts.set('a', 'x'.repeat(65_536 - 11 - extra));
    for (let at = 0; at < 8; at += 1) texts.set(`k${at}`, String(at));
    expect([...texts].map(([key]) => key)).toEqual(['a', 'k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7']);
  }
});

it('takes a shorter text in the same place, and refuses a key that is too long', () => {
  const texts = new CompactTexts();
  texts.set('1', 'long enough');
  texts.set('2', 'b');
  texts.set('1', 'a');
  expect([...texts]).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
  expect(() => texts.set('k'.repeat(65_536), '')).toThrow(RangeError);
});

it('finds joined texts again, whatever is in them', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '\0', '\\', '0', 'ü'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(part, { minLength: 2, maxLength: 5 }), (texts) => {
      expect(joinTexts(texts)).not.toBe('');
      expect(splitTexts(joinTexts(texts))).toEqual(texts);
    }),
    { numRuns: 2000 },
  );
});
