/** Writes messages as a pcap file that every tool opens: Ethernet, IP and UDP made up around each message. */
import { isIPv6 } from 'node:net';

/** One message for the file. */
export interface PcapMessage {
  /** Milliseconds since 1970. */
  at: number;
  from: { address: string; port: number };
  to: { address: string; port: number };
  bytes: Buffer;
}

/** libpcap's classic format, microseconds, Ethernet. */
const MAGIC = 0xa1b2c3d4;
const LINK_ETHERNET = 1;
const SNAP = 65_535;
const UDP = 17;

/** The head of the file. */
export function pcapHead(): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(SNAP, 16);
  head.writeUInt32LE(LINK_ETHERNET, 20);
  return head;
}

/**
 * One message as a packet. Whatever carried it (TLS too) it is shown as UDP, because only that can be read without
 * keys and sequence numbers; the true transport stands in its Via.
 */
export function pcapPacket(message: PcapMessage): Buffer {
  const frame = isIPv6(message.from.address) || isIPv6(message.to.address) ? frame6(message) : frame4(message);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(message.at / 1000), 0);
  head.writeUInt32LE(Math.floor((message.at % 1000) * 1000), 4);
  head.writeUInt32LE(frame.length, 8);
  head.writeUInt32LE(frame.length, 12);
  return Buffer.concat([head, frame]);
}

const ethernet = (type: number): Buffer => {
  const head = Buffer.from([0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0, 0]);
  head.writeUInt16BE(type, 12);
  return head;
};

function udp({ from, to, bytes }: PcapMessage): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(from.port, 0);
  head.writeUInt16BE(to.port, 2);
  head.writeUInt16BE(8 + bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

function frame4(message: PcapMessage): Buffer {
  const payload = udp(message);
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + payload.length, 2);
  ip[8] = 64;
  ip[9] = UDP;
  address4(message.from.address).copy(ip, 12);
  address4(message.to.address).copy(ip, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  // A UDP checksum of 0 over IPv4 means that there is none (RFC 768).
  return Buffer.concat([ethernet(0x0800), ip, payload]);
}

function frame6(message: PcapMessage): Buffer {
  const payload = udp(message);
  const [from, to] = [address6(message.from.address), address6(message.to.address)];
  const ip = Buffer.alloc(40);
  ip[0] = 0x60;
  ip.writeUInt16BE(payload.length, 4);
  ip[6] = UDP;
  ip[7] = 64;
  from.copy(ip, 8);
  to.copy(ip, 24);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(payload.length, 0);
  pseudo[7] = UDP;
  payload.writeUInt16BE(checksum(Buffer.concat([from, to, pseudo, payload])) || 0xffff, 6);
  return Buffer.concat([ethernet(0x86dd), ip, payload]);
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}

const address4 = (address: string): Buffer => {
  const parts = address
    .replace(/^::ffff:/i, '')
    .split('.')
    .map(Number);
  return Buffer.from(parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts : [0, 0, 0, 0]);
};

function address6(address: string): Buffer {
  const bare = address.split('%')[0] ?? '';
  if (!isIPv6(bare)) {
    return Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), address4(bare)]);
  }
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  const text =
    dotted === null
      ? bare
      : `${dotted[1]}${address4(dotted[2] ?? '')
          .toString('hex')
          .replace(/^(.{4})/, '$1:')}`;
  const [left = '', right] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const missing = right === undefined ? 0 : 8 - groups(left).length - groups(right).length;
  const all = [...groups(left), ...Array.from({ length: missing }, () => '0'), ...groups(right ?? '')];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
