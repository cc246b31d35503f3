import type { PeerCertificate } from 'node:tls';
import { parseMessage, type SipMessage, stringifyMessage } from '../message/message.ts';
import {
  openConnection,
  SipConnectError,
  type SipConnection,
  type SipFailure,
  type SipTarget,
  type TlsTrust,
} from './transport.ts';

/** What a peer said to OPTIONS. Absence of a banner proves nothing: many PBXs can switch it off. */
export interface OptionsAnswer {
  answered: true;
  status: number;
  reason: string;
  userAgent?: string;
  server?: string;
  allow?: string;
  toTag?: string;
  roundTripMs: number;
  certificate?: PeerCertificate;
}

/** Why there was no answer. With TLS the certificate may have been seen nevertheless. */
export interface NoOptionsAnswer {
  answered: false;
  failure: SipFailure;
  detail: string;
  certificate?: PeerCertificate;
}

interface ProbeOptions {
  target: SipTarget;
  /** For connection and answer together. */
  limitMs: number;
  signal: AbortSignal;
  /** A string without meaning of at least 16 letters and digits, another at every call. */
  newToken: () => string;
  /** Is asked before every packet after the first: a place for a limit of the rate. */
  beforeResend?: () => Promise<void>;
  /** Ours for a TLS peer that wants one. Its own is looked at and not judged. */
  own?: Pick<TlsTrust, 'certificate' | 'key'> | undefined;
  /** Told every message as it goes over the wire. */
  onWire?: (direction: 'sent' | 'received', bytes: Buffer, local: SipConnection['local']) => void;
}

/** RFC 3261 section 17.1.2.1. */
const T1_MS = 500;
/** What does not belong to our request, or cannot be read; a few are skipped, a flood is not. */
const MOST_STRANGE_MESSAGES = 16;

/**
 * One OPTIONS (RFC 3261 section 11) over sockets of its own; sent again over UDP after 0.5, 1, 2 s. A final answer ends
 * it, and so does the limit. Does not throw: a prober wants to know how it failed.
 */
export async function probeOptions(options: ProbeOptions): Promise<OptionsAnswer | NoOptionsAnswer> {
  const { target, limitMs } = options;
  const limit = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([options.signal, limit]);
  const inbox = new Inbox((bytes) => connection && options.onWire?.('received', bytes, connection.local));
  let connection: SipConnection | undefined;
  try {
    connection = await openConnection(target, inbox, signal, { ...options.own, isUnjudged: true });
    const { certificate } = connection;
    const outcome = await exchange(options, connection, inbox, signal);
    return { ...outcome, ...(certificate && Object.keys(certificate).length > 0 ? { certificate } : {}) };
  } catch (error) {
    if (error instanceof SipConnectError) return { answered: false, failure: error.failure, detail: error.message };
    throw error;
  } finally {
    connection?.close();
  }
}

async function exchange(
  { target, newToken, beforeResend, onWire }: ProbeOptions,
  connection: SipConnection,
  inbox: Inbox,
  signal: AbortSignal,
): Promise<OptionsAnswer | NoOptionsAnswer> {
  const request = optionsRequest(target, connection, newToken);
  const bytes = stringifyMessage(request);
  const sentAt = performance.now();
  let nextSend = connection.isReliable ? Infinity : T1_MS;
  let strange = 0;
  const send = () => {
    onWire?.('sent', bytes, connection.local);
    connection.send(bytes);
  };
  send();
  for (;;) {
    const waited = await inbox.next(sentAt + nextSend - performance.now(), signal);
    if (waited === 'ended') {
      const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
      const failure = strange > 0 ? 'not-sip' : isLate ? 'timeout' : 'canceled';
      return { answered: false, failure, detail: 'no final answer in time' };
    }
    if (waited === 'due') {
      await beforeResend?.();
      send();
      nextSend = nextSend * 2 + T1_MS;
      continue;
    }
    if ('failure' in waited) return { answered: false, ...waited };
    const answer = parseMessage(waited.bytes);
    if (typeof answer === 'string' || !isAnswerTo(request, answer)) {
      strange += 1;
      if (strange > MOST_STRANGE_MESSAGES)
        return {
          answered: false,
          failure: 'not-sip',
          detail: typeof answer === 'string' ? answer : 'answers to other requests',
        };
      continue;
    }
    if (answer.start.kind === 'response' && answer.start.status >= 200) {
      return read(answer, answer.start, performance.now() - sentAt);
    }
  }
}

