/** Something that was started and can be stopped. */
export type Stop = () => Promise<void>;

/**
 * Collects what was started and stops it in reverse order; every step runs, and every failure is reported, none hides
 * another.
 */
export class StopList {
  readonly #steps: { name: string; stop: Stop }[] = [];

  add(name: string, stop: Stop): void {
    this.#steps.push({ name, stop });
  }

  /** @throws AggregateError with every failure */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        failures.push(new Error(`${step.name} did not stop`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything stopped cleanly');
  }
}
