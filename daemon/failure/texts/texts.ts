import type { ErrorCode } from '#contract/errors/catalogue.ts';
import type { ErrorText } from '#contract/errors/demarc-error.ts';
import { german } from './de.ts';
import { english } from './en.ts';

/** What the page says in a language. */
export interface FailureTexts {
  language: string;
  title: (host?: string) => string;
  again: string;
  bundle: string;
  bundleLead: string;
  download: string;
  secret: string;
  password: string;
  /** Before and after the command. */
  loopback: readonly [string, string];
  footer: (version: string, code: string, since: string) => string;
  /** Of errors that are met here; what lacks is said as the catalogue of the contract has it. */
  causes: Partial<Record<ErrorCode, string>>;
  /** Instead of the next step of the catalogue, where that is written for a daemon that runs. */
  advice: Partial<Record<ErrorCode, string>>;
}

/** The words for who asks: the first language of theirs that we have, else English. */
export function textsFor(acceptLanguage: string | undefined): FailureTexts {
  const tags = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((tag) => tag.trim().slice(0, 2).toLowerCase());
  return tags.find((tag) => tag === 'de' || tag === 'en') === 'de' ? german : english;
}

/** Cause and next step of an error; what was met this time stays as it is. */
export function wordsOf(texts: FailureTexts, { code, message, nextStep }: ErrorText): [cause: string, next: string] {
  const known = <T>(table: Partial<Record<string, T>>) => table[code];
  const cause = known(texts.causes);
  const met = message.indexOf(' (');
  return [cause === undefined ? message : cause + (met < 0 ? '' : message.slice(met)), known(texts.advice) ?? nextStep];
}
