import { LARGEST_MESSAGE } from './guard.ts';

/** How a stream of bytes went wrong: nothing after it can be told apart any more. */
export type FramingFault = 'too-long' | 'bad-length';

/**
 * Cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 section 18.3). Blank lines between messages are
 * keep-alives (RFC 5626 section 4.4.1). Holds at most one message of 8,192 bytes.
 */
export class MessageFramer {
  #held = Buffer.alloc(0);
  #fault: FramingFault | undefined;

  /** Whole messages that came to an end with this piece. A fault ends the stream for good. */
  push(piece: Buffer): { messages: Buffer[]; fault?: FramingFault } {
    const messages: Buffer[] = [];
    if (this.#fault === undefined) {
      this.#held = Buffer.concat([this.#held, piece]);
      for (let next = this.#next(); next !== undefined; next = this.#next()) messages.push(next);
    }
    return { messages, ...(this.#fault === undefined ? {} : { fault: this.#fault }) };
  }

  #next(): Buffer | undefined {
    let from = 0;
    while (this.#held[from] === 0x0d && this.#held[from + 1] === 0x0a) from += 2;
    this.#held = this.#held.subarray(from);
    const end = this.#held.indexOf('\r\n\r\n', 0, 'latin1');
    if (end === -1 || end > LARGEST_MESSAGE)
      return this.#held.length > LARGEST_MESSAGE ? this.#fail('too-long') : undefined;
    const length = contentLength(this.#held.toString('latin1', 0, end));
    if (length === undefined) return this.#fail('bad-length');
    const size = end + 4 + length;
    if (size > LARGEST_MESSAGE) return this.#fail('too-long');
    if (this.#held.length < size) return undefined;
    const message = this.#held.subarray(0, size);
    this.#held = this.#held.subarray(size);
    return message;
  }

  #fail(fault: FramingFault): undefined {
    this.#fault = fault;
    this.#held = Buffer.alloc(0);
    return undefined;
  }
}

/** 0 without the header, undefined when it is no plain number or is given twice with two values. */
function contentLength(head: string): number | undefined {
  const given = [...head.matchAll(/^(?:content-length|l)[ \t]*:[ \t]*(.*)$/gim)].map(([, value = '']) => value.trim());
  const [first = '0', ...others] = given;
  if (!/^\d{1,6}$/.test(first) || others.some((other) => other !== first)) return undefined;
  return Number(first);
}
