import { isUtf8 } from 'node:buffer';
import type { BerReader } from './ber.ts';

/** Longest value that is kept whole, in bytes. */
const MAX_VALUE = 64 * 1024;
/** How much of a longer value is kept, in bytes: enough to recognise it. */
const KEPT = 256;
const MAX_VALUES = 100;

/** Identifiers that are bytes, not text; given as lower-case hex. */
const HEX = new Set(['objectguid', 'objectsid']);
/** Never kept: secrets, and bulk that no field of a person comes from. */
const DROPPED = new Set(['userpassword', 'unicodepwd', 'sambantpassword', 'jpegphoto', 'thumbnailphoto', 'photo']);

/** What had to be changed in a value so that it could be used. */
export type ValueProblem = 'too-long' | 'invalid-utf8';

/** One attribute of an entry as bounded, valid text. */
export interface EntryAttribute {
  /** As the server spells it, with options such as `;lang-de`. */
  name: string;
  /** The name in lower case: attribute names are equal in any case. */
  key: string;
  values: string[];
  problem?: ValueProblem;
}

/**
 * Reads one attribute (RFC 4511 section 4.1.7). Values become text at once: views would keep what was received in memory.
 * @returns undefined for one that is never kept @throws DemarcError `ldap.protocol`
 */
export function readAttribute(list: BerReader): EntryAttribute | undefined {
  const attribute = list.nested(0x30);
  const name = attribute.text(128);
  const set = attribute.nested(0x31);
  const key = name.toLowerCase();
  // Options belong to the description (RFC 4512 section 2.5), not to the type.
  const type = key.includes(';') ? key.slice(0, key.indexOf(';')) : key;
  if (DROPPED.has(type) || type.endsWith('certificate')) return undefined;
  const hex = HEX.has(type) || key.includes(';binary');
  const found: EntryAttribute = { name, key, values: [] };
  while (!set.done && found.values.length < MAX_VALUES) {
    found.values.push(hex ? set.octets().toString('hex', 0, KEPT) : readText(set, found));
  }
  return found;
}

function readText(set: BerReader, attribute: EntryAttribute): string {
  const text = set.text(MAX_VALUE);
  if (set.lastSize > MAX_VALUE) {
    attribute.problem = 'too-long';
    // The cut may fall within a character, which is not the directory's fault.
    return set.last().toString('utf8', 0, KEPT);
  }
  // Decoding puts this mark where bytes are not valid; a value may also hold it rightly.
  if (text.includes('\ufffd') && !isUtf8(set.last())) attribute.problem = 'invalid-utf8';
  return text;
}
