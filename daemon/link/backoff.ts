import type { Random } from '#config/clock.ts';

/** Shortest wait and longest wait, in milliseconds. */
export interface BackoffLimits {
  minMs: number;
  maxMs: number;
}

export const LINK_BACKOFF: BackoffLimits = { minMs: 1000, maxMs: 300_000 };

/**
 * Waits before the next try, for ever: each anywhere between the shortest and a ceiling that doubles up to the longest.
 * The whole width is random, so that a thousand gateways do not come back together after the cloud was down.
 */
export function* backoff({ minMs, maxMs }: BackoffLimits, random: Random): Generator<number, never> {
  for (let ceiling = minMs * 2; ; ceiling = Math.min(ceiling * 2, maxMs)) {
    yield Math.round(minMs + random() * (Math.min(ceiling, maxMs) - minMs));
  }
}
