import { locale } from '../language.ts';
import { kitText } from '../texts/index.ts';

/** Units in which ages are told. */
export type Unit = 'min' | 'h' | 'days';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const seconds = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/**
 * How long ago (or in how long) an instant is, in the words that people use: "just now", "3 min ago", "in 2 h". Both
 * arguments in milliseconds since the epoch. Rounds down, so that nothing looks older than it is.
 */
export function age(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < MINUTE) return now >= at ? kitText.age.justNow : kitText.age.inAMoment;
  return kitText.age[now >= at ? 'ago' : 'ahead'](...inUnit(distance));
}

/** A stretch of time in its largest sensible unit, from milliseconds: "4.2 s", "3 min", "2 h", "5 days". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < MINUTE) return `${seconds.format(milliseconds / 1000)} s`;
  return kitText.age.stretch(...inUnit(milliseconds));
}

function inUnit(distance: number): [amount: number, unit: Unit] {
  if (distance < HOUR) return [Math.floor(distance / MINUTE), 'min'];
  if (distance < 2 * DAY) return [Math.floor(distance / HOUR), 'h'];
  return [Math.floor(distance / DAY), 'days'];
}

/** Date and time with the zone they are in, such as "22 Nov 2026, 07:09:20 UTC". */
export function absoluteTime(instant: string, timeZone?: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at);
}
