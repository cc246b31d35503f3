import type { ReceivedMessage, SipMessage } from '../message/message.ts';
import type { Credentials } from './digest.ts';
import { type Answered, exchange, statusOf } from './exchange.ts';
import { answerTo, type SipFlow } from './flow.ts';
import { contactOf } from './requests.ts';
import { SipConnectError } from './transport.ts';

interface CallOptions {
  flow: SipFlow;
  /** From `inviteRequest`, with an offer. */
  invite: SipMessage;
  credentials?: Credentials | undefined;
  /** How long it may ring. */
  ringMs: number;
  signal: AbortSignal;
  onProgress?: (status: number, reason: string) => void;
}

/** Why the other side ended a call (Reason header, RFC 3326); empty when it gave none. */
interface RemoteEnd {
  reason: string;
}

/** How long a BYE or CANCEL may take when everything else has ended. */
const GOODBYE_MS = 4000;

/** A call of ours: from its INVITE to the BYE of either side. Everything in it stays on the way of its INVITE. */
export class SipCall {
  readonly #options: CallOptions;
  readonly #answered: Answered;
  readonly #routes: { route?: string };
  readonly #target: string;
  readonly #remoteEnd = Promise.withResolvers<RemoteEnd>();
  #seq: number;
  #over = false;

  private constructor(options: CallOptions, answered: Answered) {
    this.#options = options;
    this.#answered = answered;
    const { response, request } = answered;
    const contact = response.contact?.uri;
    const domain = request.start.kind === 'request' ? request.start.uri : '';
    // The set of routes is that of the answer, the nearest first (RFC 3261 section 12.1.2).
    const routes = response.recordRoute.toReversed();
    this.#routes = routes.length > 0 ? { route: routes.join(', ') } : {};
    this.#target = contact ?? domain;
    this.#seq = request.cseq.seq;
  }

  /**
   * Calls. Gives the call, or the refusal that came in its place. When it is no longer wanted or rings too long, it is
   * canceled, and a call that was answered meanwhile is ended.
   * @throws SipConnectError
   */
  static async place(options: CallOptions): Promise<{ call: SipCall } | { refused: Answered }> {
    const { flow, invite, credentials, ringMs, signal, onProgress } = options;
    const limit = AbortSignal.timeout(ringMs);
    const wanted = AbortSignal.any([signal, limit]);
    // The INVITE itself lives on after the wish for it has ended: it needs its CANCEL and the answer to that.
    const life = new AbortController();
    let sent: SipMessage = invite;
    let isProceeding = false;
    let isCanceled = false;
    let call: SipCall | undefined;
    let giveUp: NodeJS.Timeout | undefined;
    const cancel = () => {
      giveUp ??= setTimeout(() => life.abort(wanted.reason), GOODBYE_MS);
      // Before the first sign of the other side a CANCEL may overtake its INVITE (section 9.1).
      if (!isProceeding || isCanceled) return;
      isCanceled = true;
      // The INVITE's own end tells how it went; an unanswered CANCEL adds nothing.
      flow.ask(cancelOf(sent), { signal: AbortSignal.timeout(GOODBYE_MS) }).catch(() => undefined);
    };
    wanted.addEventListener('abort', cancel, { once: true });
    try {
      const answered = await exchange({
        flow,
        request: invite,
        credentials,
        signal: life.signal,
        onSent: (request) => {
          sent = request;
          isProceeding = false;
        },
        onProvisional: (response) => {
          isProceeding = true;
          const { status, reason } = statusOf(response);
          onProgress?.(status, reason);
          if (wanted.aborted) cancel();
        },
        onAgain: () => call?.acknowledge(),
      });
      if (answered.status >= 300) {
        if (wanted.aborted) throw ended(signal, limit);
        return { refused: answered };
      }
      call = new SipCall(options, answered);
      call.acknowledge();
      flow.answerWith((request) => call?.answer(request));
      if (wanted.aborted) {
        await call.hangUp();
        throw ended(signal, limit);
      }
      return { call };
    } finally {
      clearTimeout(giveUp);
      wanted.removeEventListener('abort', cancel);
    }
  }

