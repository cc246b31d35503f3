/** The offer of a test call and the answer to it (RFC 4566, RFC 3264, RFC 4568). One audio stream, nothing else. */
import { isIP, isIPv6 } from 'node:net';
import type { TrunkCodec } from '#contract/trunks.ts';

/** What a codec is called in SDP and what 20 ms of it are. The content is silence or nearly so: nobody has to listen. */
interface CodecFacts {
  payloadType: number;
  map: string;
  /** Steps of the RTP timestamp in 20 ms. G.722 counts 8,000 a second by an old mistake (RFC 3551 section 4.5.2). */
  step: number;
  frame: Buffer;
}

export const codecs: Readonly<Record<TrunkCodec, CodecFacts>> = {
  PCMA: { payloadType: 8, map: 'PCMA/8000', step: 160, frame: Buffer.alloc(160, 0xd5) },
  PCMU: { payloadType: 0, map: 'PCMU/8000', step: 160, frame: Buffer.alloc(160, 0xff) },
  G722: { payloadType: 9, map: 'G722/8000', step: 160, frame: Buffer.alloc(160, 0xfa) },
  G729: { payloadType: 18, map: 'G729/8000', step: 160, frame: Buffer.alloc(20) },
  opus: { payloadType: 111, map: 'opus/48000/2', step: 960, frame: Buffer.from([0xf8, 0xff, 0xfe]) },
};

/** SDES keys of one direction, of AES_CM_128_HMAC_SHA1_80: 16 bytes of key, 14 of salt. */
export type MasterKey = Buffer;

export const SUITE = 'AES_CM_128_HMAC_SHA1_80';
const MASTER_BYTES = 30;

interface Offer {
  address: string;
  port: number;
  codecs: readonly TrunkCodec[];
  /** With one the audio is offered encrypted, and only so. */
  key?: MasterKey;
  sessionId: number;
}

/** The offer as it stands in an INVITE. */
export function offerText({ address, port, codecs: offered, key, sessionId }: Offer): Buffer {
  const family = isIPv6(address) ? 'IP6' : 'IP4';
  const facts = offered.map((codec) => codecs[codec]);
  const lines = [
    'v=0',
    `o=demarc ${sessionId} 1 IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    `m=audio ${port} RTP/${key ? 'SAVP' : 'AVP'} ${facts.map(({ payloadType }) => payloadType).join(' ')}`,
    ...facts.map(({ payloadType, map }) => `a=rtpmap:${payloadType} ${map}`),
    ...(key ? [`a=crypto:1 ${SUITE} inline:${key.toString('base64')}`] : []),
    'a=ptime:20',
    'a=sendrecv',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}

/** What the other side accepted. */
export interface MediaAnswer {
  address: string;
  /** 0: it refused the audio. */
  port: number;
  codec: TrunkCodec | undefined;
  /** Of the first format that it named. */
  payloadType: number;
  isEncrypted: boolean;
  key: MasterKey | undefined;
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

/** Reads an answer; undefined when it holds no audio that can be read. Never throws. */
export function readAnswer(body: Buffer): MediaAnswer | undefined {
  const lines = body.toString('latin1').split(/\r?\n/, 400);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start === -1) return undefined;
  const next = lines.findIndex((line, at) => at > start && line.startsWith('m='));
  const own = lines.slice(start, next === -1 ? undefined : next);
  const session = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('m=')),
  );
  const [, port, profile = '', formats = ''] =
    /^m=audio (\d{1,5})(?:\/\d+)? (RTP\/S?AVPF?) (\d[\d ]*)\s*$/.exec(own[0] ?? '') ?? [];
  const connection = [...own, ...session].find((line) => line.startsWith('c=IN '));
  const address = /^c=IN IP[46] ([\da-f:.]+)/i.exec(connection ?? '')?.[1];
  const payloadType = Number.parseInt(formats, 10);
  if (port === undefined || address === undefined || isIP(address) === 0) return undefined;
  const map = own.find((line) => line.startsWith(`a=rtpmap:${payloadType} `));
  const name = map?.slice(`a=rtpmap:${payloadType} `.length).trim().toLowerCase();
  const codec = (Object.keys(codecs) as TrunkCodec[]).find((one) =>
    name === undefined
      ? codecs[one].payloadType === payloadType
      : codecs[one].map.toLowerCase() === name.replace(/\/1$/, ''),
  );
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(
    [...session, ...own].toReversed().join('\n'),
  )?.[1];
  return {
    address,
    port: Number(port),
    codec,
    payloadType,
    isEncrypted: profile.startsWith('RTP/SAVP'),
    key: keyOf(own),
    direction: (direction ?? 'sendrecv') as MediaAnswer['direction'],
  };
}

function keyOf(lines: readonly string[]): MasterKey | undefined {
  for (const line of lines) {
    const inline = /^a=crypto:\d+ AES_CM_128_HMAC_SHA1_80 inline:([A-Za-z0-9+/=]+)(?:\||\s|$)/.exec(line)?.[1];
    const key = inline === undefined ? undefined : Buffer.from(inline, 'base64');
    if (key?.length === MASTER_BYTES) return key;
  }
  return undefined;
}
