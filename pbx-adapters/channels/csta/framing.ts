import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Indicator (two bytes of zero), length (two bytes), invoke id (four digits). */
const HEADER = 8;
/** The length has 16 bits without a sign and counts the header. */
const MAX_FRAME = 0xffff;

/** One frame: its invoke id (0 to 9999) and the bytes of its XML. */
export interface CstaFrame {
  id: number;
  xml: Buffer;
}

/** The invoke id of messages that answer nothing. */
export const EVENT_ID = 9999;

/** A message as it goes over the wire (ECMA-323, TCP without SOAP). @throws DemarcError `csta.protocol` when too long */
export function encodeFrame(id: number, xml: string): Buffer {
  const body = Buffer.from(xml);
  const length = HEADER + body.length;
  if (length > MAX_FRAME) throw new DemarcError('csta.protocol', `a message of ${length} bytes cannot be sent`);
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(length, 2);
  header.write(String(id).padStart(4, '0'), 4, 'latin1');
  return Buffer.concat([header, body]);
}

/**
 * Cuts the byte stream into frames, however TCP cut or joined them. No length leads to an allocation: what is held is
 * what has arrived, and at most one frame of 65,535 bytes beside the chunk at hand.
 */
export class CstaFraming {
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = 1;

  /** The frames that this chunk completes. @throws DemarcError `csta.protocol` */
  push(chunk: Buffer): CstaFrame[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return [];
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#held);
    const frames: CstaFrame[] = [];
    let at = 0;
    for (;;) {
      const length = frameLength(bytes, at);
      // A wrong start is told with its first byte, so nothing waits for bytes that never come.
      this.#needed = length ?? (bytes.length > at ? HEADER : 1);
      if (length === undefined || at + length > bytes.length) break;
      frames.push({ id: invokeId(bytes, at + 4), xml: bytes.subarray(at + HEADER, at + length) });
      at += length;
    }
    // A copy: a view would keep the whole chunk in memory.
    const rest = at === 0 ? bytes : Buffer.from(bytes.subarray(at));
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    return frames;
  }
}

function frameLength(bytes: Buffer, at: number): number | undefined {
  const indicator = bytes.subarray(at, at + 2);
  if (indicator.some((byte) => byte !== 0)) {
    throw new DemarcError('csta.protocol', `a frame starts with 0x${indicator.toString('hex')}`);
  }
  if (bytes.length - at < HEADER) return undefined;
  const length = bytes.readUInt16BE(at + 2);
  if (length <= HEADER) throw new DemarcError('csta.protocol', `a frame claims a length of ${length} bytes`);
  return length;
}

function invokeId(bytes: Buffer, at: number): number {
  const digits = bytes.toString('latin1', at, at + 4);
  if (!/^\d{4}$/.test(digits)) throw new DemarcError('csta.protocol', 'an invoke id is not four digits');
  return Number(digits);
}
