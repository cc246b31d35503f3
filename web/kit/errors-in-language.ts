import { language } from './language.ts';

/** An error's words, as the catalogue of the contract has them in English. */
export interface ErrorWords {
  cause: string;
  nextStep: string;
}

const catalogues =
  language === 'de'
    ? {
        english: (await import('#contract/errors/catalogue.ts')).catalogue as Readonly<Record<string, ErrorWords>>,
        own: (await import('./texts/de-errors/index.ts')).errorTexts as Readonly<Record<string, ErrorWords>>,
      }
    : undefined;

/**
 * For JSON.parse: puts errors of the contract, `{code, message, nextStep}` wherever they stand in an answer, into the
 * language of the page. What was met this time (a host, a line number) stands behind the cause and stays as it is, and
 * so do words that are not those of the catalogue.
 */
export const errorsInLanguage = catalogues && ((_key: string, value: unknown) => translated(value, catalogues));

/** @internal Handed the catalogues, for the test. */
export function translated(
  value: unknown,
  { english, own }: { english: Readonly<Record<string, ErrorWords>>; own: Readonly<Record<string, ErrorWords>> },
): unknown {
  if (!hasCode(value)) return value;
  const [theirs, ours] = [english[value.code], own[value.code]];
  if (theirs === undefined || ours === undefined) return value;
  const said = { ...value };
  // `detail` is what a check of the self-test and a step of a trunk's proof call it.
  for (const name of ['message', 'detail']) {
    const words = said[name];
    if (typeof words === 'string' && words.startsWith(theirs.cause)) {
      said[name] = ours.cause + words.slice(theirs.cause.length);
    }
  }
  if (said['nextStep'] === theirs.nextStep) said['nextStep'] = ours.nextStep;
  return said;
}

const hasCode = (value: unknown): value is Record<string, unknown> & { code: string } =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