  /** The 2xx, with the answer of the other side in its body. */
  get answer200(): ReceivedMessage {
    return this.#answered.response;
  }

  get answered(): Answered {
    return this.#answered;
  }

  /** Settles when the other side has hung up. */
  get remoteEnd(): Promise<RemoteEnd> {
    return this.#remoteEnd.promise;
  }

  /** The ACK of a 2xx: a request of its own, sent again whenever the 2xx comes again (section 13.2.2.4). */
  acknowledge(): void {
    const { flow } = this.#options;
    const ack = this.#inDialog('ACK', this.#answered.request.cseq.seq);
    const { authorization, 'proxy-authorization': byProxy } = this.#answered.request.headers;
    const login = {
      ...(authorization === undefined ? {} : { authorization }),
      ...(byProxy === undefined ? {} : { 'proxy-authorization': byProxy }),
    };
    flow.send(flow.stamped({ ...ack, headers: { ...ack.headers, ...login } }));
  }

  /** Ends the call; does not throw: whether or not the other side answers, it is over. Gives the status of its answer. */
  async hangUp(): Promise<number | undefined> {
    if (this.#over) return undefined;
    this.#over = true;
    const { flow, credentials } = this.#options;
    this.#seq += 1;
    try {
      const { status } = await exchange({
        flow,
        request: this.#inDialog('BYE', this.#seq),
        credentials,
        signal: AbortSignal.timeout(GOODBYE_MS),
      });
      return status;
    } catch (error) {
      if (error instanceof SipConnectError) return undefined;
      throw error;
    }
  }

  /** Meets what the other side asks within the call; nothing of it changes the audio. */
  answer(request: ReceivedMessage): SipMessage | undefined {
    const { method } = request.cseq;
    const tag = this.#answered.request.from.params['tag'] ?? '';
    const { flow, invite } = this.#options;
    if (method === 'ACK') return undefined;
    if (request.callId !== invite.callId) {
      return method === 'OPTIONS'
        ? answerTo(request, 200, 'OK', { tag })
        : answerTo(request, 481, 'Call/Transaction Does Not Exist', { tag });
    }
    switch (method) {
      case 'BYE':
        this.#over = true;
        this.#remoteEnd.resolve({ reason: request.headers['reason']?.slice(0, 200) ?? '' });
        return answerTo(request, 200, 'OK', { tag });
      case 'INVITE':
      case 'UPDATE': {
        const hasOffer = request.body.length > 0 || method === 'INVITE';
        const contact = contactOf(flow, 'demarc');
        return hasOffer
          ? answerTo(request, 200, 'OK', {
              tag,
              contact,
              headers: { 'content-type': 'application/sdp' },
              body: invite.body,
            })
          : answerTo(request, 200, 'OK', { tag, contact });
      }
      case 'OPTIONS':
      case 'INFO':
        return answerTo(request, 200, 'OK', { tag });
      default:
        return answerTo(request, 405, 'Method Not Allowed', {
          tag,
          headers: { allow: 'INVITE, ACK, BYE, OPTIONS, UPDATE, INFO' },
        });
    }
  }

  #inDialog(method: string, seq: number): SipMessage {
    const { request, response } = this.#answered;
    return {
      start: { kind: 'request', method, uri: this.#target },
      via: [],
      from: request.from,
      to: response.to,
      callId: request.callId,
      cseq: { seq, method },
      headers: { ...this.#routes, 'user-agent': 'Demarc' },
      body: Buffer.alloc(0),
    };
  }
}

/** Section 9.1: the CANCEL has the branch, the number and the routes of its INVITE. */
function cancelOf(invite: SipMessage): SipMessage {
  const { start, via, from, to, callId, cseq } = invite;
  return {
    start: start.kind === 'request' ? { ...start, method: 'CANCEL' } : start,
    via,
    from,
    to,
    callId,
    cseq: { seq: cseq.seq, method: 'CANCEL' },
    headers: {},
    body: Buffer.alloc(0),
  };
}

const ended = (signal: AbortSignal, limit: AbortSignal): SipConnectError =>
  limit.aborted && !signal.aborted
    ? new SipConnectError('timeout', 'nobody answered in time; the call was canceled')
    : new SipConnectError('canceled', 'no longer wanted');
