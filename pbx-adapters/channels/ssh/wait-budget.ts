import { DemarcError } from '#contract/errors/demarc-error.ts';
import { within } from '#pbx-adapters/channels/tcp/transport.ts';

/** Bounds the time for which a command makes us wait in all; the time that our own reader takes does not count. */
export class WaitBudget {
  readonly #command: string;
  readonly #signal: AbortSignal;
  readonly #limitMs: number;
  #leftMs: number;

  constructor(command: string, limitMs: number, signal: AbortSignal) {
    this.#command = command;
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
    this.#signal = signal;
  }

  async wait<T>(work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await within(work, this.#command, Math.max(1, this.#leftMs), this.#signal);
    } catch (error) {
      if (!(error instanceof DemarcError) || error.code !== 'pbx.timeout') throw error;
      throw new DemarcError('pbx.timeout', `the command “${this.#command}” let us wait for ${this.#limitMs} ms`);
    } finally {
      this.#leftMs -= performance.now() - started;
    }
  }
}
