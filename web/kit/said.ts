import { absoluteTime } from './format/age.ts';
import { day } from './format/day.ts';
import { language } from './language.ts';
import { createSaid } from './phrases.ts';

/** An error's words, as the catalogue of the contract has them in English. */
export interface ErrorWords {
  cause: string;
  nextStep: string;
}
type ErrorTable = Readonly<Record<string, ErrorWords>>;

const loaded =
  language === 'de'
    ? await Promise.all([
        import('#contract/errors/catalogue.ts'),
        import('./texts/de-errors/index.ts'),
        import('./texts/de-phrases/index.ts'),
      ])
    : undefined;

/** The errors of the contract and how the language of this page says them; undefined where that is English. */
export const errorTables = loaded && {
  english: loaded[0].catalogue as ErrorTable,
  own: loaded[1].errorTexts as ErrorTable,
};

/**
 * What the connector or a gateway wrote in English, in the language of the page; what these pages do not know, as it
 * came. Events, results of checks and words of a progress are written and kept in English, whoever reads them.
 */
export const said: (english: string) => string =
  loaded === undefined || errorTables === undefined
    ? (english) => english
    : createSaid({ ...errorPhrases(errorTables), ...loaded[2].phrases }, (instant) =>
        /^\d{4}-\d\d-\d\d$/.test(instant) ? day(instant) : absoluteTime(instant),
      );

/** @internal Errors as sentences, as other sentences contain them. */
export function errorPhrases({ english, own }: { english: ErrorTable; own: ErrorTable }): Record<string, string> {
  const sentences: Record<string, string> = {};
  for (const [code, words] of Object.entries(english)) {
    const ours = own[code];
    if (ours === undefined) continue;
    sentences[words.cause] = ours.cause;
    sentences[words.nextStep] = ours.nextStep;
  }
  return sentences;
}
