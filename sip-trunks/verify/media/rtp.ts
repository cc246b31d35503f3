/** RTP and RTCP packets (RFC 3550), as far as a test call needs them. */

interface RtpHead {
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
}

const RTP_HEAD = 12;
const RTCP_SENDER = 200;
const RTCP_RECEIVER = 201;
const RTCP_SDES = 202;
/** Seconds from 1900 to 1970. */
const NTP_EPOCH = 2_208_988_800;

export function rtpPacket(head: RtpHead, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(RTP_HEAD + payload.length);
  bytes[0] = 0x80;
  bytes[1] = head.payloadType & 0x7f;
  bytes.writeUInt16BE(head.sequence & 0xffff, 2);
  bytes.writeUInt32BE(head.timestamp >>> 0, 4);
  bytes.writeUInt32BE(head.ssrc >>> 0, 8);
  payload.copy(bytes, RTP_HEAD);
  return bytes;
}

/** The head of an RTP packet; undefined for anything else. */
export function readRtp(bytes: Buffer): RtpHead | undefined {
  if (bytes.length < RTP_HEAD || (bytes.readUInt8(0) & 0xc0) !== 0x80) return undefined;
  const payloadType = bytes.readUInt8(1) & 0x7f;
  // 64 to 95 are RTCP on the same port (RFC 5761).
  if (payloadType >= 64 && payloadType <= 95) return undefined;
  return {
    payloadType,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
  };
}

/** What was sent so far, for a sender report. */
interface SenderFacts {
  ssrc: number;
  nowMs: number;
  timestamp: number;
  packets: number;
  octets: number;
}

/** A sender report with a name, as every compound packet must have one (section 6.1). */
export function senderReport({ ssrc, nowMs, timestamp, packets, octets }: SenderFacts): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = RTCP_SENDER;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc >>> 0, 4);
  report.writeUInt32BE((Math.floor(nowMs / 1000) + NTP_EPOCH) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((nowMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(packets >>> 0, 20);
  report.writeUInt32BE(octets >>> 0, 24);
  const name = Buffer.from('demarc');
  const sdes = Buffer.alloc(4 + 4 + 2 + name.length + 4 - ((2 + name.length) % 4));
  sdes[0] = 0x81;
  sdes[1] = RTCP_SDES;
  sdes.writeUInt16BE(sdes.length / 4 - 1, 2);
  sdes.writeUInt32BE(ssrc >>> 0, 4);
  sdes[8] = 1;
  sdes[9] = name.length;
  name.copy(sdes, 10);
  return Buffer.concat([report, sdes]);
}

/** What the other side reports of our stream: how much of the last stretch was lost, from 0 to 1. */
export interface HeardReport {
  lost: number;
}

/**
 * Reads a compound RTCP packet: `heard` when the other side reports our stream, `none` when it reports and ours is not
 * among what it gets, undefined when the bytes are no report.
 */
export function readReport(bytes: Buffer, ssrc: number): { heard?: HeardReport } | undefined {
  let isReport = false;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const type = bytes.readUInt8(at + 1);
    const end = at + (bytes.readUInt16BE(at + 2) + 1) * 4;
    if (bytes.readUInt8(at) >> 6 !== 2 || end > bytes.length) return isReport ? {} : undefined;
    if (type === RTCP_SENDER || type === RTCP_RECEIVER) {
      isReport = true;
      const blocks = at + (type === RTCP_SENDER ? 28 : 8);
      const count = bytes.readUInt8(at) & 0x1f;
      for (let block = 0; block < count && blocks + (block + 1) * 24 <= end; block += 1) {
        const from = blocks + block * 24;
        if (bytes.readUInt32BE(from) === ssrc >>> 0) return { heard: { lost: bytes.readUInt8(from + 4) / 256 } };
      }
    }
    at = end;
  }
  return isReport ? {} : undefined;
}
