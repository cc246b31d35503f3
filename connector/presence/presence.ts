import type { Presence } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';

/** Sections are sent hourly; presence is Stale after two periods without one (design section 3). In milliseconds. */
export const STALE_AFTER_MS = 2 * 3_600_000;

/** What presence is judged by. */
export type PresenceFacts = Pick<
  Tables['gateway'],
  'online' | 'presence_since' | 'presence_reason' | 'last_seen_at' | 'section_at' | 'released_at'
>;

/** The presence word with how long it has held and why (GWS-3). */
export interface PresenceView {
  presence: Presence;
  since: string | null;
  reason: string | null;
}

/**
 * The presence of a gateway at `now` (milliseconds since 1970). A gateway that has only just connected is not Stale for
 * what it could not send while it was away.
 */
export function presenceOf(gateway: PresenceFacts, now: number): PresenceView {
  if (gateway.released_at !== null) return { presence: 'Released', since: gateway.released_at, reason: null };
  const since = gateway.presence_since;
  const reason = gateway.presence_reason;
  if (gateway.online === 0) {
    if (gateway.last_seen_at === null) return { presence: 'Never connected', since: null, reason: null };
    return { presence: 'Offline', since, reason };
  }
  const fresh = Math.max(since === null ? 0 : Date.parse(since), section(gateway));
  if (now - fresh <= STALE_AFTER_MS) return { presence: 'Online', since, reason };
  const staleSince = new Date(fresh + STALE_AFTER_MS).toISOString();
  return { presence: 'Stale', since: staleSince, reason: 'connected, but no state has arrived for two hours' };
}

const section = (gateway: PresenceFacts): number => (gateway.section_at === null ? 0 : Date.parse(gateway.section_at));
