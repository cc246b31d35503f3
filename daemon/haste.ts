import { setFlagsFromString } from 'node:v8';

/** How the process spends memory at rest: as little as it can, as `bin/demarc-daemon.mjs` starts it. */
const THRIFTY = ['--optimize-for-size', '--semi-space-growth-factor=1', '--heap-growing-percent=0'];
/** The young generation may grow to its limit, and the heap by a fifth between two collections of all of it. */
const SWIFT = ['--no-optimize-for-size', '--semi-space-growth-factor=2', '--heap-growing-percent=20'];

/**
 * Lets V8's memory management go for speed while there is much to do: what a sync leaves behind takes as much processor
 * time to clear away thriftily as the sync itself. One for the process, whose flags these are.
 */
export class Haste {
  #works = 0;

  /** Goes for speed; until what it returns, which may be called more than once, was called by all who hurry. */
  begin(): () => void {
    this.#works += 1;
    if (this.#works === 1) for (const flag of SWIFT) setFlagsFromString(flag);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#works -= 1;
      if (this.#works === 0) for (const flag of THRIFTY) setFlagsFromString(flag);
    };
  }
}
