import { locale } from '../language.ts';

const format = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A day such as "2026-11-22", or that of an instant in UTC, as people write it: "22 Nov 2026". What is none stays. */
export function day(date: string): string {
  const at = Date.parse(date);
  return Number.isNaN(at) ? date : format.format(at);
}
