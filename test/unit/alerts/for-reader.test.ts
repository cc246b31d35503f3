import { expect, test } from 'vitest';
import { textsForReader } from '#connector/alerts/texts/for-reader.ts';
import { TEXTS } from '#connector/alerts/texts/texts.ts';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['it-IT, FR-ch;q=0.7, de', 'fr'],
  ['ja,zh', 'en'],
  ['*', 'en'],
  [`${'x'.repeat(5000)},de`, 'en'],
] as const)('an alert is told to somebody who wants %j in %s', (header, language) => {
  expect(textsForReader({ headers: { 'accept-language': header } })).toBe(TEXTS[language]);
});
