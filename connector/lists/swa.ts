import type { Licence } from '#contract/sections.ts';
import type { SwaStatus } from '#contract/words.ts';

const DAY_MS = 86_400_000;
/** A perpetual licence with this many days or fewer to go is "Expiring soon" (INV-19, INV-21). */
const SOON_DAYS = 90;

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/**
 * Software assurance status on the day of `now` (milliseconds since 1970), by calendar days in UTC (INV-18 to INV-23).
 * A licence is good for the whole of its last day. Unknown is said where nothing is known, or where the report
 * contradicts itself (no licence, but an expiry date).
 */
export function swaStatus(licence: Pick<Licence, 'type' | 'expiresAt'> | null, now: number): SwaStatus {
  if (licence === null) return 'Unknown';
  if (licence.expiresAt === null) return 'Not Indicated';
  const days = dayOf(Date.parse(licence.expiresAt)) - dayOf(now);
  if (licence.type === 'Unlicensed') return 'Unknown';
  if (licence.type === 'Subscription') return days < 0 ? 'Inactive' : 'Active';
  if (days < 0) return 'Expired';
  return days <= SOON_DAYS ? 'Expiring soon' : 'Active';
}

/** The same rule as instants to compare an expiry with: before `pastBefore` it is over, before `soonBefore` soon. */
export function swaEdges(now: number): { pastBefore: string; soonBefore: string } {
  const day = (days: number) => new Date((dayOf(now) + days) * DAY_MS).toISOString();
  return { pastBefore: day(0), soonBefore: day(SOON_DAYS + 1) };
}
