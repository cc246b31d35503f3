import { type Answered } from '../client/exchange.ts';
import { SipConnectError, type SipTarget } from '../client/transport.ts';

/** One target that did not serve, and why. */
export interface FailedTarget {
  target: SipTarget;
  /** The failure, or the 503 with what it said. */
  why: SipConnectError | Answered;
}

/** What came of a request over several targets. */
export interface Tried<T> {
  /** Undefined when no target served; the last of `failed` is then the answer to why. */
  served: T | undefined;
  failed: FailedTarget[];
}

/**
 * Tries one target after the other until one serves (RFC 3263 section 4.3): a failure of the connection, silence and 503
 * go on to the next, each with a flow, and so a branch, of its own. Any other answer is an answer.
 * @throws SipConnectError `canceled` when it is no longer wanted
 */
export async function withFailover<T extends { answered: Answered | undefined }>(
  targets: readonly SipTarget[],
  signal: AbortSignal,
  attempt: (target: SipTarget) => Promise<T>,
): Promise<Tried<T>> {
  const failed: FailedTarget[] = [];
  for (const target of targets) {
    if (signal.aborted) throw new SipConnectError('canceled', 'no longer wanted');
    try {
      const result = await attempt(target);
      if (result.answered?.status !== 503) return { served: result, failed };
      failed.push({ target, why: result.answered });
    } catch (error) {
      if (!(error instanceof SipConnectError) || (error.failure === 'canceled' && signal.aborted)) throw error;
      failed.push({ target, why: error });
    }
  }
  return { served: undefined, failed };
}

/** What a peer asks to be left alone for, in seconds (RFC 3261 section 20.33); undefined when it does not say. */
export function retryAfter({ response }: Pick<Answered, 'response'>): number | undefined {
  const seconds = /^\s*(\d{1,9})/.exec(response.headers['retry-after'] ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
