import type { OutboxClass } from './outbox.ts';

/** What one class may hold: payload bytes, and milliseconds that a record may wait. */
export interface ClassLimit {
  bytes: number;
  ageMs: number;
}

export interface OutboxLimits {
  /** Payload bytes of all classes together. */
  bytes: number;
  classes: Readonly<Record<OutboxClass, ClassLimit>>;
}

const MIB = 1024 * 1024;
const DAY_MS = 86_400_000;

export const DEFAULT_LIMITS: OutboxLimits = {
  bytes: 128 * MIB,
  classes: {
    result: { bytes: 8 * MIB, ageMs: 30 * DAY_MS },
    event: { bytes: 16 * MIB, ageMs: 30 * DAY_MS },
    // Only the newest document of a section is kept, so its age says nothing.
    state: { bytes: 8 * MIB, ageMs: Number.POSITIVE_INFINITY },
    bulk: { bytes: 96 * MIB, ageMs: 7 * DAY_MS },
  },
};

/** In the order in which records leave; they are given up from the other end. */
export const PRIORITY: readonly OutboxClass[] = ['result', 'event', 'state', 'bulk'];

/**
 * How far one look at the clock may age the records. A clock that was two years off and is set right must not make
 * everything too old at once.
 */
export const MAX_AGE_STEP_MS = DAY_MS;
