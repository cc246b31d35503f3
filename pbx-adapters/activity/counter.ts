/** Counting calls without keeping who called whom. Pure: time is handed in. */

/** What is kept of the calls of a PBX. */
export interface CallCount {
  /** The day that is counted, `2026-11-22` in the zone of the PBX. */
  day: string;
  calls: number;
  /** Start of the latest call, in milliseconds since 1970. */
  lastCallMs: number | undefined;
}

export const noCalls: CallCount = { day: '', calls: 0, lastCallMs: undefined };

/** The day of an instant in a time zone, `2026-11-22`. */
export const dayOf = (ms: number, timeZone: string): string =>
  // The Swedish way of writing a date is the ISO one.
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(ms);

/**
 * The count with one more call. Records come late after a lost connection: a call of an earlier day is no call of today,
 * and does not move the last call back. The first call of a new day starts the count anew.
 */
export function withCall(count: CallCount, callMs: number, timeZone: string): CallCount {
  const day = dayOf(callMs, timeZone);
  const lastCallMs = Math.max(callMs, count.lastCallMs ?? callMs);
  if (day < count.day) return { ...count, lastCallMs };
  return { day, calls: day === count.day ? count.calls + 1 : 1, lastCallMs };
}

/** Calls of the day that it is now: none when the last ones were of another day. */
export const callsToday = (count: CallCount, nowMs: number, timeZone: string): number =>
  count.day === dayOf(nowMs, timeZone) ? count.calls : 0;
