import { isIPv6 } from 'node:net';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Who guesses is told when the next try counts. */
export class TooManyTries extends DemarcError {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super('wizard.too-many', `${waitSeconds} s to wait`);
    this.waitSeconds = waitSeconds;
  }
}

interface Wrong {
  count: number;
  at: number;
}

/** Wrong tries that are free, and the longest wait in milliseconds. */
const OF_ONE = { free: 3, longestMs: 300_000 };
const OF_ALL = { free: 20, longestMs: 30_000 };
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const REMEMBERED = 1000;

/**
 * Makes guessing slow: each further wrong try doubles the wait, for one source and, much later and shorter, for all
 * together, because a guesser may have many addresses. A try counts as wrong until it was right, so that many at once
 * gain nothing.
 */
export class Tries {
  readonly #clock: Clock;
  readonly #sources = new Map<string, Wrong>();
  #all: Wrong = { count: 0, at: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until this source may try again. */
  waitSeconds(address: string): number {
    const now = this.#clock.now();
    const one = left(this.#sources.get(sourceOf(address)), OF_ONE, now);
    return Math.ceil(Math.max(one, left(this.#all, OF_ALL, now)) / 1000);
  }

  /** To be called before a try is judged. @throws TooManyTries when it is not */
  begin(address: string): void {
    const wait = this.waitSeconds(address);
    if (wait > 0) throw new TooManyTries(wait);
    const now = this.#clock.now();
    const source = sourceOf(address);
    const next = more(this.#sources.get(source), now);
    this.#sources.delete(source);
    if (this.#sources.size >= REMEMBERED) {
      const oldest = this.#sources.keys().next();
      if (oldest.done !== true) this.#sources.delete(oldest.value);
    }
    this.#sources.set(source, next);
    this.#all = more(this.#all, now);
  }

  /** The try that was begun was right. The others' wrong ones stay. */
  right(address: string): void {
    this.#sources.delete(sourceOf(address));
    this.#all = { ...this.#all, count: Math.max(0, this.#all.count - 1) };
  }
}

const isForgotten = (wrong: Wrong, now: number): boolean => Math.abs(now - wrong.at) > FORGOTTEN_AFTER_MS;

const more = (wrong: Wrong | undefined, now: number): Wrong =>
  wrong === undefined || isForgotten(wrong, now) ? { count: 1, at: now } : { count: wrong.count + 1, at: now };

function left(wrong: Wrong | undefined, rule: typeof OF_ONE, now: number): number {
  if (wrong === undefined || wrong.count < rule.free || isForgotten(wrong, now)) return 0;
  const wait = Math.min(1000 * 2 ** (wrong.count - rule.free), rule.longestMs);
  // A clock that was set back must not make anybody wait longer than the longest wait.
  return Math.min(Math.max(0, wrong.at + wait - now), wait);
}

/** One person has a whole IPv6 network of 64 bits to choose from. */
function sourceOf(address: string): string {
  const plain = address.replace(/^::ffff:/, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array<string>(missing).fill('0'), ...last].slice(0, 4).join(':');
}
