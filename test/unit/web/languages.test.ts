import { describe, expect, test } from 'vitest';
import { catalogue } from '#contract/errors/catalogue.ts';
import { german as failureTexts } from '#daemon/failure/texts/de.ts';
import { text as german } from '#web/console/texts/de/index.ts';
import { text as english } from '#web/console/texts/en/index.ts';
import { translated } from '#web/kit/errors-in-language.ts';
import { createSaid } from '#web/kit/phrases.ts';
import { errorPhrases } from '#web/kit/said.ts';
import { kitText as germanKit } from '#web/kit/texts/de.ts';
import { errorTexts } from '#web/kit/texts/de-errors/index.ts';
import { kitText as englishKit } from '#web/kit/texts/en.ts';
import { text as germanWizard } from '#web/wizard/texts/de/index.ts';
import { text as englishWizard } from '#web/wizard/texts/en/index.ts';

/** Every text of a catalogue by its path; functions are asked with the words "<1>", "<2>" for what they are given. */
function texts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value('<1>', '<2>', '<3>', '<4>', '<5>'))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => texts(one, path === '' ? name : `${path}.${name}`));
}

describe.each([
  ['console', english, german],
  ['kit', englishKit, germanKit],
  ['wizard', englishWizard, germanWizard],
])('the German catalogue of the %s', (_name, first, second) => {
  const [ours, theirs] = [new Map(texts(first)), new Map(texts(second))];

  test('says each text', () => {
    // It may say more: words for what the gateway tells in English.
    expect([...ours.keys()].filter((path) => !theirs.has(path))).toEqual([]);
    expect([...theirs].filter(([path, text]) => text.trim() === '' && (ours.get(path) ?? '') !== '')).toEqual([]);
  });

  test('leaves out nothing of what a text is given', () => {
    const given = (text: string) => [...new Set(text.match(/<\d>/g))].sort().join();
    const differ = [...ours].filter(([path, text]) => given(text) !== given(theirs.get(path) ?? ''));
    expect(differ.map(([path]) => path)).toEqual([]);
  });

  test('is German: no sentence is left as it was', () => {
    const same = [...ours].filter(([path, text]) => text.split(' ').length > 3 && theirs.get(path) === text);
    expect(same.map(([path]) => path)).toEqual([]);
  });
});

test('every error of the contract has German words', () => {
  expect(Object.keys(catalogue).filter((code) => !(code in errorTexts))).toEqual([]);
  expect(Object.keys(errorTexts).filter((code) => !(code in catalogue))).toEqual([]);
});

test('the page of a gateway that cannot start names errors as all other pages do', () => {
  const differ = Object.entries(failureTexts.causes).filter(
    ([code, cause]) => (errorTexts as Record<string, { cause: string }>)[code]?.cause !== cause,
  );
  expect(differ).toEqual([]);
});

describe('errors on their way to the screen', () => {
  const say = createSaid(errorPhrases({ english: catalogue, own: errorTexts }), String);
  const words = { cause: errorTexts['pbx.timeout']?.cause, nextStep: errorTexts['pbx.timeout']?.nextStep };
  const { cause, nextStep } = catalogue['pbx.timeout'];

  test('cause and next step change, what was met stays', () => {
    const said = translated(
      { code: 'pbx.timeout', message: `${cause} (host.example: 389)`, nextStep, other: 1 },
      catalogue,
      say,
    );
    expect(said).toEqual({
      code: 'pbx.timeout',
      message: `${words.cause} (host.example: 389)`,
      nextStep: words.nextStep,
      other: 1,
    });
  });

  test('a check says it in its detail', () => {
    expect(translated({ code: 'pbx.timeout', status: 'error', detail: cause }, catalogue, say)).toMatchObject({
      detail: words.cause,
    });
  });

  test.each([
    { code: 'pbx.timeout', message: 'Words of an older version', nextStep: 'Do that' },
    { code: 'not.ours', message: cause, nextStep },
    { code: 5, message: cause },
    ['pbx.timeout', cause],
    null,
    cause,
  ])('%j stays as it is', (value) => {
    expect(translated(value, catalogue, say)).toEqual(value);
  });
});
