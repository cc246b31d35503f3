import { DemarcError } from '#contract/errors/demarc-error.ts';
import { BerReader } from './ber.ts';

const FIRST_SIZE = 64 * 1024;

/**
 * The messages of one page of entries, as received, one behind the other outside of the heap. Read all at once, or kept
 * as one object each, they would outlive the young generation, and clearing them away costs more than reading them.
 */
export class RawPage {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #used = 0;
  #ends: number[] = [];
  readonly #limit: number;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Empties it, to be filled again: freed memory outside of the heap comes back late. */
  clear(): void {
    this.#used = 0;
    this.#ends = [];
  }

  get size(): number {
    return this.#ends.length;
  }

  /** Copies the message: what it was received in is free then. @throws DemarcError `ldap.protocol` beyond the limit */
  add(message: Buffer): void {
    const end = this.#used + message.length;
    if (end > this.#limit) throw new DemarcError('ldap.protocol', `a page of more than ${this.#limit} bytes`);
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    message.copy(this.#bytes, this.#used);
    this.#used = end;
    this.#ends.push(end);
  }

  /** The message of this number, from 0. */
  at(number: number): BerReader {
    return new BerReader(this.#bytes, this.#ends[number - 1] ?? 0, this.#ends[number] ?? 0);
  }
}
