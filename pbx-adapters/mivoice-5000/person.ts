import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { LdapEntry } from '#pbx-adapters/channels/ldap/entry.ts';
import { type LdapMapping, MAPPED_FIELDS, type MappedField } from './connection.ts';

/** Attributes that are the identity of an entry, whatever it is called and wherever it is moved (RFC 4530, AD). */
export const IDENTITY_ATTRIBUTES = ['entryUUID', 'objectGUID'] as const;

/** Longest text of a field, in characters; a longer one is cut and reported. */
const MAX_FIELD = 256;
const MAX_KEY = 200;

const USER_FIELDS = MAPPED_FIELDS.filter((name) => name !== 'key');

/** The attributes to ask for: those of the mapping and the identity. */
export const attributesFor = (mapping: LdapMapping): string[] => [
  ...new Set([...IDENTITY_ATTRIBUTES, ...Object.values(mapping).flatMap((names) => names ?? [])]),
];

/**
 * One entry as a person. The key is what the mapping names as key (learned: the identity), else the entry's identity,
 * else the extension; never the e-mail address, which people share and change.
 */
export function toUserItem(entry: LdapEntry, mapping: LdapMapping): UserItem {
  const problems: string[] = [];
  const field = (name: MappedField): string | undefined => {
    for (const attribute of mapping[name] ?? []) {
      const value = entry.values(attribute)[0]?.trim();
      if (value === undefined || value === '') continue;
      if (value.length > MAX_FIELD) problems.push(`${attribute}: cut to ${MAX_FIELD} characters`);
      return wellFormedCut(value, MAX_FIELD);
    }
    return undefined;
  };
  const identity = IDENTITY_ATTRIBUTES.map((name) => entry.values(name)[0]?.trim().toLowerCase()).find(Boolean);
  const key = field('key')?.toLowerCase() ?? identity ?? field('extension');
  const where = entry.dn.slice(0, 300);
  if (key === undefined) return { kind: 'rejected', where, reason: 'has neither an identity nor an extension' };
  if (key.length > MAX_KEY) return { kind: 'rejected', where, reason: 'the key is too long' };
  const user: PbxUser = { key };
  for (const name of USER_FIELDS) {
    const value = field(name);
    if (value !== undefined) user[name] = value;
  }
  for (const { attribute, problem } of entry.problems()) {
    const told = problem === 'too-long' ? 'cut, the value is longer than 64 KiB' : 'not valid UTF-8';
    problems.push(`${attribute}: ${told}`);
  }
  return problems.length > 0 ? { kind: 'user', user, where, problems: [...new Set(problems)] } : { kind: 'user', user };
}

/** The start of a text, without half a character at its end. */
const wellFormedCut = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).toWellFormed().replace(/�$/, '');
