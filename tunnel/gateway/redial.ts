import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';

interface RedialOptions {
  /** Connects, and gives what resolves with the reason when that connection has ended; `leave` ends it. */
  connect: (signals: { dial: AbortSignal; leave: AbortSignal }) => Promise<{ ended: Promise<DemarcError> }>;
  /** Whether there is a reason to be connected. */
  wanted: () => boolean;
  random: Random;
  clock: Clock;
  log: Log;
}

/** Milliseconds. */
const WAIT = { first: 1000, longest: 60_000, stable: 60_000, dial: 30_000 } as const;
/** How long a connection that nobody needs is kept for the next one. */
const LINGER_MS = 30_000;

export interface RedialStatus {
  state: 'idle' | 'connecting' | 'connected' | 'waiting';
  since: string;
  lastError?: DemarcError;
}

/**
 * Keeps one connection as long as it is wanted: tries again whatever the error was, after 1 s doubling to 60 s with full
 * jitter; a connection that held for a minute begins anew with 1 s.
 */
export class Redial {
  readonly #options: RedialOptions;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<() => void>();
  #status: RedialStatus;
  #running: Promise<void> | undefined;
  #failures = 0;
  #hurry = new AbortController();

  constructor(options: RedialOptions) {
    this.#options = options;
    this.#status = { state: 'idle', since: instant(options.clock) };
  }

  /** Begins, unless it runs. */
  start(): void {
    if (this.#stopped.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // It may have become wanted in the very moment of leaving.
      if (this.#options.wanted()) this.start();
    });
  }

  status(): RedialStatus {
    return this.#status;
  }

  /** Resolves when it stands; whoever waits makes the next try come at once. @throws DemarcError of that try, the signal's reason */
  async connected(signal: AbortSignal): Promise<void> {
    const before = this.#failures;
    this.#hurry.abort();
    for (;;) {
      signal.throwIfAborted();
      if (this.#status.state === 'connected') return;
      if (this.#failures > before) throw this.#status.lastError ?? new DemarcError('tunnel.not-connected');
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { connect, wanted, random, clock, log } = this.#options;
    let wait: number = WAIT.first;
    while (wanted() && !this.#stopped.signal.aborted) {
      this.#set('connecting');
      const left = new AbortController();
      const leave = AbortSignal.any([this.#stopped.signal, left.signal]);
      const dial = AbortSignal.any([leave, AbortSignal.timeout(WAIT.dial)]);
      let error: DemarcError;
      const begun = clock.now();
      try {
        const { ended } = await connect({ dial, leave });
        this.#set('connected');
        log.info('the tunnel to the cloud stands');
        const linger = this.#lingering(left);
        error = await ended;
        clearInterval(linger);
      } catch (thrown) {
        error = toDemarcError(thrown);
      }
      if (clock.now() - begun > WAIT.stable) wait = WAIT.first;
      if (!wanted() || this.#stopped.signal.aborted) break;
      log.warn({ code: error.code, detail: error.detail }, 'no tunnel to the cloud; it is tried again');
      this.#failures += 1;
      this.#hurry = new AbortController();
      this.#set('waiting', error);
      const awake = AbortSignal.any([this.#stopped.signal, this.#hurry.signal]);
      await sleep(random() * wait, undefined, { signal: awake }).catch(() => undefined);
      wait = Math.min(wait * 2, WAIT.longest);
    }
    this.#set('idle');
  }

  /** Leaves when nobody has needed the connection for a while. */
  #lingering(leave: AbortController): NodeJS.Timeout {
    let unused = 0;
    const every = 1000;
    return setInterval(() => {
      unused = this.#options.wanted() ? 0 : unused + every;
      if (unused >= LINGER_MS) leave.abort();
    }, every).unref();
  }

  #set(state: RedialStatus['state'], lastError?: DemarcError): void {
    this.#status = { state, since: instant(this.#options.clock), ...(lastError ? { lastError } : {}) };
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
