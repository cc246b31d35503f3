import { errorTables, said } from './said.ts';

const codes = errorTables?.english;

/**
 * For JSON.parse: puts errors of the contract, `{code, message, nextStep}` wherever they stand in an answer, into the
 * language of the page. What was met this time (a host, a line number) and words that are not those of the catalogue
 * stay as they are.
 */
export const errorsInLanguage = codes && ((_key: string, value: unknown) => translated(value, codes, said));

/** `detail` is what a check of the self-test and a step of a trunk's proof call their message. */
const WORDS = ['message', 'detail', 'nextStep'];

/** @internal Handed the codes and the words, for the test. */
export function translated(
  value: unknown,
  known: Readonly<Record<string, unknown>>,
  say: (english: string) => string,
): unknown {
  if (!hasCode(value) || !(value.code in known)) return value;
  const told = { ...value };
  for (const name of WORDS) {
    const words = told[name];
    if (typeof words === 'string') told[name] = say(words);
  }
  return told;
}

const hasCode = (value: unknown): value is Record<string, unknown> & { code: string } =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
