import { DemarcError } from '#contract/errors/demarc-error.ts';

/**
 * Reads BER (ITU-T X.690, in the subset of RFC 4511 section 5.1: definite lengths only). Every length is checked against
 * its container, so a lying length ends in an error and never in a loop or a large allocation.
 */
export class BerReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;
  /** Where the content of the last element that was read starts and stops. */
  #start = 0;
  #stop = 0;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next element's tag, undefined at the end. */
  peek(): number | undefined {
    return this.done ? undefined : this.#buffer[this.#at];
  }

  /** Any next element. @throws DemarcError `ldap.protocol` */
  element(): { tag: number; content: BerReader } {
    const tag = this.#header();
    return { tag, content: new BerReader(this.#buffer, this.#start, this.#stop) };
  }

  /** The inside of a constructed element with this tag. @throws DemarcError `ldap.protocol` */
  nested(tag: number): BerReader {
    this.#expect(tag);
    this.#header();
    return new BerReader(this.#buffer, this.#start, this.#stop);
  }

  /** The bytes of a primitive element, as a view. @throws DemarcError `ldap.protocol` */
  octets(tag = 0x04): Buffer {
    this.#expect(tag);
    this.#header();
    return this.last();
  }

  /**
   * The first `most` bytes of an OCTET STRING as UTF-8. A view of each of a directory's values would cost more than the
   * text itself. @throws DemarcError `ldap.protocol`
   */
  text(most: number): string {
    this.skim();
    return this.lastText(most);
  }

  /** The content of the element that was read last, as a view. */
  last(): Buffer {
    return this.#buffer.subarray(this.#start, this.#stop);
  }

  /** Its size in bytes. */
  get lastSize(): number {
    return this.#stop - this.#start;
  }

  /**
   * Steps into a constructed element with this tag and answers where it ends; `limit` is where its container does. Costs
   * no object, unlike `nested`: for what a directory has ten of for each of 100,000 people. @throws DemarcError `ldap.protocol`
   */
  enter(tag: number, limit = this.#end): number {
    this.#expect(tag);
    this.#header(limit);
    this.#at = this.#start;
    return this.#stop;
  }

  /** Where the next element begins. */
  get at(): number {
    return this.#at;
  }

  /** Goes on at the end of an element that was entered. */
  leave(end: number): void {
    this.#at = end;
  }

  /** Reads over an OCTET STRING; `lastIs` and `lastText` look at it. @throws DemarcError `ldap.protocol` */
  skim(limit = this.#end): void {
    this.#expect(0x04);
    this.#header(limit);
  }

  /** Whether the element that was read last holds just these bytes. */
  lastIs(bytes: Buffer): boolean {
    return (
      this.#stop - this.#start === bytes.length &&
      this.#buffer.compare(bytes, 0, bytes.length, this.#start, this.#stop) === 0
    );
  }

  /** The first `most` bytes of the element that was read last, as UTF-8. */
  lastText(most: number): string {
    return this.#buffer.toString('utf8', this.#start, Math.min(this.#stop, this.#start + most));
  }

  /** All bytes that are left, as a view. */
  rest(): Buffer {
    const bytes = this.#buffer.subarray(this.#at, this.#end);
    this.#at = this.#end;
    return bytes;
  }

  /** An INTEGER or ENUMERATED of up to four bytes. @throws DemarcError `ldap.protocol` */
  integer(tag = 0x02): number {
    const bytes = this.octets(tag);
    if (bytes.length === 0 || bytes.length > 4) throw new DemarcError('ldap.protocol', 'integer of a wrong length');
    return bytes.readIntBE(0, bytes.length);
  }

  #expect(tag: number): void {
    const found = this.peek();
    if (found !== tag) throw new DemarcError('ldap.protocol', `element 0x${tag.toString(16)} expected`);
  }

  /** Reads tag and length of the next element, notes its content, and goes on behind it. */
  #header(limit = this.#end): number {
    const tag = this.#buffer[this.#at];
    const first = this.#at + 1 < limit ? this.#buffer[this.#at + 1] : undefined;
    if (first !== undefined && first < 0x80) {
      this.#start = this.#at + 2;
      this.#stop = this.#start + first;
    } else {
      const length = berLength(this.#buffer, this.#at + 1, limit);
      this.#start = length?.start ?? Number.POSITIVE_INFINITY;
      this.#stop = this.#start + (length?.size ?? 0);
    }
    if (tag === undefined || this.#stop > limit) {
      throw new DemarcError('ldap.protocol', 'an element is longer than its container');
    }
    this.#at = this.#stop;
    return tag;
  }
}

/**
 * The length octets at `at`: where the content starts and its size in bytes; undefined when they are not all there yet.
 * @throws DemarcError `ldap.protocol` for indefinite lengths and more than four length octets
 */
export function berLength(buffer: Buffer, at: number, end: number): { start: number; size: number } | undefined {
  const first = at < end ? buffer[at] : undefined;
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 1, size: first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) throw new DemarcError('ldap.protocol', 'a length that LDAP does not allow');
  if (at + 1 + octets > end) return undefined;
  return { start: at + 1 + octets, size: buffer.readUIntBE(at + 1, octets) };
}
