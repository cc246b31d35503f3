/**
 * Whether a schedule is due: a pure rule over the schedule, the zone, the last run and now. It needs no timer that was
 * right all the time: after downtime, a clock step or a daylight-saving change it gives one run, not none and not many.
 */

import { instantOf, zoneOffset } from '#contract/wall-clock.ts';

/** Every so many minutes, at the marks of UTC that are `offsetMinutes` past; the offset keeps gateways apart. */
export interface IntervalSchedule {
  everyMinutes: number;
  offsetMinutes: number;
}

/** At a wall-clock time of the zone, `time` as "HH:MM"; `day` 0 is Sunday. */
export type WallClockSchedule =
  | { kind: 'daily'; time: string }
  | { kind: 'weekly'; time: string; day: 0 | 1 | 2 | 3 | 4 | 5 | 6 };

export type Schedule = IntervalSchedule | WallClockSchedule;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Whether a run should begin now. `lastRun` is when the last one began, in milliseconds since 1970. Never: an interval
 * is due at once, a wall-clock time waits to come round. A last run in the future means that the clock was set back:
 * more than a period ahead it counts for nothing, so that a clock which was years off stops no job.
 */
export function due(schedule: Schedule, zone: string, lastRun: number | undefined, now: number): boolean {
  if (lastRun === undefined) return 'everyMinutes' in schedule;
  if (lastRun > now) return lastRun - now > periodMs(schedule);
  return lastRun < previousOccurrence(schedule, zone, now);
}

/** When the next run is due, in milliseconds since 1970: now, if one is due already. */
export function nextDue(schedule: Schedule, zone: string, lastRun: number | undefined, now: number): number {
  return due(schedule, zone, lastRun, now) ? now : nextOccurrence(schedule, zone, now);
}

/** The latest scheduled instant that is not after `now`. */
function previousOccurrence(schedule: Schedule, zone: string, now: number): number {
  if ('everyMinutes' in schedule) return mark(schedule, now);
  // A weekly time lies at most 7 days back, and a day may be 25 hours long.
  const today = localDate(zone, now);
  for (let back = 0; back <= 8; back += 1) {
    const at = wallClock(schedule, zone, today - back * DAY_MS);
    if (at !== undefined && at <= now) return at;
  }
  throw new RangeError('no occurrence within eight days');
}

/** The first scheduled instant after `now`. */
export function nextOccurrence(schedule: Schedule, zone: string, now: number): number {
  if ('everyMinutes' in schedule) return mark(schedule, now) + periodMs(schedule);
  const today = localDate(zone, now);
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const at = wallClock(schedule, zone, today + ahead * DAY_MS);
    if (at !== undefined && at > now) return at;
  }
  throw new RangeError('no occurrence within eight days');
}

function periodMs(schedule: Schedule): number {
  if ('everyMinutes' in schedule) return schedule.everyMinutes * MINUTE_MS;
  return schedule.kind === 'daily' ? DAY_MS : 7 * DAY_MS;
}

function mark(schedule: IntervalSchedule, now: number): number {
  const period = periodMs(schedule);
  const offset = schedule.offsetMinutes * MINUTE_MS;
  return Math.floor((now - offset) / period) * period + offset;
}

/** The zone's calendar day of an instant, written as the UTC midnight of that date. */
function localDate(zone: string, at: number): number {
  const local = at + zoneOffset(zone, at);
  return local - (((local % DAY_MS) + DAY_MS) % DAY_MS);
}

/** The instant of the schedule's time on that calendar day; undefined when a weekly one is not on that day. */
function wallClock(schedule: WallClockSchedule, zone: string, date: number): number | undefined {
  if (schedule.kind === 'weekly' && new Date(date).getUTCDay() !== schedule.day) return undefined;
  const [hours = 0, minutes = 0] = schedule.time.split(':').map(Number);
  const local = date + (hours * 60 + minutes) * MINUTE_MS;
  return instantOf(local, zone);
}
