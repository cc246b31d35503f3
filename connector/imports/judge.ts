import { type ImportCells, ImportProblem } from '#contract/api/imports.ts';
import { UserRole } from '#contract/api/users.ts';
import { cleanText } from '#contract/clean-text.ts';
import { readEmail } from '#contract/email.ts';
import { fullName, MAX_NAME } from '../users/values.ts';

/** A row with what is wrong with it by itself, as stored bits. */
export interface JudgedRow extends Judged {
  n: number;
}

interface Judged {
  cells: ImportCells;
  /** In lower case; empty when there is no address that could be used. */
  emailKey: string;
  own: number;
}

export const problemBit = (problem: ImportProblem): number => 1 << ImportProblem.options.indexOf(problem);

export const problemsOf = (bits: number): ImportProblem[] =>
  ImportProblem.options.filter((problem) => (bits & problemBit(problem)) !== 0);

/** The role that a cell names: nothing is User (IMP-6). Undefined for any other word. */
export const roleOf = (text: string): UserRole | undefined =>
  text === '' ? 'User' : UserRole.options.find((role) => role.toLowerCase() === text.toLowerCase());

/**
 * Cleans the cells of a row and judges them by themselves (IMP-4 to IMP-6). `flaws` are what a spreadsheet brought along;
 * a row that a person corrected has none.
 */
export function judge(given: ImportCells, flaws: readonly ImportProblem[] = []): Judged {
  const clean = (text: string, max: number) => cleanText(text, max) ?? '';
  const cells: ImportCells = {
    firstName: clean(given.firstName, MAX_NAME),
    lastName: clean(given.lastName, MAX_NAME),
    name: clean(given.name, MAX_NAME),
    email: clean(given.email, 320),
    role: clean(given.role, 64),
  };
  const problems: ImportProblem[] = [...flaws];
  const email = readEmail(cells.email === '' ? undefined : cells.email);
  if (!isVisible(cells.name) && !isVisible(cells.firstName) && !isVisible(cells.lastName)) problems.push('no-name');
  if (email.status === 'none') problems.push('no-email');
  if (email.status === 'invalid') problems.push('invalid-email');
  if (roleOf(cells.role) === undefined) problems.push('unknown-role');
  const names = [given.name, given.firstName, given.lastName];
  if (names.some((name) => name.trim().length > MAX_NAME)) problems.push('too-long');
  return {
    cells,
    emailKey: email.status === 'valid' ? email.email.toLowerCase() : '',
    own: problems.reduce((bits, problem) => bits | problemBit(problem), 0),
  };
}

/** Whether a name has anything that can be read: not only marks and signs that are invisible by themselves. */
const isVisible = (name: string): boolean => /[^\p{Cf}\p{Zs}\p{Mn}]/u.test(name);

/** The name of the user that a row makes. */
export const displayName = ({ name, firstName, lastName }: Pick<ImportCells, 'name' | 'firstName' | 'lastName'>) =>
  name === '' ? (fullName(firstName, lastName) ?? '') : name;
