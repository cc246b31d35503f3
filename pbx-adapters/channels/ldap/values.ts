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
  problem: ValueProblem | undefined;
}

/** An attribute's name and what follows from it. */
interface KnownName {
  bytes: Buffer;
  name: string;
  key: string;
  dropped: boolean;
  hex: boolean;
}

/** Names that one search remembers; whoever sends more is read all the same. */
const MAX_KNOWN = 200;

/** Reads the attributes of the entries of one search. All entries have the same few names, so each is understood once. */
export class AttributeReader {
  readonly #known: KnownName[] = [];
  #next = 0;

  /**
   * Reads one attribute (RFC 4511 section 4.1.7) of a list that ends at `limit`. Values become text at once: views would
   * keep what was received in memory.
   * @returns undefined for one that is never kept @throws DemarcError `ldap.protocol`
   */
  read(list: BerReader, limit: number): EntryAttribute | undefined {
    const end = list.enter(0x30, limit);
    list.skim(end);
    const { name, key, dropped, hex } = this.#name(list);
    const setEnd = list.enter(0x31, end);
    let found: EntryAttribute | undefined;
    if (!dropped) {
      found = { name, key, values: [], problem: undefined };
      while (list.at < setEnd && found.values.length < MAX_VALUES) {
        list.skim(setEnd);
        found.values.push(hex ? list.last().toString('hex', 0, KEPT) : readText(list, found));
      }
    }
    list.leave(end);
    return found;
  }

  /** Servers send the attributes of all entries in much the same order: the next one is tried first. */
  #name(list: BerReader): KnownName {
    const known = this.#known;
    for (let tried = 0; tried < known.length; tried += 1) {
      const at = (this.#next + tried) % known.length;
      const candidate = known[at];
      if (candidate === undefined || !list.lastIs(candidate.bytes)) continue;
      this.#next = at + 1;
      return candidate;
    }
    const fresh = understand(list);
    if (known.length < MAX_KNOWN) known.push(fresh);
    return fresh;
  }
}

function understand(list: BerReader): KnownName {
  const name = list.lastText(128);
  const key = name.toLowerCase();
  // Options belong to the description (RFC 4512 section 2.5), not to the type.
  const type = key.includes(';') ? key.slice(0, key.indexOf(';')) : key;
  const dropped = DROPPED.has(type) || type.endsWith('certificate');
  return { bytes: Buffer.from(list.last()), name, key, dropped, hex: HEX.has(type) || key.includes(';binary') };
}

/** The value that was read last. */
function readText(set: BerReader, attribute: EntryAttribute): string {
  if (set.lastSize > MAX_VALUE) {
    attribute.problem = 'too-long';
    // The cut may fall within a character, which is not the directory's fault.
    return set.lastText(KEPT);
  }
  const text = set.lastText(MAX_VALUE);
  // Decoding puts this mark where bytes are not valid; a value may also hold it rightly.
  if (text.includes('\ufffd') && !isUtf8(set.last())) attribute.problem = 'invalid-utf8';
  return text;
}
