/** Time and chance as parts that are handed in, so that rules are exact in tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** The clock's time as the contract's Instant. */
export const instant = (clock: Clock): string => new Date(clock.now()).toISOString();
