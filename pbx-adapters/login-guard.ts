import { createHmac } from 'node:crypto';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Refusals with one password after which no log-in is tried any more: stale passwords lock real systems. */
const MAX_REFUSALS = 2;

/** Keeps count of refused log-ins of one PBX link. Handed to its adapter; its state outlives the process. */
export interface LoginGuard {
  /** @throws DemarcError `pbx.login-stopped` when this password was refused twice */
  allow(): void;
  /**
   * Makes log-ins of this link one after the other: several that begin together would all be allowed before the first is
   * refused, and lock the account. `work` calls `allow`, tries, and tells how it ended.
   * @throws DemarcError `pbx.canceled` when the signal ends the wait
   */
  inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** The peer refused this password. Resolves when that is on disk. */
  refused(): Promise<void>;
  /** The peer accepted this password. */
  accepted(): Promise<void>;
}

/** What is to be kept for a guard. The fingerprint changes with the password and does not reveal it. */
export interface LoginGuardState {
  fingerprint: string;
  refusals: number;
}

/** The fingerprint of a log-in: an HMAC with a key of the device, so that the state alone does not give the password away. */
export const loginFingerprint = (user: string, password: string, deviceKey: string | Buffer): string =>
  createHmac('sha256', deviceKey)
    .update(JSON.stringify([user, password]))
    .digest('hex')
    .slice(0, 32);

/** The rule of two refusals over a state that the caller keeps: a changed password starts from nought. */
export function createLoginGuard(options: {
  fingerprint: string;
  /** What was kept last, if anything. */
  state: LoginGuardState | undefined;
  save(state: LoginGuardState): Promise<void>;
}): LoginGuard {
  const { fingerprint } = options;
  let refusals = options.state?.fingerprint === fingerprint ? options.state.refusals : 0;
  let last: Promise<unknown> = Promise.resolve();
  const set = async (count: number) => {
    if (count === refusals) return;
    refusals = count;
    await options.save({ fingerprint, refusals });
  };
  return {
    allow() {
      if (refusals >= MAX_REFUSALS) throw new DemarcError('pbx.login-stopped');
    },
    async inTurn(signal, work) {
      const before = last;
      const mine = Promise.withResolvers<void>();
      last = Promise.all([before, mine.promise]);
      try {
        await untilAborted(before, signal);
        return await work();
      } finally {
        mine.resolve();
      }
    },
    refused: () => set(refusals + 1),
    accepted: () => set(0),
  };
}

function untilAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new DemarcError('pbx.canceled', 'waiting for another log-in'));
    if (signal.aborted) return give();
    signal.addEventListener('abort', give, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', give);
      resolve();
    });
  });
}
