import type { Challenge } from '../message/header-lines.ts';
import type { ReceivedMessage, SipMessage } from '../message/message.ts';
import { type Credentials, chooseChallenge, digestAnswer } from './digest.ts';
import type { SipFlow } from './flow.ts';

interface ExchangeOptions {
  flow: SipFlow;
  request: SipMessage;
  credentials?: Credentials | undefined;
  signal: AbortSignal;
  onProvisional?: (response: ReceivedMessage) => void;
  onAgain?: (response: ReceivedMessage) => void;
  /** The request as it was sent, each time: who has to cancel or acknowledge needs the last one. */
  onSent?: (request: SipMessage) => void;
}

/** The last response, to the last form of the request. */
export interface Answered {
  response: ReceivedMessage;
  status: number;
  reason: string;
  request: SipMessage;
  /** What we logged in with; undefined when nobody asked. */
  login: { algorithm: string; realm: string } | undefined;
  /** How often the peer refused what we answered to its challenge. */
  refusals: number;
  roundTripMs: number;
}

const MOST_REFUSALS = 2;
const MOST_STALE = 2;
const LONGEST_SECONDS = 86_400;

/**
 * Asks until there is an answer that is one: challenges are answered (a stale nonce is renewed, after two refusals no
 * further attempt is made, since they lock accounts), 423 and 422 are met once with the peer's own limit.
 * @throws SipConnectError
 */
export async function exchange(options: ExchangeOptions): Promise<Answered> {
  const { flow, credentials, signal, onProvisional, onAgain, onSent } = options;
  const login = new Login(credentials, () => flow.newToken());
  let { request } = options;
  let adjusted = false;
  for (;;) {
    const stamped = flow.stamped(request);
    onSent?.(stamped);
    const began = performance.now();
    const response = await flow.ask(stamped, {
      signal,
      ...(onProvisional ? { onProvisional } : {}),
      ...(onAgain ? { onAgain } : {}),
    });
    const roundTripMs = performance.now() - began;
    const { status, reason } = statusOf(response);
    const next =
      status === 401 || status === 407
        ? login.next(request, response)
        : adjusted
          ? undefined
          : adapted(request, response);
    if (next === undefined) {
      const { refusals, used } = login;
      return { response, status, reason, request: stamped, login: used, refusals, roundTripMs };
    }
    adjusted ||= status === 422 || status === 423;
    // A new attempt is a new transaction: the next number, and a branch of its own.
    const fresh = { ...next, via: [], cseq: { ...request.cseq, seq: request.cseq.seq + 1 } };
    request = login.renewed(fresh);
  }
}

/** The status line of a response. */
export const statusOf = ({ start }: SipMessage): { status: number; reason: string } =>
  start.kind === 'response' ? { status: start.status, reason: start.reason } : { status: 0, reason: '' };

/** The request with the limit that the peer names in 423 (Min-Expires) or 422 (Min-SE, RFC 4028 section 6). */
function adapted(request: SipMessage, response: ReceivedMessage): SipMessage | undefined {
  const { status } = statusOf(response);
  const limit = (name: string) => {
    const seconds = Number(/^\d{1,9}/.exec(response.headers[name] ?? '')?.[0] ?? Number.NaN);
    return seconds > 0 && seconds <= LONGEST_SECONDS ? String(seconds) : undefined;
  };
  if (status === 423 && request.headers['expires'] !== undefined) {
    const expires = limit('min-expires');
    return expires === undefined ? undefined : { ...request, headers: { ...request.headers, expires } };
  }
  if (status === 422) {
    const least = limit('min-se');
    const timer = least === undefined ? undefined : { 'session-expires': least, 'min-se': least };
    return timer && { ...request, headers: { ...request.headers, ...timer } };
  }
  return undefined;
}

/** What was answered to whom, for the server and each proxy apart. */
class Login {
  readonly #credentials: Credentials | undefined;
  readonly #newToken: () => string;
  readonly #answered = new Map<boolean, { challenge: Challenge; count: number }>();
  #refusals = 0;
  #stale = 0;

  constructor(credentials: Credentials | undefined, newToken: () => string) {
    this.#credentials = credentials;
    this.#newToken = newToken;
  }

  get refusals(): number {
    return this.#refusals;
  }

  get used(): Answered['login'] {
    const last = [...this.#answered.values()].at(-1);
    if (!last) return undefined;
    const { algorithm = 'MD5', realm = '' } = last.challenge.params;
    return { algorithm, realm };
  }

  /** Takes the challenge; undefined when there is nothing to answer it with, or no sense in it. */
  next(request: SipMessage, response: ReceivedMessage): SipMessage | undefined {
    const challenge = chooseChallenge(response.challenges);
    if (!this.#credentials || !challenge) return undefined;
    const before = this.#answered.get(challenge.byProxy);
    if (before) {
      const sameNonce = before.challenge.params['nonce'] === challenge.params['nonce'];
      const isStale = challenge.params['stale']?.toLowerCase() === 'true' && !sameNonce && this.#stale < MOST_STALE;
      if (isStale) this.#stale += 1;
      else this.#refusals += 1;
      if (this.#refusals >= MOST_REFUSALS || (!isStale && sameNonce)) return undefined;
    }
    this.#answered.set(challenge.byProxy, { challenge, count: 0 });
    return request;
  }

  /** The request with an answer to every challenge so far: a digest is good for one request. */
  renewed(request: SipMessage): SipMessage {
    const { start, body } = request;
    if (!this.#credentials || start.kind !== 'request') return request;
    const headers = { ...request.headers };
    for (const [byProxy, answered] of this.#answered) {
      answered.count += 1;
      headers[byProxy ? 'proxy-authorization' : 'authorization'] = digestAnswer(answered.challenge, this.#credentials, {
        method: start.method,
        uri: start.uri,
        body,
        clientNonce: this.#newToken(),
        count: answered.count,
      });
    }
    return { ...request, headers };
  }
}
