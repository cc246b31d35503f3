/** SIP messages as values (RFC 3261 section 7). The only module that uses npm `sip`, and only its grammar. */
import sip from 'sip';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { guard, type Refusal } from './guard.ts';
import {
  type Challenge,
  challengesOf,
  headerLines,
  type Params,
  splitOutside,
  type Via,
  valuesOf,
  viasOf,
} from './header-lines.ts';

/** `"Name" <sip:uri>;tag=x` (RFC 3261 section 20.10). */
export interface NameAddress {
  name?: string;
  uri: string;
  params: Params;
}

/** The parts of a message that a client works with; every other header is text under its lower-case name. */
export interface SipMessage {
  start: { kind: 'request'; method: string; uri: string } | { kind: 'response'; status: number; reason: string };
  via: Via[];
  from: NameAddress;
  to: NameAddress;
  callId: string;
  cseq: { seq: number; method: string };
  contact?: NameAddress;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** A message as it came: what is only ever read stands here. */
export interface ReceivedMessage extends SipMessage {
  /** Every contact; the first of them is `contact` as well. */
  contacts: NameAddress[];
  /** `<sip:...;lr>`, in the order of the message. */
  recordRoute: string[];
  challenges: Challenge[];
}

/** Reads one whole message; says why when it cannot. Never throws, whatever the bytes are. */
export function parseMessage(bytes: Buffer): ReceivedMessage | Refusal {
  const guarded = guard(bytes);
  if (typeof guarded === 'string') return guarded;
  try {
    return project(sip.parse(`${guarded.head}\r\n\r\n`), guarded) ?? 'unreadable';
  } catch (error) {
    // The grammar throws TypeErrors at broken headers; to the reader they are all the same.
    if (error instanceof Error) return 'unreadable';
    throw error;
  }
}

/** The bytes of a message. @throws DemarcError `internal` when a value would break out of its line */
export function stringifyMessage(message: SipMessage): Buffer {
  const { start, via, from, to, callId, cseq, contact, headers, body } = message;
  refuseLineBreaks({ start, via, from, to, callId, cseq, contact, headers });
  const content = body.toString('latin1');
  const text = sip.stringify({
    version: '2.0',
    ...(start.kind === 'request'
      ? { method: start.method, uri: start.uri }
      : { status: start.status, reason: start.reason }),
    headers: {
      via,
      ...(start.kind === 'request' ? { 'max-forwards': '70' } : {}),
      from,
      to,
      'call-id': callId,
      cseq,
      ...(contact ? { contact: [contact] } : {}),
      ...headers,
    },
    content,
  });
  return Buffer.concat([Buffer.from(text.slice(0, text.length - content.length), 'utf8'), body]);
}

function refuseLineBreaks(value: unknown): void {
  if (typeof value === 'string' && /[\r\n\0]/.test(value)) {
    throw new DemarcError('internal', 'a SIP header value holds a line break');
  }
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) refuseLineBreaks(inner);
}

/** Takes over what has the expected form; undefined when a part is missing that every message has. */
function project(parsed: unknown, { head, body }: { head: string; body: Buffer }): ReceivedMessage | undefined {
  if (!isRecord(parsed) || !isRecord(parsed['headers'])) return undefined;
  const given = parsed['headers'];
  const start = startOf(parsed);
  const from = nameAddress(given['from']);
  const to = nameAddress(given['to']);
  const callId = given['call-id'];
  const cseq = given['cseq'];
  if (!start || !from || !to || typeof callId !== 'string' || !isRecord(cseq)) return undefined;
  const { seq, method } = cseq;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || typeof method !== 'string') return undefined;
  const length = given['content-length'];
  if (length !== undefined && !(typeof length === 'number' && length >= 0 && length <= body.length)) return undefined;
  const contacts: unknown = given['contact'];
  const allContacts = Array.isArray(contacts) ? contacts.flatMap((one: unknown) => nameAddress(one) ?? []) : [];
  const [contact] = allContacts;
  const lines = headerLines(head);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string' && name !== 'call-id' && /^[\w.-]+$/.test(name)) headers[name] = value;
  }
  return {
    start,
    via: viasOf(lines),
    from,
    to,
    callId,
    cseq: { seq, method },
    ...(contact ? { contact } : {}),
    contacts: allContacts,
    recordRoute: valuesOf(lines, 'record-route').flatMap((value) => splitOutside(value, ',')),
    challenges: challengesOf(lines),
    headers,
    body: typeof length === 'number' ? body.subarray(0, length) : body,
  };
}

function startOf({ method, uri, status, reason }: Record<string, unknown>): SipMessage['start'] | undefined {
  if (typeof status === 'number') {
    return { kind: 'response', status, reason: typeof reason === 'string' ? reason.trim() : '' };
  }
  return typeof method === 'string' && typeof uri === 'string' ? { kind: 'request', method, uri } : undefined;
}

function nameAddress(value: unknown): NameAddress | undefined {
  if (!isRecord(value) || typeof value['uri'] !== 'string') return undefined;
  const { name, uri } = value;
  return { ...(typeof name === 'string' ? { name } : {}), uri, params: paramsOf(value['params']) };
}

function paramsOf(value: unknown): Params {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' || text === null ? [[name, text]] : [])),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
