/**
 * Reads the fixed header of every MQTT packet (OASIS MQTT 3.1.1 section 2.2) as bytes come in, so that a packet that is
 * too large is refused by what it says of itself, before anything buffers it: the broker has no such limit and would
 * collect a 256 MB CONNECT of somebody it does not know.
 */

/** Limits in bytes of a whole packet: the first, which must be CONNECT, and every later one. */
export interface FrameLimits {
  connect: number;
  frame: number;
}

export const FRAME_LIMITS: FrameLimits = { connect: 16 * 1024, frame: 256 * 1024 };

const CONNECT = 1;
/** A remaining length takes at most four bytes (section 2.2.3). */
const MAX_LENGTH_BYTES = 4;

/** Follows one connection. Keeps a few numbers, never the bytes. */
export class FrameGuard {
  readonly #limits: FrameLimits;
  #first = true;
  /** Bytes of the current packet's body still to come. */
  #body = 0;
  /** Bytes of the header seen; 0 between packets. */
  #header = 0;
  #length = 0;

  constructor(limits: FrameLimits = FRAME_LIMITS) {
    this.#limits = limits;
  }

  /** Takes the next bytes; says what is wrong with them, or undefined. After that the connection must be cut. */
  take(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, chunk.length - at);
        this.#body -= skipped;
        at += skipped;
        continue;
      }
      const problem = this.#headerByte(chunk[at] ?? 0);
      if (problem !== undefined) return problem;
      at += 1;
    }
    return undefined;
  }

  #headerByte(byte: number): string | undefined {
    if (this.#header === 0) {
      if (this.#first && byte >> 4 !== CONNECT) return 'the first packet is not CONNECT';
      this.#header = 1;
      this.#length = 0;
      return undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#header - 1);
    this.#header += 1;
    const limit = this.#first ? this.#limits.connect : this.#limits.frame;
    if (this.#header + this.#length > limit) return `a packet of ${this.#length} bytes, of ${limit} allowed`;
    if ((byte & 0x80) !== 0) return this.#header > MAX_LENGTH_BYTES ? 'a malformed remaining length' : undefined;
    this.#body = this.#length;
    this.#header = 0;
    this.#first = false;
    return undefined;
  }
}
