import { DemarcError } from '#contract/errors/demarc-error.ts';
import { berLength } from './ber.ts';

/** The longest message taken from a directory, in bytes. An entry with a picture has some 100 kB. */
const MAX_MESSAGE = 8 * 1024 * 1024;
const SEQUENCE = 0x30;

/**
 * Cuts the byte stream into whole LDAPMessages (RFC 4511 section 4.1.1). Chunks are joined once per message, so that a
 * large message that arrives in many small pieces costs no more than its size.
 */
export class LdapFraming {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = 2;
  /** Whether `#needed` is the whole of the message that has begun. */
  #isWhole = false;

  constructor(limit = MAX_MESSAGE) {
    this.#limit = limit;
  }

  /** The messages that this chunk completes. @throws DemarcError `ldap.protocol` */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return [];
    const messages: Buffer[] = [];
    let bytes = chunk;
    let at = 0;
    if (this.#chunks.length > 1 && this.#isWhole) {
      // Only the message that was cut is joined; the others stay where they are.
      messages.push(Buffer.concat(this.#chunks, this.#needed));
      at = chunk.length - (this.#held - this.#needed);
    } else if (this.#chunks.length > 1) bytes = Buffer.concat(this.#chunks, this.#held);
    for (;;) {
      const end = this.#messageEnd(bytes, at);
      if (end === undefined || end > bytes.length) break;
      messages.push(bytes.subarray(at, end));
      at = end;
    }
    const rest = bytes.subarray(at);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    const end = this.#messageEnd(rest, 0);
    this.#isWhole = end !== undefined;
    this.#needed = end ?? this.#held + 1;
    return messages;
  }

  #messageEnd(bytes: Buffer, at: number): number | undefined {
    const tag = bytes[at];
    if (tag === undefined) return undefined;
    if (tag !== SEQUENCE) throw new DemarcError('ldap.protocol', `a message starts with 0x${tag.toString(16)}`);
    const length = berLength(bytes, at + 1, bytes.length);
    if (length === undefined) return undefined;
    if (length.size > this.#limit) throw new DemarcError('ldap.protocol', `a message of ${length.size} bytes`);
    return length.start + length.size;
  }
}
