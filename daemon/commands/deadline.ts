import type { CommandMessage } from '#contract/commands.ts';

/** The longest delay that a timer of Node takes: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;
type Times = Pick<CommandMessage, 'issuedAt' | 'deadlineAt'>;

/**
 * Milliseconds until the deadline by the cloud's clock, and never more than the command had in all: a clock that was
 * put back by a year must not give it another one.
 */
export function timeLeft({ issuedAt, deadlineAt }: Times, cloudNow: number): number {
  const deadline = Date.parse(deadlineAt);
  return Math.min(deadline - cloudNow, Math.max(0, deadline - Date.parse(issuedAt)));
}

/** Calls `fire` once after `ms`, however long that is; returns the way to stop it. Not moved by steps of the clock. */
export function after(ms: number, fire: () => void): () => void {
  let left = Math.max(0, ms);
  let timer: NodeJS.Timeout;
  const next = (): void => {
    const part = Math.min(left, MAX_TIMER_MS);
    left -= part;
    timer = setTimeout(left > 0 ? next : fire, part);
  };
  next();
  return () => clearTimeout(timer);
}
