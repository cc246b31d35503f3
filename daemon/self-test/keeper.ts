import { type Clock, instant } from '#config/clock.ts';
import type { CheckResult } from '#contract/sections.ts';
import { orAborted } from '../abortable.ts';
import type { CheckContext } from './check.ts';
import { selfTest } from './self-test.ts';

interface KeeperOptions {
  context: () => CheckContext;
  clock: Clock;
  /** After each run. */
  onRun: () => void;
}

/** Runs the self-test, one at a time, and keeps the last results for whoever asks. */
export class SelfTestKeeper {
  readonly #options: KeeperOptions;
  readonly #stop = new AbortController();
  #last: { checkedAt: string | null; checks: CheckResult[] } = { checkedAt: null, checks: [] };
  #running: Promise<CheckResult[]> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  last(): { checkedAt: string | null; checks: CheckResult[] } {
    return this.#last;
  }

  /** Who asks while one runs gets its results; who gives up spoils it for nobody else. @throws the signal's reason */
  run(signal: AbortSignal, onResult?: (done: number, total: number) => void): Promise<CheckResult[]> {
    this.#running ??= this.#run(onResult).finally(() => {
      this.#running = undefined;
    });
    return orAborted(this.#running, signal);
  }

  /** Gives up a run that goes on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  async #run(onResult?: (done: number, total: number) => void): Promise<CheckResult[]> {
    const { context, clock, onRun } = this.#options;
    const { signal } = this.#stop;
    const checks = await selfTest(context(), { signal, onResult: (_result, done, total) => onResult?.(done, total) });
    this.#last = { checkedAt: instant(clock), checks };
    onRun();
    return checks;
  }
}
