/** Reads the stream of a capture program and gives the SIP messages in it; bounded, whatever comes. */
import { MessageFramer } from '../message/framing.ts';

/** What was found in one packet. */
export interface CapturedMessage {
  at: number;
  transport: 'udp' | 'tcp';
  from: { address: string; port: number };
  to: { address: string; port: number };
  bytes: Buffer;
}

const MAGICS: Readonly<Record<number, { little: boolean; perSecond: number }>> = {
  0xd4c3b2a1: { little: true, perSecond: 1e6 },
  0xa1b2c3d4: { little: false, perSecond: 1e6 },
  0x4d3cb2a1: { little: true, perSecond: 1e9 },
  0xa1b23c4d: { little: false, perSecond: 1e9 },
};
/** Bytes before the IP packet, by link type: null, Ethernet, raw, cooked, cooked version 2. */
const LINK_HEADS: Readonly<Record<number, number>> = { 0: 4, 1: 14, 12: 0, 101: 0, 113: 16, 276: 20 };
const LARGEST_PACKET = 262_144;
/** TCP connections of which the stream is put together at the same time. */
const MOST_STREAMS = 200;

/** Takes the bytes of a pcap file as they come. A file that cannot be read gives nothing more. */
export class PcapReader {
  #held = Buffer.alloc(0);
  #form: { little: boolean; perSecond: number; linkHead: number } | undefined;
  #isBroken = false;
  readonly #streams = new Map<string, { framer: MessageFramer; next: number }>();

  push(piece: Buffer): CapturedMessage[] {
    if (this.#isBroken) return [];
    this.#held = Buffer.concat([this.#held, piece]);
    const found: CapturedMessage[] = [];
    if (this.#form === undefined && !this.#readHead()) return found;
    for (let packet = this.#packet(); packet !== undefined; packet = this.#packet()) {
      found.push(...this.#messages(packet.at, packet.frame));
    }
    return found;
  }

  #readHead(): boolean {
    if (this.#held.length < 24) return false;
    const magic = MAGICS[this.#held.readUInt32BE(0)];
    const link = magic?.little === true ? this.#held.readUInt32LE(20) : this.#held.readUInt32BE(20);
    const linkHead = LINK_HEADS[link & 0xffff];
    if (magic === undefined || linkHead === undefined) {
      this.#isBroken = true;
      return false;
    }
    this.#form = { ...magic, linkHead };
    this.#held = this.#held.subarray(24);
    return true;
  }

  #packet(): { at: number; frame: Buffer } | undefined {
    const form = this.#form;
    if (form === undefined || this.#held.length < 16) return undefined;
    const number = (at: number) => (form.little ? this.#held.readUInt32LE(at) : this.#held.readUInt32BE(at));
    const size = number(8);
    if (size > LARGEST_PACKET) {
      this.#isBroken = true;
      this.#held = Buffer.alloc(0);
      return undefined;
    }
    if (this.#held.length < 16 + size) return undefined;
    const at = number(0) * 1000 + (number(4) * 1000) / form.perSecond;
    const frame = this.#held.subarray(16 + form.linkHead, 16 + size);
    this.#held = this.#held.subarray(16 + size);
    return { at, frame };
  }

  #messages(at: number, frame: Buffer): CapturedMessage[] {
    const ip = readIp(frame);
    if (ip === undefined || ip.payload.length < 8) return [];
    const { payload } = ip;
    const from = { address: ip.from, port: payload.readUInt16BE(0) };
    const to = { address: ip.to, port: payload.readUInt16BE(2) };
    if (ip.protocol === 17) {
      const end = Math.max(8, Math.min(payload.length, payload.readUInt16BE(4)));
      return [{ at, transport: 'udp', from, to, bytes: payload.subarray(8, end) }];
    }
    if (ip.protocol !== 6 || payload.length < 20) return [];
    const data = payload.subarray(((payload[12] ?? 0) >> 4) * 4);
    const key = `${from.address} ${from.port} ${to.address} ${to.port}`;
    return this.#stream(key, payload.readUInt32BE(4), data).map((bytes) => ({ at, transport: 'tcp', from, to, bytes }));
  }

  /** In order only: after a gap the stream begins anew with the next message. */
  #stream(key: string, sequence: number, data: Buffer): Buffer[] {
    if (data.length === 0) return [];
    const known = this.#streams.get(key);
    // Sent again, or seen on two interfaces.
    if (known !== undefined && (known.next - sequence) >>> 0 < 0x8000_0000 && sequence !== known.next) return [];
    const stream = known?.next === sequence ? known : { framer: new MessageFramer(), next: sequence };
    stream.next = (sequence + data.length) >>> 0;
    if (known === undefined && this.#streams.size >= MOST_STREAMS) {
      const [oldest] = this.#streams.keys();
      if (oldest !== undefined) this.#streams.delete(oldest);
    }
    const { messages, fault } = stream.framer.push(data);
    if (fault === undefined) this.#streams.set(key, stream);
    else this.#streams.delete(key);
    return messages;
  }
}

function readIp(frame: Buffer): { protocol: number; from: string; to: string; payload: Buffer } | undefined {
  const version = (frame[0] ?? 0) >> 4;
  if (version === 4 && frame.length >= 20) {
    const head = ((frame[0] ?? 0) & 0x0f) * 4;
    const total = frame.readUInt16BE(2);
    // A fragment without its beginning has no ports.
    if (head < 20 || total < head || (frame.readUInt16BE(6) & 0x1fff) !== 0) return undefined;
    const address = (at: number) => [...frame.subarray(at, at + 4)].join('.');
    return { protocol: frame[9] ?? 0, from: address(12), to: address(16), payload: frame.subarray(head, total) };
  }
  if (version !== 6 || frame.length < 40) return undefined;
  const address = (at: number) =>
    Array.from({ length: 8 }, (_, group) => frame.readUInt16BE(at + group * 2).toString(16)).join(':');
  const payload = frame.subarray(40, 40 + frame.readUInt16BE(4));
  return { protocol: frame[6] ?? 0, from: address(8), to: address(24), payload };
}
