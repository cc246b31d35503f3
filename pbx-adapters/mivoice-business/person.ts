import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { FormRow } from '#pbx-adapters/channels/form-export/read-form.ts';
import { joinTexts, splitTexts } from '#pbx-adapters/compact-texts.ts';

/** What the Telephone Directory adds to a person, by directory number. */
type DirectoryEntry = Pick<PbxUser, 'name' | 'firstName' | 'lastName' | 'department'>;

/** An entry as one text, in which `unpackedEntry` finds it again. */
export const packedEntry = ({ name, firstName, lastName, department }: DirectoryEntry): string =>
  joinTexts([name, firstName, lastName, department].map((text) => text ?? ''));

export function unpackedEntry(text: string): DirectoryEntry {
  const [name, firstName, lastName, department] = splitTexts(text);
  return {
    ...(name ? { name } : {}),
    ...(firstName ? { firstName } : {}),
    ...(lastName ? { lastName } : {}),
    ...(department ? { department } : {}),
  };
}

/**
 * A directory name: `Last,First` is how the PBX keeps it. A name without a comma is taken as it is; only the first comma
 * divides.
 */
export function splitName(text: string): Pick<PbxUser, 'name' | 'firstName' | 'lastName'> {
  const comma = text.indexOf(',');
  if (comma === -1) return { name: text };
  const lastName = text.slice(0, comma).trim();
  const firstName = text.slice(comma + 1).trim();
  if (lastName === '' || firstName === '') return { name: lastName || firstName || text };
  return { name: `${firstName} ${lastName}`, firstName, lastName };
}

/** The names in a row: own columns for first and last name count before the joined one. */
export function namesOf(row: FormRow): Pick<PbxUser, 'name' | 'firstName' | 'lastName'> {
  const { name, firstName, lastName } = row.cells;
  const split = name === undefined ? {} : splitName(name);
  const first = firstName ?? split.firstName;
  const last = lastName ?? split.lastName;
  const full = split.name ?? [first, last].filter(Boolean).join(' ');
  return {
    ...(full ? { name: full } : {}),
    ...(first === undefined ? {} : { firstName: first }),
    ...(last === undefined ? {} : { lastName: last }),
  };
}

/** Cells that are taken over as they are. */
const PLAIN_FIELDS = ['email', 'department', 'loginId', 'mobilePhone', 'workPhone'] as const;

/** A row of User and Services Configuration as a person, completed from the Telephone Directory. */
export function toUserItem(row: FormRow, directory: (number: string) => DirectoryEntry | undefined): UserItem {
  const { guid, number } = row.cells;
  const where = `line ${row.line}`;
  const key = guid?.toLowerCase() ?? number;
  if (key === undefined) return { kind: 'rejected', where, reason: 'has no directory number' };
  if (key.length > 200) return { kind: 'rejected', where, reason: 'the key is too long' };
  const entry = number === undefined ? undefined : directory(number);
  const user: PbxUser = { key, ...entry, ...namesOf(row) };
  if (number !== undefined) user.extension = number;
  for (const field of PLAIN_FIELDS) {
    const value = row.cells[field];
    if (value !== undefined) user[field] = value;
  }
  return row.problems.length > 0 ? { kind: 'user', user, where, problems: row.problems } : { kind: 'user', user };
}
