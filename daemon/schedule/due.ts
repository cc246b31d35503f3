/**
 * Whether a schedule is due: a pure rule over the schedule, the zone, the last run and now. It needs no timer that was
 * right all the time: after downtime, a clock step or a daylight-saving change it gives one run, not none and not many.
 */

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
  // The offsets a day before and a day after include both sides of any change in between.
  const before = zoneOffset(zone, local - DAY_MS);
  const after = zoneOffset(zone, local + DAY_MS);
  const fits = [local - before, local - after].filter((at) => at + zoneOffset(zone, at) === local);
  // A time that comes twice counts the first time. One that is skipped in spring is taken by the old offset, which lies
  // behind the gap by as much as the time was inside it: 02:30 becomes 03:30.
  return fits.length > 0 ? Math.min(...fits) : local - before;
}

/** A memo: making one takes far longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** By how much the zone is ahead of UTC at an instant, in milliseconds. @throws RangeError for a zone that is none */
function zoneOffset(zone: string, at: number): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatter.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
