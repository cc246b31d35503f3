/** Client transactions (RFC 3261 section 17.1): one request until its final response, and what comes after it. */
import type { ReceivedMessage, SipMessage } from '../message/message.ts';
import { T1, T2, T4, type Timers } from './timers.ts';

/**
 * Calling and Trying are one: nothing came yet. In `completed` what the peer sends again is met; `ended` takes nothing
 * any more.
 */
export type TransactionState = 'calling' | 'proceeding' | 'completed' | 'ended';

interface TransactionOptions {
  request: SipMessage;
  /** Over TCP and TLS nothing is sent twice. */
  isReliable: boolean;
  timers: Timers;
  /** Sends the request, or the ACK for a refusal. */
  send: (message: SipMessage) => void;
  /** Every response of the peer, provisional ones too, the final one once; a 2xx to INVITE each time that it comes. */
  onResponse(response: ReceivedMessage): void;
  /** No final answer within 64 x T1 (timers B and F). */
  onTimeout(): void;
  /** It needs no more messages: timers D and K, or M for a 2xx (RFC 6026). */
  onEnd(): void;
}

/** The state machines of figures 5 and 6, with 2xx to INVITE kept for 32 s as RFC 6026 corrects it. */
export class ClientTransaction {
  readonly #options: TransactionOptions;
  readonly #isInvite: boolean;
  #state: TransactionState = 'calling';
  #ack: SipMessage | undefined;
  #accepted = false;
  #stopResend: () => void = () => undefined;
  #stopWait: () => void = () => undefined;

  constructor(options: TransactionOptions) {
    this.#options = options;
    this.#isInvite = options.request.cseq.method === 'INVITE';
  }

  get state(): TransactionState {
    return this.#state;
  }

  get request(): SipMessage {
    return this.#options.request;
  }

  /** Timers A and B, or E and F, begin. */
  start(): void {
    const { request, isReliable, timers, send } = this.#options;
    this.#stopWait = timers.after(64 * T1, () => {
      this.end();
      this.#options.onTimeout();
    });
    if (!isReliable) this.#resendAfter(T1);
    send(request);
  }

  /** A response that belongs to it by branch and method (section 17.1.3). */
  receive(response: ReceivedMessage): void {
    const { start } = response;
    if (start.kind !== 'response' || this.#state === 'ended') return;
    if (this.#state === 'completed') return this.#again(start.status, response);
    if (start.status < 200) this.#provisional();
    else this.#final(start.status, response);
    this.#options.onResponse(response);
  }

  /** Nothing is sent or told any more. */
  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopResend();
    this.#stopWait();
    this.#options.onEnd();
  }

  #provisional(): void {
    if (this.#state === 'proceeding') return;
    this.#state = 'proceeding';
    this.#stopResend();
    // An INVITE may ring for as long as it likes; its caller has a limit of his own.
    if (this.#isInvite) this.#stopWait();
    else if (!this.#options.isReliable) this.#resendAfter(T2);
  }

  #final(status: number, response: ReceivedMessage): void {
    const { isReliable, timers, request } = this.#options;
    this.#state = 'completed';
    this.#accepted = status < 300;
    this.#stopResend();
    this.#stopWait();
    if (this.#isInvite && !this.#accepted) {
      this.#ack = ackFor(request, response);
      this.#options.send(this.#ack);
    }
    const timerD = isReliable ? 0 : 32_000;
    const linger = this.#isInvite ? (this.#accepted ? 64 * T1 : timerD) : isReliable ? 0 : T4;
    if (linger === 0) this.end();
    else this.#stopWait = timers.after(linger, () => this.end());
  }

  /** The peer has not got our ACK, or there is a second 2xx: both are met, a repeated answer to others is dropped. */
  #again(status: number, response: ReceivedMessage): void {
    if (this.#ack && status >= 300) this.#options.send(this.#ack);
    else if (this.#isInvite && this.#accepted && status >= 200 && status < 300) this.#options.onResponse(response);
  }

  #resendAfter(ms: number): void {
    const { request, timers, send } = this.#options;
    this.#stopResend = timers.after(ms, () => {
      this.#resendAfter(this.#isInvite ? ms * 2 : Math.min(ms * 2, T2));
      send(request);
    });
  }
}

/** Section 17.1.1.3: the ACK of a refusal belongs to the transaction, so it has its branch. */
function ackFor(request: SipMessage, response: SipMessage): SipMessage {
  const { start, via, from, callId, cseq, headers } = request;
  const route = headers['route'];
  return {
    start: start.kind === 'request' ? { ...start, method: 'ACK' } : start,
    via: via.slice(0, 1),
    from,
    to: response.to,
    callId,
    cseq: { seq: cseq.seq, method: 'ACK' },
    headers: route === undefined ? {} : { route },
    body: Buffer.alloc(0),
  };
}
