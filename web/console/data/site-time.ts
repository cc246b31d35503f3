/** By how many milliseconds the clocks of a zone are ahead of UTC at an instant. */
function offsetOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return shown - Math.floor(at / 1000) * 1000;
}

/**
 * The instant of a site's wall clock, such as "2026-03-29T08:30", as ISO text; undefined when it is none. An hour that a
 * change of the clocks leaves out is taken as the one after it, of one that comes twice the first counts.
 */
export function siteInstant(wallClock: string, zone: string): string | undefined {
  const asUtc = Date.parse(`${wallClock}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const before = asUtc - offsetOf(zone, asUtc - 86_400_000);
  const after = asUtc - offsetOf(zone, asUtc + 86_400_000);
  const fits = [before, after].filter((at) => at + offsetOf(zone, at) === asUtc).sort((a, b) => a - b);
  return new Date(fits[0] ?? before).toISOString();
}
