/** An SNMP agent of version 2c (RFC 3416) with a table of variables. */
import { createSocket } from 'node:dgram';
import { elements, integer, tlv, toNumber } from '../ber.ts';

export type LabVariable = number | string | { oid: string };

export interface SnmpNasty {
  silent?: boolean;
  /** Every answer is cut after so many bytes. */
  cutAt?: number;
  /** Sends these bytes instead of an answer. */
  garbage?: Buffer;
  /** Leads in a circle: whatever is asked for, the first variable comes next. */
  circle?: boolean;
  /** Answers with this kind of message; 0xa8 is a report, which version 2c has not. */
  pduTag?: number;
  /** A subtree that never ends. */
  endless?: string;
}

export interface LabAgent {
  host: string;
  port: number;
  nasty: SnmpNasty;
  variables: Record<string, LabVariable>;
  /** Questions that came, whether answered or not. */
  questions: number;
  stop(): Promise<void>;
}

const GET = 0xa0;
const GET_NEXT = 0xa1;
const RESPONSE = 0xa2;
const GET_BULK = 0xa5;
const NO_SUCH_OBJECT = tlv(0x80);
const END_OF_VIEW = tlv(0x82);

export async function startAgent(options: {
  community: string;
  variables: Record<string, LabVariable>;
  host?: string;
  port?: number;
}): Promise<LabAgent> {
  const socket = createSocket('udp4');
  const lab: LabAgent = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    nasty: {},
    variables: options.variables,
    questions: 0,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, from) => {
    lab.questions += 1;
    const answer = lab.nasty.garbage ?? reply(message, options.community, lab);
    if (answer && !lab.nasty.silent) socket.send(answer.subarray(0, lab.nasty.cutAt), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port ?? 0, lab.host, resolve);
  });
  lab.port = socket.address().port;
  return lab;
}

/** A wrong community gets no answer, as RFC 3584 has it; neither does what is not SNMP. */
function reply(message: Buffer, community: string, lab: LabAgent): Buffer | undefined {
  try {
    const [outer] = elements(message);
    const [version, name, pdu] = elements(outer?.body ?? Buffer.alloc(0));
    if (!version || !pdu || name?.body.toString() !== community) return undefined;
    const [id, nonRepeaters, repetitions, list] = elements(pdu.body);
    if (!id || !nonRepeaters || !repetitions || !list) return undefined;
    const asked = elements(list.body).map(({ body }) => readOid(elements(body)[0]?.body ?? Buffer.alloc(0)));
    const times = pdu.tag === GET_BULK ? toNumber(repetitions.body) : 1;
    const found = pdu.tag === GET ? asked.map((oid) => exactly(oid, lab)) : nexts(pdu.tag, asked, times, lab);
    const answer = tlv(lab.nasty.pduTag ?? RESPONSE, tlv(0x02, id.body), integer(0), integer(0), tlv(0x30, ...found));
    return tlv(0x30, tlv(0x02, version.body), tlv(0x04, name.body), answer);
  } catch {
    return undefined;
  }
}

function exactly(oid: string, lab: LabAgent): Buffer {
  const value = lab.variables[oid];
  return tlv(0x30, oidBytes(oid), value === undefined ? NO_SUCH_OBJECT : encoded(value));
}

function nexts(tag: number, asked: readonly string[], times: number, lab: LabAgent): Buffer[] {
  if (tag !== GET_NEXT && tag !== GET_BULK) return [];
  const order = Object.keys(lab.variables).toSorted(compareOids);
  const all: Buffer[] = [];
  for (const oid of asked) {
    let at = oid;
    for (let count = 0; count < times; count += 1) {
      const next = following(at, order, lab.nasty);
      if (next === undefined) {
        all.push(tlv(0x30, oidBytes(at), END_OF_VIEW));
        break;
      }
      all.push(tlv(0x30, oidBytes(next), encoded(lab.variables[next] ?? 'more')));
      at = next;
    }
  }
  return all;
}

function following(oid: string, order: readonly string[], { circle, endless }: SnmpNasty): string | undefined {
  if (circle) return order[0];
  if (endless !== undefined && (oid === endless || oid.startsWith(`${endless}.`))) {
    const tail = oid
      .slice(endless.length + 1)
      .split('.')
      .map(Number);
    return `${endless}.3.1.${(tail[2] ?? 0) + 1}`;
  }
  return order.find((candidate) => compareOids(candidate, oid) > 0);
}

function compareOids(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? left.length - right.length : (left[at] ?? -1) - (right[at] ?? -1);
}

function encoded(value: LabVariable): Buffer {
  if (typeof value === 'number') return integer(value);
  return typeof value === 'string' ? tlv(0x04, value) : oidBytes(value.oid);
}

function oidBytes(oid: string): Buffer {
  const [first = 1, second = 3, ...rest] = oid.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(part: number): number[] {
  const bytes = [part & 0x7f];
  for (let left = part >>> 7; left > 0; left >>>= 7) bytes.unshift(0x80 | (left & 0x7f));
  return bytes;
}

function readOid(body: Buffer): string {
  const [first = 43, ...rest] = body;
  const parts = [Math.floor(first / 40), first % 40];
  let part = 0;
  for (const byte of rest) {
    part = part * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(part);
      part = 0;
    }
  }
  return parts.join('.');
}
