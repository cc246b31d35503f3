/**
 * What we answer to a request that comes in (RFC 3261 section 8.2): we are pinged by PBXs with OPTIONS and serve nothing
 * else. Stateless (section 8.2.7): the same request gets the same answer, and nothing is kept. Works on the lines of the
 * message, so that one that cannot be read whole can still be told so.
 */
import { createHmac } from 'node:crypto';
import type { Transport } from '../client/transport.ts';
import { LARGEST_MESSAGE } from '../message/guard.ts';
import { type HeaderLine, headerLines, type Via, valuesOf, viasOf } from '../message/header-lines.ts';
import { parseMessage } from '../message/message.ts';

/** Where a request came from. */
export interface Source {
  address: string;
  port: number;
  transport: Transport;
}

interface AnswerOptions {
  /** Makes tags that nobody can guess; the same for the life of the process. */
  tagKey: Buffer;
}

/** An answer and where it goes, or why there is none. */
export type Answer = { bytes: Buffer; port: number; status: number } | { ignored: 'response' | 'ack' | 'unreadable' };

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER', 'INFO', 'PRACK', 'SUBSCRIBE', 'NOTIFY'];
const OTHER_METHODS = ['UPDATE', 'MESSAGE', 'REFER', 'PUBLISH'];
const KNOWN = new Set([...METHODS, ...OTHER_METHODS]);
const REQUEST = /^([\w\-.!%*+`'~]{1,64})( +)(\S[^\r\n]{0,1000}?)( +)SIP\/(\d+\.\d+)([ \t]*)$/i;
const MUST_BE_ONCE = ['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length'];
const LARGEST_SEQUENCE = 2 ** 31;
/** Small, so that a forged source gets less than was sent in its name. */
const ALLOW = 'Allow: OPTIONS';

/** Answers one whole message. Never throws, whatever the bytes are. */
export function answerRequest(bytes: Buffer, source: Source, { tagKey }: AnswerOptions): Answer {
  if (bytes.length > LARGEST_MESSAGE) return { ignored: 'unreadable' };
  const text = bytes.toString('latin1').replace(/^(?:\r\n)+/, '');
  if (/^SIP\/\d/i.test(text)) return { ignored: 'response' };
  const end = text.indexOf('\r\n\r\n');
  const head = end === -1 ? text : text.slice(0, end);
  const request = REQUEST.exec(head.slice(0, 1200).split('\r\n', 1)[0] ?? '');
  if (!request) return { ignored: 'unreadable' };
  const [, method = '', , uri = '', , version = ''] = request;
  if (method === 'ACK') return { ignored: 'ack' };
  const lines = headerLines(head);
  const [via] = viasOf(lines);
  // Without a way back there is nobody to tell.
  if (!via) return { ignored: 'unreadable' };
  const verdict = judge({ bytes, method, uri, version, lines, isWhole: end !== -1 });
  return {
    bytes: Buffer.from(written(verdict, lines, via, source, tagKey), 'latin1'),
    port: backPort(via, source),
    status: verdict.status,
  };
}

interface Seen {
  bytes: Buffer;
  method: string;
  uri: string;
  version: string;
  lines: readonly HeaderLine[];
  isWhole: boolean;
}

interface Verdict {
  status: number;
  reason: string;
  headers?: readonly string[];
}

/** In the order of section 8.2: what cannot be read, then method, then headers. */
function judge({ bytes, method, uri, version, lines, isWhole }: Seen): Verdict {
  const bad = (reason: string): Verdict => ({ status: 400, reason });
  if (version !== '2.0') return { status: 505, reason: 'Version Not Supported' };
  if (!isWhole) return bad('No End Of Header');
  // Headers in a Request-URI are for links only (section 19.1.1).
  if (/[\s<>"]/.test(uri) || uri.slice(uri.lastIndexOf('@') + 1).includes('?')) return bad('Malformed Request-URI');
  const twice = MUST_BE_ONCE.find((name) => new Set(valuesOf(lines, name)).size > 1);
  if (twice !== undefined) return bad(`More Than One ${twice}`);
  const missing = ['from', 'to', 'call-id', 'cseq'].find((name) => !valuesOf(lines, name)[0]);
  if (missing !== undefined) return bad(`Missing ${missing}`);
  const cseq = /^(\d{1,10})\s+(\S+)$/.exec(valuesOf(lines, 'cseq')[0] ?? '');
  if (!cseq || Number(cseq[1]) >= LARGEST_SEQUENCE) return bad('Malformed CSeq');
  if (cseq[2] !== method) return bad('CSeq Of Another Method');
  if (method !== 'OPTIONS' && !KNOWN.has(method)) return { status: 501, reason: 'Not Implemented', headers: [ALLOW] };
  if (isMalformed(bytes, lines)) return bad('Malformed Header');
  if (method !== 'OPTIONS') return { status: 405, reason: 'Method Not Allowed', headers: [ALLOW] };
  if (!/^sips?:/i.test(uri)) return { status: 416, reason: 'Unsupported URI Scheme' };
  const required = valuesOf(lines, 'require').join(', ').slice(0, 200);
  if (required !== '') return { status: 420, reason: 'Bad Extension', headers: [`Unsupported: ${required}`] };
  return { status: 200, reason: 'OK', headers: [ALLOW, 'Accept: application/sdp'] };
}

/** Whether a header is not what its grammar says. */
function isMalformed(bytes: Buffer, lines: readonly HeaderLine[]): boolean {
  const values = ['from', 'to'].map((name) => valuesOf(lines, name)[0] ?? '');
  if (values.some((value) => (value.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1)) return true;
  if (['via', 'contact'].some((name) => valuesOf(lines, name).some((value) => /[;,]\s*[;,]|[;,]$/.test(value))))
    return true;
  return typeof parseMessage(bytes) === 'string';
}

function written(verdict: Verdict, lines: readonly HeaderLine[], via: Via, source: Source, key: Buffer): string {
  const copy = (name: string, label: string) =>
    valuesOf(lines, name)
      .slice(0, 1)
      .map((value) => `${label}: ${value}`);
  const [first = '', ...others] = valuesOf(lines, 'via');
  const to = valuesOf(lines, 'to')[0];
  const tag = createHmac('sha256', key)
    .update(`${via.params['branch'] ?? ''} ${valuesOf(lines, 'call-id')[0] ?? ''}`)
    .digest('hex')
    .slice(0, 16);
  return [
    `SIP/2.0 ${verdict.status} ${verdict.reason}`,
    `Via: ${stamped(first, via, source)}`,
    ...others.map((value) => `Via: ${value}`),
    ...copy('from', 'From'),
    ...(to === undefined ? [] : [`To: ${/;\s*tag\s*=/i.test(to) ? to : `${to};tag=${tag}`}`]),
    ...copy('call-id', 'Call-ID'),
    ...copy('cseq', 'CSeq'),
    ...(verdict.headers ?? []),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** `received` and `rport` as sections 18.2.1 and RFC 3581 want them. */
function stamped(value: string, via: Via, { address, port }: Source): string {
  const ported = value.replace(/;\s*rport\s*(?=[;,]|$)/i, `;rport=${port}`);
  const isSame = via.host.replace(/^\[|\]$/g, '').toLowerCase() === address.toLowerCase();
  if (isSame && ported === value) return value;
  const [hop = '', ...rest] = ported.split(',');
  return [`${hop};received=${address}`, ...rest].join(',');
}

/** Section 18.2.2: to the port of the Via, with rport to where it came from; always to the address that it came from. */
function backPort(via: Via, { port, transport }: Source): number {
  if (transport !== 'udp' || 'rport' in via.params) return port;
  return via.port !== undefined && via.port > 0 && via.port < 65_536 ? via.port : 5060;
}
