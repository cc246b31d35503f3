import type { ErrorText } from '#contract/errors/demarc-error.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { ProbeReport, ProbeStep } from './adapter.ts';

/** What a finished step says; `warning` with a next step when it works but something should be done. */
export interface StepOutcome {
  detail: string;
  warning?: string;
}

/**
 * Runs the steps of a probe in order. The first error ends it: the steps after it are shown as skipped, so that a person
 * sees how far it came.
 */
export class ProbeSteps {
  readonly #plan: readonly { id: string; title: string }[];
  readonly #done: ProbeStep[] = [];
  #error: ErrorText | undefined;

  constructor(plan: readonly { id: string; title: string }[]) {
    this.#plan = plan;
  }

  /** Runs one step; undefined when it failed or an earlier one did. */
  async run<T>(id: string, work: () => Promise<{ value: T } & StepOutcome>): Promise<T | undefined> {
    if (this.#error) return undefined;
    const started = performance.now();
    try {
      const { value, detail, warning } = await work();
      this.#add(id, warning === undefined ? 'ok' : 'warning', detail, started, warning);
      return value;
    } catch (thrown) {
      const error = toDemarcError(thrown).toText();
      this.#error = error;
      this.#add(id, 'error', error.message, started, error.nextStep);
      return undefined;
    }
  }

  /** A step that the rest does not need: what fails in it is shown as a warning. */
  optional<T>(id: string, work: () => Promise<{ value: T } & StepOutcome>): Promise<T | undefined> {
    return this.run<T | undefined>(id, async () => {
      try {
        return await work();
      } catch (thrown) {
        const error = toDemarcError(thrown);
        if (error.code === 'internal' || error.code === 'pbx.canceled') throw thrown;
        return { value: undefined, detail: error.message, warning: error.nextStep };
      }
    });
  }

  /** Marks a step that does not apply here. */
  skip(id: string, detail: string): void {
    if (!this.#error) this.#add(id, 'skipped', detail, performance.now());
  }

  /** The report, with every step that was not reached as skipped. */
  report(found: Pick<ProbeReport, 'users' | 'numbers' | 'version' | 'learned' | 'proposed'>): ProbeReport {
    const steps = this.#plan.map(
      ({ id, title }): ProbeStep =>
        this.#done.find((step) => step.id === id) ?? {
          id,
          title,
          status: 'skipped',
          detail: 'Not reached.',
          durationMs: 0,
        },
    );
    return { ok: this.#error === undefined, steps, ...found, ...(this.#error ? { error: this.#error } : {}) };
  }

  #add(id: string, status: ProbeStep['status'], detail: string, started: number, nextStep?: string): void {
    const title = this.#plan.find((step) => step.id === id)?.title ?? id;
    const durationMs = Math.round(performance.now() - started);
    this.#done.push({ id, title, status, detail, durationMs, ...(nextStep === undefined ? {} : { nextStep }) });
  }
}