function read(
  { headers, to }: SipMessage,
  { status, reason }: { status: number; reason: string },
  roundTripMs: number,
): OptionsAnswer {
  const text = (name: string, key: string) => {
    const value = headers[name]?.trim().slice(0, 256);
    return value ? { [key]: value } : {};
  };
  return {
    answered: true,
    status,
    reason: reason.slice(0, 128),
    ...text('user-agent', 'userAgent'),
    ...text('server', 'server'),
    ...text('allow', 'allow'),
    ...(to.params['tag'] ? { toTag: to.params['tag'].slice(0, 128) } : {}),
    roundTripMs: Math.round(roundTripMs * 10) / 10,
  };
}

/** RFC 3261 section 17.1.3: branch and method; the Call-ID too, since others may guess a branch. */
function isAnswerTo(request: SipMessage, answer: SipMessage): boolean {
  return (
    answer.start.kind === 'response' &&
    answer.via[0]?.params['branch'] === request.via[0]?.params['branch'] &&
    answer.callId === request.callId &&
    answer.cseq.seq === request.cseq.seq &&
    answer.cseq.method === request.cseq.method
  );
}

function optionsRequest(target: SipTarget, { local }: SipConnection, newToken: () => string): SipMessage {
  const name = target.name ?? target.address;
  const host = name.includes(':') ? `[${name}]` : name;
  const here = local.address.includes(':') ? `[${local.address}]` : local.address;
  const over = target.transport === 'udp' ? '' : `;transport=${target.transport}`;
  const uri = `sip:${host}:${target.port}${over}`;
  return {
    start: { kind: 'request', method: 'OPTIONS', uri },
    via: [
      {
        protocol: target.transport.toUpperCase(),
        host: here,
        port: local.port,
        params: { branch: `z9hG4bK${newToken()}`, rport: null },
      },
    ],
    from: { uri: `sip:demarc@${here}`, params: { tag: newToken() } },
    to: { uri: `sip:${host}:${target.port}`, params: {} },
    callId: `${newToken()}@${here}`,
    cseq: { seq: 1, method: 'OPTIONS' },
    contact: { uri: `sip:demarc@${here}:${local.port}${over}`, params: {} },
    headers: { accept: 'application/sdp' },
    body: Buffer.alloc(0),
  };
}

type Arrival = { bytes: Buffer } | { failure: SipFailure; detail: string };

/** What came, in order, for a reader that waits for it; the first failure is the last thing that it gets. */
class Inbox {
  readonly #arrived: Arrival[] = [];
  readonly #tell: (bytes: Buffer) => void;
  #wake: (() => void) | undefined;

  constructor(tell: (bytes: Buffer) => void) {
    this.#tell = tell;
  }

  onMessage(bytes: Buffer): void {
    this.#tell(bytes);
    if (this.#arrived.length < 2 * MOST_STRANGE_MESSAGES) this.#arrived.push({ bytes });
    this.#wake?.();
  }

  onFailure(failure: SipFailure, detail: string): void {
    this.#arrived.push({ failure, detail });
    this.#wake?.();
  }

  /** The next arrival; `due` after the time, `ended` when the signal is aborted. */
  async next(waitMs: number, signal: AbortSignal): Promise<Arrival | 'due' | 'ended'> {
    const first = this.#arrived.shift();
    if (first) return first;
    if (signal.aborted) return 'ended';
    if (waitMs <= 0) return 'due';
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = Number.isFinite(waitMs) ? setTimeout(done, waitMs) : undefined;
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
    return this.#arrived.shift() ?? (signal.aborted ? 'ended' : 'due');
  }
}
