import { isUtf8 } from 'node:buffer';
import { KEPT, type RawAttribute } from './response.ts';

/** Identifiers that are bytes, not text; given as lower-case hex. */
const HEX = new Set(['objectguid', 'objectsid']);
/** Never kept: secrets, and bulk that no field of a person comes from. */
const DROPPED = new Set(['userpassword', 'unicodepwd', 'sambantpassword', 'jpegphoto', 'thumbnailphoto', 'photo']);

/** What had to be changed in a value so that it could be used. */
export interface ValueProblem {
  attribute: string;
  problem: 'too-long' | 'invalid-utf8';
}

/** An entry of a directory with bounded, valid text. Values are decoded when they are asked for. */
export class LdapEntry {
  readonly dn: string;
  readonly #raw: readonly RawAttribute[];
  readonly #problems: ValueProblem[] = [];

  constructor(dn: string, raw: readonly RawAttribute[]) {
    this.dn = dn.slice(0, 1000);
    this.#raw = raw;
  }

  /** What was wrong with the values that were asked for so far. */
  get problems(): readonly ValueProblem[] {
    return this.#problems;
  }

  /** The values of an attribute; its name in any case. Empty when it is not there. */
  values(attribute: string): string[] {
    const wanted = attribute.toLowerCase();
    const found = this.#raw.find(({ name }) => name.length === wanted.length && name.toLowerCase() === wanted);
    if (!found || isDropped(wanted)) return [];
    if (isHex(wanted)) return found.values.map((value) => value.subarray(0, KEPT).toString('hex'));
    if (found.tooLong) this.#problems.push({ attribute: found.name, problem: 'too-long' });
    return found.values.map((value) => this.#text(found, value));
  }

  /** The names of all attributes that are there and of use, as the server spells them. */
  names(): string[] {
    return this.#raw.map(({ name }) => name).filter((name) => !isDropped(name.toLowerCase()));
  }

  #text({ name: attribute, tooLong }: RawAttribute, value: Buffer): string {
    // A value that was cut may end within a character, which is not the directory's fault.
    if (!tooLong && !isUtf8(value)) this.#problems.push({ attribute, problem: 'invalid-utf8' });
    return value.toString('utf8');
  }
}

/** Options such as `;binary` belong to the description (RFC 4512 section 2.5), not to the type. */
const typeOf = (name: string): string => name.split(';', 1)[0] ?? name;

const isHex = (name: string): boolean => HEX.has(typeOf(name)) || name.includes(';binary');

const isDropped = (name: string): boolean => DROPPED.has(typeOf(name)) || typeOf(name).endsWith('certificate');
