/** So many beats may be missed before a timer counts as stopped. */
const MISSED = 3;

interface Heart {
  everyMs: number;
  lastAt: number;
}

/** The daemon's own timers, each of which says that it still ticks. Nothing here depends on the cloud. */
export class Hearts {
  readonly #now: () => number;
  readonly #hearts = new Map<string, Heart>();

  /** `now` counts milliseconds and never goes back, whatever happens to the clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A timer that ticks at least every `everyMs` milliseconds from now on; gives what it is to call at each tick. */
  add(name: string, everyMs: number): () => void {
    const heart: Heart = { everyMs, lastAt: this.#now() };
    this.#hearts.set(name, heart);
    return () => {
      heart.lastAt = this.#now();
    };
  }

  /** The first timer that has stopped; undefined when all tick. */
  stopped(): string | undefined {
    const now = this.#now();
    for (const [name, { everyMs, lastAt }] of this.#hearts) if (now - lastAt > everyMs * MISSED) return name;
    return undefined;
  }
}
