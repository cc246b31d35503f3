import type { PeerCertificate } from 'node:tls';
import type { Clock } from '#config/clock.ts';
import { parseMessage, type ReceivedMessage, type SipMessage, stringifyMessage } from '../message/message.ts';
import type { SipTap } from '../trace/tap.ts';
import type { Timers } from './timers.ts';
import { ClientTransaction } from './transaction.ts';
import { openConnection, SipConnectError, type SipConnection, type SipTarget, type TlsTrust } from './transport.ts';

/** What a flow is made with. */
export interface FlowOptions {
  target: SipTarget;
  /** With TLS: without it the peer is not judged. */
  trust?: TlsTrust;
  timers: Timers;
  clock: Clock;
  /** A string without meaning of at least 16 letters and digits, another at every call. */
  newToken: () => string;
  tap?: SipTap;
}

interface AskOptions {
  signal: AbortSignal;
  onProvisional?: (response: ReceivedMessage) => void;
  /** A 2xx to INVITE that comes again, or from a second place: its ACK is due. */
  onAgain?: (response: ReceivedMessage) => void;
}

/** Answers a request of the peer; undefined for what has no answer (ACK). */
export type RequestHandler = (request: ReceivedMessage) => SipMessage | undefined;

const MOST_TRANSACTIONS = 64;

/** One way to one peer, with the requests that are under way on it in both directions. */
export class SipFlow {
  readonly #options: FlowOptions;
  readonly #open = new Map<string, ClientTransaction>();
  readonly #waiting = new Set<(error: SipConnectError) => void>();
  #connection: SipConnection | undefined;
  #failure: SipConnectError | undefined;
  #closed = false;
  #strange = 0;
  #handler: RequestHandler | undefined;

