/** SRTP and SRTCP with AES_CM_128_HMAC_SHA1_80 (RFC 3711), for one stream of a test call: no rollover, no replay list. */
import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { MasterKey } from './sdp.ts';

const TAG = 10;
const ROLLOVER = Buffer.alloc(4);
const ENCRYPTED = 0x80000000;

/** The keys of one direction. */
export class SrtpKeys {
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;
  #rtcpIndex = 0;

  constructor(master: MasterKey) {
    this.#rtp = derived(master, 0);
    this.#rtcp = derived(master, 3);
  }

  /** Takes a packet whose sequence number has not wrapped. */
  protectRtp(packet: Buffer): Buffer {
    const head = packet.subarray(0, 12);
    const body = this.#cipherRtp(packet, packet.subarray(12));
    const sealed = Buffer.concat([head, body]);
    return Buffer.concat([sealed, this.#rtp.tag(sealed, ROLLOVER)]);
  }

  /** The packet in clear; undefined when it was not made with these keys. Header extensions are left as they are. */
  openRtp(packet: Buffer): Buffer | undefined {
    if (packet.length < 12 + TAG) return undefined;
    const sealed = packet.subarray(0, -TAG);
    if (!timingSafeEqual(this.#rtp.tag(sealed, ROLLOVER), packet.subarray(-TAG))) return undefined;
    return Buffer.concat([sealed.subarray(0, 12), this.#cipherRtp(sealed, sealed.subarray(12))]);
  }

  protectRtcp(packet: Buffer): Buffer {
    this.#rtcpIndex += 1;
    const index = Buffer.alloc(4);
    index.writeUInt32BE((ENCRYPTED | this.#rtcpIndex) >>> 0);
    const body = this.#rtcp.cipher(packet.readUInt32BE(4), this.#rtcpIndex, packet.subarray(8));
    const sealed = Buffer.concat([packet.subarray(0, 8), body, index]);
    return Buffer.concat([sealed, this.#rtcp.tag(sealed, Buffer.alloc(0))]);
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    if (packet.length < 8 + 4 + TAG) return undefined;
    const sealed = packet.subarray(0, -TAG);
    if (!timingSafeEqual(this.#rtcp.tag(sealed, Buffer.alloc(0)), packet.subarray(-TAG))) return undefined;
    const word = sealed.readUInt32BE(sealed.length - 4);
    const body = sealed.subarray(8, -4);
    const clear = word >= ENCRYPTED ? this.#rtcp.cipher(sealed.readUInt32BE(4), word - ENCRYPTED, body) : body;
    return Buffer.concat([sealed.subarray(0, 8), clear]);
  }

  #cipherRtp(packet: Buffer, body: Buffer): Buffer {
    return this.#rtp.cipher(packet.readUInt32BE(8), packet.readUInt16BE(2), body);
  }
}

interface SessionKeys {
  cipher(ssrc: number, index: number, body: Buffer): Buffer;
  tag(sealed: Buffer, more: Buffer): Buffer;
}

/** Section 4.3: labels 0 to 2 for RTP, 3 to 5 for RTCP: key, authentication, salt. */
function derived(master: MasterKey, firstLabel: number): SessionKeys {
  const part = (label: number, bytes: number): Buffer => {
    const vector = Buffer.alloc(16);
    master.copy(vector, 0, 16, 30);
    vector[7] = vector.readUInt8(7) ^ label;
    return counter(master.subarray(0, 16), vector, Buffer.alloc(bytes));
  };
  const key = part(firstLabel, 16);
  const authentication = part(firstLabel + 1, 20);
  const salt = part(firstLabel + 2, 14);
  return {
    cipher: (ssrc, index, body) => {
      const vector = Buffer.alloc(16);
      salt.copy(vector);
      vector.writeUInt32BE((vector.readUInt32BE(4) ^ ssrc) >>> 0, 4);
      vector.writeUInt32BE((vector.readUInt32BE(10) ^ index) >>> 0, 10);
      return counter(key, vector, body);
    },
    tag: (sealed, more) => createHmac('sha1', authentication).update(sealed).update(more).digest().subarray(0, TAG),
  };
}

const counter = (key: Buffer, vector: Buffer, body: Buffer): Buffer =>
  createCipheriv('aes-128-ctr', key, vector).update(body);
