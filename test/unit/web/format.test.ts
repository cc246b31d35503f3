import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLAIM_CODE_ALPHABET } from '#contract/ids.ts';
import { absoluteTime, age, duration } from '#web/kit/format/age.ts';
import { completeClaimCode, groupedFingerprint, typedClaimCode } from '#web/kit/format/claim-code.ts';
import { toCsv } from '#web/kit/format/csv.ts';
import { bytes, capacity, counted } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('age', () => {
  test.each([
    [0, 'just now'],
    [59_999, 'just now'],
    [MINUTE, '1 min ago'],
    [HOUR - 1, '59 min ago'],
    [HOUR, '1 h ago'],
    [47 * HOUR, '47 h ago'],
    [48 * HOUR, '2 days ago'],
    [-30_000, 'in a moment'],
    [-14 * MINUTE, 'in 14 min'],
  ])('%i ms ago reads "%s"', (ago, words) => expect(age(1e12 - ago, 1e12)).toBe(words));

  test('never looks older than it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: HOUR, max: 47 * HOUR }), (ago) => {
        expect(Number.parseInt(age(1e12 - ago, 1e12), 10) * HOUR).toBeLessThanOrEqual(ago);
      }),
    );
  });
});

test.each([
  [380, '380 ms'],
  [4210, '4.2 s'],
  [3 * MINUTE + 5, '3 min'],
])('a duration of %i ms reads "%s"', (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

test('the absolute time names its zone, and what is no time is shown as it came', () => {
  expect(absoluteTime('2026-11-22T07:09:20.000Z', 'UTC')).toBe('22 Nov 2026, 07:09:20 UTC');
  expect(absoluteTime('2026-07-01T10:00:00.000Z', 'Europe/Vienna')).toContain('12:00:00');
  expect(absoluteTime('garbage')).toBe('garbage');
});

test.each([
  [130_023_424, '124.00 MiB'],
  [1024 ** 3 - 1, '1024.00 MiB'],
  [1024 ** 3, '1.00 GiB'],
  [8_241_004_544, '7.68 GiB'],
])('INV-27: a capacity of %i bytes reads "%s"', (value, words) => expect(capacity(value)).toBe(words));

test.each([
  [0, '0 B'],
  [482_113, '471 KiB'],
  [5 * 1024 ** 2, '5.0 MiB'],
])('a backlog of %i bytes reads "%s"', (value, words) => expect(bytes(value)).toBe(words));

test('counts take the right noun', () => {
  expect(counted(1, 'users')).toBe('1 user');
  expect(counted(12_345, 'users')).toBe('12,345 users');
});

test('cause and next step become sentences of their own', () => {
  expect(sentences('62 users would be removed', 'Decide in the console.')).toBe(
    '62 users would be removed. Decide in the console.',
  );
  expect(sentences('Why?', undefined, ' ')).toBe('Why?');
});

describe('CSV', () => {
  test('quotes what needs it and disarms what a spreadsheet would run', () => {
    expect(toCsv(['a', 'b'], [['x,"y"\n', '=1+1']])).toBe('a,b\r\n"x,""y""\n",\'=1+1\r\n');
  });

  test('no cell begins a formula, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cell = toCsv(['h'], [[text]])
          .slice(3)
          .replace(/^"/, '');
        expect(cell).not.toMatch(/^[=+\-@\t]/);
      }),
    );
  });
});

describe('claim code', () => {
  test('is cleaned while it is typed', () => {
    expect(typedClaimCode('ac de-fghjk')).toBe('ACDE-FGHJ');
    expect(typedClaimCode('0O1I')).toBe('');
  });

  test('a whole code survives typing in any case with or without dashes', () => {
    const letter = fc.constantFrom(...CLAIM_CODE_ALPHABET.split(''));
    fc.assert(
      fc.property(fc.array(letter, { minLength: 8, maxLength: 8 }), fc.boolean(), (letters, lower) => {
        const code = letters.join('');
        const typed = typedClaimCode(lower ? code.toLowerCase() : code);
        expect(completeClaimCode(typed)).toBe(code);
        expect(typedClaimCode(typed)).toBe(typed);
      }),
    );
  });

  test('an incomplete one is none', () => expect(completeClaimCode('ACDE-FG')).toBeUndefined());
});

test('a hexadecimal fingerprint is shown in groups of four, anything else as it is', () => {
  expect(groupedFingerprint('9f2a0c44be71d3385a6fe01c7d92ab30')).toBe('9F2A 0C44 BE71 D338 5A6F E01C 7D92 AB30');
  expect(groupedFingerprint('SHA256:abc')).toBe('SHA256:abc');
});
