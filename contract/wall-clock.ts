/** Wall clocks of time zones, by the zone data of the platform: both ends compute them alike. */

const DAY_MS = 86_400_000;

/** A memo: making one takes far longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** By how much the zone is ahead of UTC at an instant, in milliseconds. @throws RangeError for a zone that is none */
export function zoneOffset(zone: string, at: number): number {
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

/**
 * The instant at which the clocks of a zone show a time; `local` is that time as if it were UTC, in milliseconds. A time
 * that comes twice counts the first time. One that is skipped in spring is taken by the old offset, which lies behind
 * the gap by as much as the time was inside it: 02:30 becomes 03:30. @throws RangeError for a zone that is none
 */
export function instantOf(local: number, zone: string): number {
  // The offsets a day before and a day after include both sides of any change in between.
  const before = zoneOffset(zone, local - DAY_MS);
  const after = zoneOffset(zone, local + DAY_MS);
  const fits = [local - before, local - after].filter((at) => at + zoneOffset(zone, at) === local);
  return fits.length > 0 ? Math.min(...fits) : local - before;
}
