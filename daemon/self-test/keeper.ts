import { type Clock, instant } from '#config/clock.ts';
import type { CheckResult } from '#contract/sections.ts';
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
  #last: { checkedAt: string | null; checks: CheckResult[] } = { checkedAt: null, checks: [] };
  #running: Promise<CheckResult[]> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  last(): { checkedAt: string | null; checks: CheckResult[] } {
    return this.#last;
  }

  /** Who asks while one runs gets its results. @throws the signal's reason */
  async run(signal: AbortSignal, onResult?: (done: number, total: number) => void): Promise<CheckResult[]> {
    const running = this.#running;
    if (running) return await running;
    const { context, clock, onRun } = this.#options;
    this.#running = selfTest(context(), { signal, onResult: (_result, done, total) => onResult?.(done, total) });
    try {
      const checks = await this.#running;
      this.#last = { checkedAt: instant(clock), checks };
      onRun();
      return checks;
    } finally {
      this.#running = undefined;
    }
  }
}
