import { cleanText } from '#contract/clean-text.ts';
import { readEmail } from '#contract/email.ts';
import { InvalidField } from '../lists/invalid-field.ts';

/** Longest name that is kept, as in what PBXs send. */
export const MAX_NAME = 256;

/** A name as people typed it, on one line and without what cannot be seen. @throws InvalidField when nothing is left */
export function nameOf(field: string, text: string): string {
  const name = cleanText(text, MAX_NAME);
  if (name === undefined) throw new InvalidField(field, 'must not be empty');
  return name;
}

/** @throws InvalidField for what is no address that mail can be brought to (USR-9) */
export function emailOf(text: string): string {
  const reading = readEmail(text);
  if (reading.status !== 'valid') throw new InvalidField('email', 'must be an e-mail address');
  return reading.email;
}

/** First and last name as one; undefined when there is neither. */
export const fullName = (first: string | null | undefined, last: string | null | undefined): string | undefined =>
  [first, last].filter((part) => part !== null && part !== undefined && part !== '').join(' ') || undefined;

/** Lower-case text in which the list searches. */
export const searchText = (...parts: readonly (string | null)[]): string =>
  parts
    .filter((part) => part !== null)
    .join(' ')
    .toLowerCase();
