/** The messages of one trace while it runs: in memory only, bounded, and cut down to what was asked for at its end. */
import { createHash } from 'node:crypto';
import { headerOf, methodOf, readWire, statusOf, type WireMessage } from './wire-message.ts';

interface Endpoint {
  address: string;
  port: number;
}

/** One message with where it went. Not redacted. */
export interface Recorded {
  at: number;
  transport: 'udp' | 'tcp' | 'tls';
  from: Endpoint;
  to: Endpoint;
  message: WireMessage;
  bytes: number;
  trunk?: string;
}

/** Messages with one Call-ID, in the order of time. */
export interface Dialog {
  callId: string;
  messages: Recorded[];
}

/** What is wanted; a dialog fits when one of its messages does. */
export interface TraceFilter {
  number?: string | undefined;
  method?: string | undefined;
  trunk?: string | undefined;
}

const MOST_MESSAGES = 20_000;
const MOST_BYTES = 24 * 1024 * 1024;
/** The largest message of which anything is kept: beyond it nothing is SIP that we or a PBX would send. */
const LARGEST = 65_535;
/** Within this time the same bytes are the same message, seen by the stack and on the wire, or on two interfaces. */
const SAME_MS = 50;

/** What a message looks like when it is handed in. */
export interface Arrival {
  at: number;
  transport: 'udp' | 'tcp' | 'tls';
  from: Endpoint;
  to: Endpoint;
  bytes: Buffer;
  trunk?: string | undefined;
}

export class Recording {
  /** What came after the limit was reached. */
  dropped = 0;
  /** What was no SIP message. */
  unreadable = 0;
  readonly #recorded: Recorded[] = [];
  readonly #seen = new Map<string, number>();
  readonly #ended = new Set<string>();
  readonly #invited = new Set<string>();
  #bytes = 0;

  /** Takes a message; never throws, whatever the bytes are. */
  add({ at, transport, from, to, bytes, trunk }: Arrival): void {
    if (bytes.length > LARGEST || bytes.every((byte) => byte === 0x0d || byte === 0x0a || byte === 0)) return;
    const message = readWire(bytes);
    if (message === undefined) {
      this.unreadable += 1;
      return;
    }
    if (this.#recorded.length >= MOST_MESSAGES || this.#bytes + bytes.length > MOST_BYTES) {
      this.dropped += 1;
      return;
    }
    const key = createHash('sha1').update(bytes).update(`${from.port} ${to.port}`).digest('base64');
    const before = this.#seen.get(key);
    if (before !== undefined && Math.abs(at - before) < SAME_MS) return;
    this.#seen.set(key, at);
    this.#bytes += bytes.length;
    this.#recorded.push({ at, transport, from, to, message, bytes: bytes.length, ...(trunk ? { trunk } : {}) });
    this.#follow(message);
  }

  get messages(): number {
    return this.#recorded.length;
  }

  /** Calls (an INVITE each) that have ended, by a refusal or by a BYE that was answered. */
  get callsEnded(): number {
    return this.#ended.size;
  }

  /** The dialogs that fit, in the order of their first messages. */
  dialogs(filter: TraceFilter): Dialog[] {
    const sorted = this.#recorded.toSorted((a, b) => a.at - b.at);
    const byCall = Map.groupBy(sorted, ({ message }) => headerOf(message, 'call-id'));
    return [...byCall]
      .filter(([, messages]) => fits(messages, filter))
      .map(([callId, messages]) => ({ callId, messages }));
  }

  #follow(message: WireMessage): void {
    const call = headerOf(message, 'call-id');
    const status = statusOf(message);
    const method = methodOf(message);
    if (status === undefined) {
      if (method === 'INVITE') this.#invited.add(call);
      return;
    }
    // 401 and 407 ask for the same call once more.
    const refused = method === 'INVITE' && status.status >= 300 && ![401, 407].includes(status.status);
    if (this.#invited.has(call) && (refused || (method === 'BYE' && status.status >= 200))) this.#ended.add(call);
  }
}

function fits(messages: readonly Recorded[], { number, method, trunk }: TraceFilter): boolean {
  if (trunk !== undefined && !messages.some((one) => one.trunk === trunk)) return false;
  if (method !== undefined && !messages.some(({ message }) => methodOf(message) === method)) return false;
  if (number === undefined) return true;
  // However it is written: the last digits are the same with and without plus and country code.
  const wanted = number.replaceAll(/\D/g, '').slice(-7);
  return messages.some(({ message }) =>
    [
      message.start,
      ...['from', 'to', 'contact', 'p-asserted-identity', 'diversion'].map((name) => headerOf(message, name)),
    ]
      .flatMap((text) =>
        [...text.matchAll(/(?:sips?|tel):([^@;>]{0,256})/gi)].map(({ 1: user = '' }) => user.replaceAll(/\D/g, '')),
      )
      .some((digits) => digits.endsWith(wanted)),
  );
}
