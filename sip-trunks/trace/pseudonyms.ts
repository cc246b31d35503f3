import { createHmac } from 'node:crypto';

/** So many digits at the end of a number say who it is; what is before says from where, and how the number is written. */
const PERSONAL_DIGITS = 7;
const TRIES = 200;

/**
 * The same name for the same number or person through one trace, and another in the next. A number keeps its length, its
 * plus and what is before its last seven digits, so that faults of the number format stay visible, and one number written
 * in two ways is still seen to be one.
 */
export class Pseudonyms {
  readonly #key: Buffer;
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** `key` is secret and made anew for each trace. */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** A number as it is written: digits with separators keep the separators. */
  number(written: string): string {
    const digits = [...written.matchAll(/\d/g)].map(({ 0: digit }) => digit).join('');
    const personal = digits.slice(-PERSONAL_DIGITS);
    const other = digits.slice(0, digits.length - personal.length);
    const replaced = other + this.#digits(personal);
    let at = 0;
    return written.replaceAll(/\d/g, () => replaced[at++] ?? '0');
  }

  /** Any other name: a word of the same length, at least four letters. */
  word(name: string): string {
    return this.#once(`w${name.toLowerCase()}`, (hash) =>
      [...hash]
        .map((byte) => String.fromCharCode(97 + (byte % 26)))
        .join('')
        .slice(0, Math.min(32, Math.max(4, name.length))),
    );
  }

  #digits(personal: string): string {
    if (personal === '') return '';
    return this.#once(`d${personal}`, (hash) =>
      [...hash.subarray(0, personal.length)].map((byte) => String(byte % 10)).join(''),
    );
  }

  /** Two originals get two names as long as there are enough of that length; nothing ever keeps its own. */
  #once(original: string, make: (hash: Buffer) => string): string {
    const known = this.#known.get(original);
    if (known !== undefined) return known;
    let name = '';
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      name = make(createHmac('sha256', this.#key).update(`${attempt} ${original}`).digest());
      if (name !== original.slice(1) && !this.#taken.has(original.slice(0, 1) + name)) break;
    }
    this.#taken.add(original.slice(0, 1) + name);
    this.#known.set(original, name);
    return name;
  }
}
