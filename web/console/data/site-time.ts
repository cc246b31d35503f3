import { instantOf } from '#contract/wall-clock.ts';

/**
 * The instant of a site's wall clock, such as "2026-03-29T08:30", as ISO text; undefined when it is none. An hour that a
 * change of the clocks leaves out is taken as the one after it, of one that comes twice the first counts.
 */
export function siteInstant(wallClock: string, zone: string): string | undefined {
  const local = Date.parse(`${wallClock}Z`);
  return Number.isNaN(local) ? undefined : new Date(instantOf(local, zone)).toISOString();
}
