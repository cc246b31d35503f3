/**
 * What raw results of OPTIONS come to: a pure state machine for one end of a trunk. Results are kept as they are, and the
 * state is derived with hysteresis, because systems differ in what they call down. Times are milliseconds since 1970.
 */
import type { SupervisionRule } from '#contract/trunks.ts';

/** One OPTIONS as it went. */
export type ProbeResult = { at: number; certificateExpiresAt?: number } & (
  | { answered: true; status: number; reason: string; roundTripMs: number }
  | { answered: false; failure: string; detail: string }
);

/** Whether something is so; `since` when it changed, `at` when it was last seen. */
interface Fact {
  is: boolean;
  since: number;
  at: number;
}

/** Everything that is remembered of one end. JSON, so that a restart of the process is no change of state. */
export interface EndState {
  state: 'unknown' | 'up' | 'down';
  since: number | null;
  /** Results in a row that speak for the other state. */
  streak: { good: number; bad: number };
  reachable: Fact | null;
  accepted: Fact | null;
  registered: Fact | null;
  callProven: Fact | null;
  last: ProbeResult | null;
  lastFailure: ProbeResult | null;
  certificateExpiresAt: number | null;
  /** Whether somebody was told that this certificate ends. */
  certificateTold: boolean;
}

/** Something to tell, once. */
export type StateChange =
  | { kind: 'up' | 'down'; result: ProbeResult; downFor?: number }
  | { kind: 'certificate-expiring'; expiresAt: number };

/** How long before its end a certificate is told of. */
const CERTIFICATE_AHEAD_MS = 30 * 24 * 3_600_000;

/** An end that was never asked. */
export const newEnd = (): EndState => ({
  state: 'unknown',
  since: null,
  streak: { good: 0, bad: 0 },
  reachable: null,
  accepted: null,
  registered: null,
  callProven: null,
  last: null,
  lastFailure: null,
  certificateExpiresAt: null,
  certificateTold: false,
});

/** A server that says these is there but cannot serve: "no service" for CUCM and Session Manager alike. */
const NO_SERVICE = new Set([408, 500, 503, 504]);

/** Whether a result speaks for the trunk, by its own rule. */
export function countsAsUp(result: ProbeResult, up: SupervisionRule['up']): boolean {
  if (!result.answered) return false;
  if (up === 'answer') return true;
  return up === 'accepted' ? isAccepted(result) : !NO_SERVICE.has(result.status);
}

/** A 2xx. */
export const isAccepted = (result: ProbeResult): boolean =>
  result.answered && result.status >= 200 && result.status <= 299;

const told = (before: Fact | null, is: boolean, at: number): Fact => ({
  is,
  since: before?.is === is ? before.since : at,
  at,
});

/** The state after one more result, and what of it is news. */
export function observe(
  before: EndState,
  result: ProbeResult,
  rule: SupervisionRule,
): { after: EndState; news: StateChange[] } {
  const { at } = result;
  const good = countsAsUp(result, rule.up);
  const streak = good ? { good: before.streak.good + 1, bad: 0 } : { good: 0, bad: before.streak.bad + 1 };
  const news: StateChange[] = [];
  let { state, since } = before;
  if (state !== 'up' && streak.good >= rule.upAfter) {
    // The first answers after a start are how things are, not news.
    if (state === 'down') news.push({ kind: 'up', result, ...(since === null ? {} : { downFor: at - since }) });
    [state, since] = ['up', at];
  } else if (state !== 'down' && streak.bad >= rule.downAfter) {
    news.push({ kind: 'down', result });
    [state, since] = ['down', at];
  }
  const certificate = certificateAfter(before, result);
  if (certificate.news !== undefined) news.push(certificate.news);
  return {
    after: {
      ...before,
      state,
      since,
      streak,
      reachable: told(before.reachable, result.answered, at),
      accepted: told(before.accepted, isAccepted(result), at),
      last: result,
      lastFailure: good ? before.lastFailure : result,
      certificateExpiresAt: certificate.expiresAt,
      certificateTold: certificate.told,
    },
    news,
  };
}

/** A renewed certificate is told of anew; an answer without one (no TLS, or no answer) says nothing about it. */
function certificateAfter(before: EndState, { at, certificateExpiresAt }: ProbeResult) {
  const expiresAt = certificateExpiresAt ?? before.certificateExpiresAt;
  const wasTold = before.certificateTold && expiresAt === before.certificateExpiresAt;
  const isSoon = expiresAt !== null && expiresAt - at < CERTIFICATE_AHEAD_MS;
  const news: StateChange | undefined =
    isSoon && !wasTold && expiresAt !== null ? { kind: 'certificate-expiring', expiresAt } : undefined;
  return { expiresAt, told: isSoon, news };
}

/** Takes what another part has seen: a registration that was granted or refused, a test call that went through or not. */
export const note = (before: EndState, fact: 'registered' | 'callProven', is: boolean, at: number): EndState => ({
  ...before,
  [fact]: told(before[fact], is, at),
});

/**
 * How long to wait from the beginning of one try to the next, in milliseconds: seconds while it fails, else the rule's
 * interval with a tenth of jitter, so that many trunks do not ask at once. `random` is from 0 to 1.
 */
export function waitAfter({ state, streak }: EndState, rule: SupervisionRule, random: number): number {
  const isSettled = state === 'up' && streak.bad === 0;
  const seconds = isSettled ? rule.everySeconds : Math.min(rule.failingEverySeconds, rule.everySeconds);
  return seconds * 1000 * (0.9 + random * 0.2);
}
