import type { SmdrTime } from './record.ts';

const DAY_MS = 86_400_000;

/**
 * The instant of a record without a year, in milliseconds since 1970: of the last, this and the next year the latest one
 * that is not in the future. A day of tolerance allows for a PBX whose clock is ahead. Undefined when there is none
 * (29 February of a year without it).
 */
export function instantOf(time: SmdrTime, nowMs: number, timeZone: string): number | undefined {
  const year = new Date(nowMs).getUTCFullYear();
  return [year + 1, year, year - 1]
    .filter((candidate) => hasDay(candidate, time))
    .map((candidate) => inZone(candidate, time, timeZone))
    .find((ms) => ms <= nowMs + DAY_MS);
}

function hasDay(year: number, { month, day }: SmdrTime): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** Wall-clock time as an instant. In the hour that a change of clocks leaves out or repeats, either side may be meant. */
function inZone(year: number, { month, day, hour, minute, second }: SmdrTime, timeZone: string): number {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const guess = wall - offsetAt(wall, timeZone);
  return wall - offsetAt(guess, timeZone);
}

/** How far the zone is ahead of UTC at an instant, in milliseconds. */
function offsetAt(ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  if (sign === undefined) return 0;
  const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -total : total) * 1000;
}
