/** Lets a stream of news through at most once per interval; of what comes in between only the latest is kept. */
export class Throttle {
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #latest: (() => void) | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  offer(send: () => void): void {
    if (this.#timer) {
      this.#latest = send;
      return;
    }
    send();
    this.#timer = setTimeout(() => this.#next(), this.#everyMs);
  }

  /** What still waits is dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
  }

  #next(): void {
    this.#timer = undefined;
    const send = this.#latest;
    this.#latest = undefined;
    if (send) this.offer(send);
  }
}
