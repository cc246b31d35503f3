import { locale } from '../language.ts';

/**
 * An instant with weekday, date, time, name of the zone and offset (DMN-10), such as "Sunday, 22 November 2026 at
 * 07:09:20 Central European Standard Time (UTC+01:00)". What is no instant is given back as it is.
 */
export function siteTime(instant: string, timeZone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const whole = new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'long',
    timeZone,
  }).format(at);
  return `${whole} (${offset(at, timeZone)})`;
}

/** "UTC+01:00". */
function offset(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return text === 'GMT' ? 'UTC+00:00' : text.replace('GMT', 'UTC');
}
