import { describe, expect, test } from 'vitest';
import { catalogue } from '#contract/errors/catalogue.ts';
import { createSaid } from '#web/kit/phrases.ts';
import { errorPhrases } from '#web/kit/said.ts';
import { errorTexts } from '#web/kit/texts/de-errors/index.ts';
import { phrases } from '#web/kit/texts/de-phrases/index.ts';

describe('sentences of the programs in another language', () => {
  const said = createSaid(
    {
      'The disk is full': 'Die Platte ist voll',
      'Sync of {1} failed: {2}': 'Abgleich von {1} gescheitert: {2*}',
      'Valid until {1_}, {2_} days left': 'Noch {2} Tage, bis {1@}',
      '{1_} is {2}': '{1} ist {2}',
      'leads to {1}': 'führt zu {1}',
      'There is no way': 'Es gibt keinen Weg',
    },
    (instant) => `<${instant}>`,
  );

  test.each([
    ['The disk is full', 'Die Platte ist voll'],
    ['The disk is full (1 MiB)', 'Die Platte ist voll (1 MiB)'],
    [
      'Sync of The disk is full failed: The disk is full',
      'Abgleich von The disk is full gescheitert: Die Platte ist voll',
    ],
    ['Valid until 2026-11-22, 3 days left', 'Noch 3 Tage, bis <2026-11-22>'],
    ['pbx is 10.0.0.1', 'pbx ist 10.0.0.1'],
    ['leads to a; leads to b', 'führt zu a; führt zu b'],
    ['There is no way; Unknown.', 'Es gibt keinen Weg; Unknown.'],
    ['Sync of A failed', 'Sync of A failed'],
    ['the big pbx is 10.0.0.1', 'the big pbx is 10.0.0.1'],
    ['', ''],
  ])('%j', (english, own) => {
    expect(said(english)).toBe(own);
  });

  test('a text that was made to be slow takes no time', () => {
    const gaps = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`a{1}a{2}a{3}a{4}a{5}${n}`, 'x']));
    const slow = createSaid(gaps, String);
    const began = performance.now();
    slow('a'.repeat(1999));
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('the German sentences', () => {
  const said = createSaid({ ...errorPhrases({ english: catalogue, own: errorTexts }), ...phrases }, String);
  const gaps = (text: string) =>
    '123456789'
      .split('')
      .filter((name) => text.includes(`{${name}`))
      .join();

  test('say all that they are given', () => {
    const differ = Object.entries(phrases).filter(([english, german]) => gaps(english) !== gaps(german));
    expect(differ).toEqual([]);
  });

  test('are found again, whatever stands in the gaps', () => {
    const wrong = Object.keys(phrases).filter((english) => {
      const met = english.replaceAll(/\{(\d).?\}/g, (_whole, name: string) => `X${name}`);
      const german = (phrases[english] ?? '').replaceAll(/\{(\d).?\}/g, (_whole, name: string) => `X${name}`);
      return said(met) !== german;
    });
    expect(wrong).toEqual([]);
  });
});