  private constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** Connects. @throws SipConnectError */
  static async open(options: FlowOptions, signal: AbortSignal): Promise<SipFlow> {
    const flow = new SipFlow(options);
    const events = {
      onMessage: (bytes: Buffer) => flow.#receive(bytes),
      onFailure: (failure: SipConnectError['failure'], detail: string) =>
        flow.#fail(new SipConnectError(failure, detail)),
    };
    flow.#connection = await openConnection(options.target, events, signal, options.trust);
    if (flow.#failure) throw flow.#failure;
    return flow;
  }

  get target(): SipTarget {
    return this.#options.target;
  }

  get local(): { address: string; port: number } {
    return this.#connection?.local ?? { address: '0.0.0.0', port: 0 };
  }

  get certificate(): PeerCertificate | undefined {
    return this.#connection?.certificate;
  }

  get cipher(): string | undefined {
    return this.#connection?.cipher;
  }

  /** Waits so long for the peer to end the connection; undefined when it has not. */
  async endedWithin(ms: number): Promise<SipConnectError | undefined> {
    if (this.#failure) return this.#failure;
    const { promise, resolve } = Promise.withResolvers<SipConnectError | undefined>();
    const stop = this.#options.timers.after(ms, () => resolve(undefined));
    this.#waiting.add(resolve);
    const error = await promise;
    this.#waiting.delete(resolve);
    stop();
    return error;
  }

  newToken(): string {
    return this.#options.newToken();
  }

  /** Says who answers the peer's own requests on this way; without one they are refused. */
  answerWith(handler: RequestHandler | undefined): void {
    this.#handler = handler;
  }

  /**
   * Sends a request with a new branch and waits for its final response, whichever that is. When the signal ends it, an
   * INVITE has to be canceled by its caller.
   * @throws SipConnectError `timeout` after 32 s of silence, `closed`, `canceled`
   */
  ask(message: SipMessage, { signal, onProvisional, onAgain }: AskOptions): Promise<ReceivedMessage> {
    const { timers } = this.#options;
    if (this.#failure) return Promise.reject(this.#failure);
    if (signal.aborted || this.#closed) return Promise.reject(canceled(signal));
    if (this.#open.size >= MOST_TRANSACTIONS) {
      return Promise.reject(new SipConnectError('canceled', 'too many requests are under way'));
    }
    const request = this.stamped(message);
    const key = keyOf(request);
    const { promise, resolve, reject } = Promise.withResolvers<ReceivedMessage>();
    let isSettled = false;
    const settle = () => {
      isSettled = true;
      signal.removeEventListener('abort', stop);
      this.#waiting.delete(fail);
    };
    const fail = (error: SipConnectError) => {
      settle();
      transaction.end();
      reject(error);
    };
    const stop = () => fail(canceled(signal));
    const transaction = new ClientTransaction({
      request,
      isReliable: this.#connection?.isReliable ?? false,
      timers,
      send: (sent) => this.send(sent),
      onResponse: (response) => {
        if (response.start.kind !== 'response') return;
        if (response.start.status < 200) onProvisional?.(response);
        else if (isSettled) onAgain?.(response);
        else {
          settle();
          resolve(response);
        }
      },
      onTimeout: () =>
        fail(new SipConnectError(this.#strange > 0 ? 'not-sip' : 'timeout', 'no final answer within 32 seconds')),
      onEnd: () => this.#open.delete(key),
    });
    this.#open.set(key, transaction);
    signal.addEventListener('abort', stop, { once: true });
    this.#waiting.add(fail);
    transaction.start();
    return promise;
  }

  /** The request with a Via of this way; its branch is new unless one stands there (CANCEL has that of its INVITE). */
  stamped(message: SipMessage): SipMessage {
    if (message.via.length > 0) return message;
    const { target } = this.#options;
    const { address, port } = this.local;
    const params = { branch: `z9hG4bK${this.newToken()}`, rport: null };
    return { ...message, via: [{ protocol: target.transport.toUpperCase(), host: bracketed(address), port, params }] };
  }

  /** Sends what has no transaction of its own: the ACK of a 2xx, an answer. */
  send(message: SipMessage): void {
    if (this.#closed || this.#failure) return;
    const bytes = stringifyMessage(message);
    this.#tell('sent', bytes);
    this.#connection?.send(bytes);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection?.close();
    for (const fail of this.#waiting) fail(new SipConnectError('canceled', 'no longer wanted'));
    for (const transaction of this.#open.values()) transaction.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #receive(bytes: Buffer): void {
    if (this.#closed) return;
    this.#tell('received', bytes);
    const message = parseMessage(bytes);
    if (typeof message === 'string') {
      this.#strange += 1;
      return;
    }
    if (message.start.kind === 'response') this.#open.get(keyOf(message))?.receive(message);
    else {
      const answer = this.#handler ? this.#handler(message) : refusal(message);
      if (answer) this.send(answer);
    }
  }

  #fail(failure: SipConnectError): void {
    if (this.#closed || this.#failure) return;
    const wrong = this.#strange > 0 && failure.failure === 'closed';
    this.#failure = wrong ? new SipConnectError('not-sip', failure.message) : failure;
    for (const fail of this.#waiting) fail(this.#failure);
    for (const transaction of this.#open.values()) transaction.end();
  }

  #tell(direction: 'sent' | 'received', bytes: Buffer): void {
    const { tap, clock, target } = this.#options;
    if (!tap?.isOpen) return;
    const remote = { address: target.address, port: target.port };
    tap.saw({ at: clock.now(), direction, transport: target.transport, local: this.local, remote, bytes });
  }
}

/** An address as it stands in a URI or a Via. */
export const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** An answer to a request of the peer (RFC 3261 section 8.2.6). */
export function answerTo(
  request: SipMessage,
  status: number,
  reason: string,
  more: { tag: string; contact?: SipMessage['contact']; headers?: SipMessage['headers']; body?: Buffer },
): SipMessage {
  const { via, from, to, callId, cseq } = request;
  return {
    start: { kind: 'response', status, reason },
    via,
    from,
    to: to.params['tag'] === undefined ? { ...to, params: { ...to.params, tag: more.tag } } : to,
    callId,
    cseq,
    ...(more.contact ? { contact: more.contact } : {}),
    headers: more.headers ?? {},
    body: more.body ?? Buffer.alloc(0),
  };
}

function refusal(request: ReceivedMessage): SipMessage | undefined {
  const { method } = request.cseq;
  if (method === 'ACK') return undefined;
  const tag = 'none';
  if (method === 'OPTIONS') return answerTo(request, 200, 'OK', { tag, headers: { allow: 'OPTIONS' } });
  if (request.to.params['tag'] !== undefined || method === 'CANCEL') {
    return answerTo(request, 481, 'Call/Transaction Does Not Exist', { tag });
  }
  return answerTo(request, 405, 'Method Not Allowed', { tag, headers: { allow: 'OPTIONS' } });
}

/** Section 17.1.3, and the Call-ID too, since others may guess a branch. */
const keyOf = ({ via, cseq, callId }: SipMessage): string =>
  `${via[0]?.params['branch'] ?? ''} ${cseq.method} ${cseq.seq} ${callId}`;

const canceled = (signal: AbortSignal): SipConnectError =>
  signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? new SipConnectError('timeout', 'no final answer in time')
    : new SipConnectError('canceled', 'no longer wanted');
