import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import type { LdapEntry } from '#pbx-adapters/channels/ldap/entry.ts';
import { type LdapMapping, MAPPED_FIELDS, type MappedField } from './connection.ts';

/** Attributes that are the identity of an entry, whatever it is called and wherever it is moved (RFC 4530, AD). */
export const IDENTITY_ATTRIBUTES = ['entryUUID', 'objectGUID'] as const;

const IDENTITY_KEYS = IDENTITY_ATTRIBUTES.map((name) => name.toLowerCase());

/** Longest text of a field, in characters; a longer one is cut and reported. */
const MAX_FIELD = 256;
const MAX_KEY = 200;

const USER_FIELDS = MAPPED_FIELDS.filter((name) => name !== 'key');

/** The attributes to ask for: those of the mapping and the identity. */
export const attributesFor = (mapping: LdapMapping): string[] => [
  ...new Set([...IDENTITY_ATTRIBUTES, ...Object.values(mapping).flatMap((names) => names ?? [])]),
];

/**
 * Reads entries as persons by a mapping. The key is what the mapping names as key (learned: the identity), else the
 * entry's identity, else the extension; never the e-mail address, which people share and change.
 */
export function personReader(mapping: LdapMapping): (entry: LdapEntry) => UserItem {
  const sources = (name: MappedField): Source[] =>
    (mapping[name] ?? []).map((attribute) => ({ attribute, key: attribute.toLowerCase() }));
  const fields = USER_FIELDS.map((name) => ({ name, from: sources(name) })).filter(({ from }) => from.length > 0);
  const [keys, extensions] = [sources('key'), sources('extension')];
  return (entry) => {
    const problems: string[] = [];
    const key =
      fieldOf(entry, keys, problems)?.toLowerCase() ?? identityOf(entry) ?? fieldOf(entry, extensions, problems);
    const where = entry.dn.slice(0, 300);
    if (key === undefined) return { kind: 'rejected', where, reason: 'has neither an identity nor an extension' };
    if (key.length > MAX_KEY) return { kind: 'rejected', where, reason: 'the key is too long' };
    const user: PbxUser = { key };
    for (const { name, from } of fields) {
      const value = fieldOf(entry, from, problems);
      if (value !== undefined) user[name] = value;
    }
    for (const { attribute, problem } of entry.isChanged ? entry.problems() : []) {
      const told = problem === 'too-long' ? 'cut, the value is longer than 64 KiB' : 'not valid UTF-8';
      problems.push(`${attribute}: ${told}`);
    }
    if (problems.length === 0) return { kind: 'user', user };
    return { kind: 'user', user, where, problems: [...new Set(problems)] };
  };
}

/** An attribute that a field may come from; `key` is its name in lower case. */
interface Source {
  attribute: string;
  key: string;
}

function fieldOf(entry: LdapEntry, sources: readonly Source[], problems: string[]): string | undefined {
  for (const { attribute, key } of sources) {
    const value = entry.first(key)?.trim();
    if (value === undefined || value === '') continue;
    if (value.length > MAX_FIELD) problems.push(`${attribute}: cut to ${MAX_FIELD} characters`);
    return wellFormedCut(value, MAX_FIELD);
  }
  return undefined;
}

function identityOf(entry: LdapEntry): string | undefined {
  for (const name of IDENTITY_KEYS) {
    const value = entry.first(name)?.trim();
    if (value) return value.toLowerCase();
  }
  return undefined;
}

/** The start of a text, without half a character at its end. */
const wellFormedCut = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).toWellFormed().replace(/�$/, '');
