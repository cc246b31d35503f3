const SLOT_COUNT = 512;

/** An entry of the wheel, given back so that it can be taken out. */
interface Entry {
  rounds: number;
  slot: number;
  run: () => void;
}

/**
 * One timer for thousands of waits: a wheel of 512 slots, each `tickMs` long. Nothing is as exact as a tick, and nothing
 * has to be. The time is one that never goes back, so that a step of the clock neither floods nor silences anybody.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #now: () => number;
  readonly #slots: Set<Entry>[] = Array.from({ length: SLOT_COUNT }, () => new Set());
  #timer: NodeJS.Timeout | undefined;
  #tick: number;
  #size = 0;

  /** `now` in milliseconds, monotonic. */
  constructor({ tickMs = 100, now = () => performance.now() }: { tickMs?: number; now?: () => number } = {}) {
    this.#tickMs = tickMs;
    this.#now = now;
    this.#tick = Math.floor(now() / tickMs);
  }

  /** Runs once, after so many milliseconds; returns the way to prevent it. The timer runs only while something waits. */
  after(waitMs: number, run: () => void): () => void {
    if (this.#size === 0) this.#tick = Math.floor(this.#now() / this.#tickMs);
    const ticks = Math.max(1, Math.ceil(waitMs / this.#tickMs));
    const slot = (this.#tick + ticks) % SLOT_COUNT;
    const entry: Entry = { rounds: Math.floor((ticks - 1) / SLOT_COUNT), slot, run };
    this.#slots[slot]?.add(entry);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.turn(), this.#tickMs);
    return () => this.#remove(entry);
  }

  /** Runs what is due by now. After a long sleep (a suspended machine) it makes up for one revolution at most. */
  turn(): void {
    const target = Math.floor(this.#now() / this.#tickMs);
    this.#tick = Math.max(this.#tick, target - SLOT_COUNT);
    while (this.#tick < target) {
      this.#tick += 1;
      for (const entry of Array.from(this.#slots[this.#tick % SLOT_COUNT] ?? [])) {
        if (entry.rounds > 0) {
          entry.rounds -= 1;
        } else if (this.#remove(entry)) {
          entry.run();
        }
      }
    }
  }

  /** Forgets everything that waits. */
  stop(): void {
    for (const slot of this.#slots) slot.clear();
    this.#size = 0;
    this.#rest();
  }

  #remove(entry: Entry): boolean {
    if (this.#slots[entry.slot]?.delete(entry) !== true) return false;
    this.#size -= 1;
    if (this.#size === 0) this.#rest();
    return true;
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
