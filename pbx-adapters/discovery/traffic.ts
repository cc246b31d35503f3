/** The one place that decides how much a search sends and how many sockets it holds. */

/** Time as the limits need it: milliseconds that only go forward, and a wait that ends early when aborted. */
export interface Ticker {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Lets through `perSecond` packets, and up to `burst` at once after a pause. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #ticker: Ticker;
  /** When the next packet may leave; earlier ones were given away. */
  #next: number;
  #taken = 0;

  constructor(options: { perSecond: number; burst: number; ticker: Ticker }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#ticker = options.ticker;
    this.#next = this.#ticker.now();
  }

  get taken(): number {
    return this.#taken;
  }

  /** Waits for its turn, in the order of asking. @throws the signal's reason when aborted */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const step = 1000 / this.#perSecond;
    const now = this.#ticker.now();
    this.#next = Math.max(this.#next, now - step * (this.#burst - 1));
    const turn = this.#next;
    this.#next += step;
    this.#taken += 1;
    if (turn > now) await this.#ticker.wait(turn - now, signal);
    signal.throwIfAborted();
  }
}

/** At most `limit` pieces of work at the same time; the rest waits in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
