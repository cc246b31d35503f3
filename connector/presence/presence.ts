import { LEAVING_FOR_UPDATE } from '#contract/update.ts';
import type { Presence } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';

/** Sections are sent hourly; presence is Stale after two periods without one (design section 3). In milliseconds. */
export const STALE_AFTER_MS = 2 * 3_600_000;

/** For how long a gateway that said so may be away for an update; it then failed to come back. In milliseconds. */
export const UPDATING_LIMIT_MS = 10 * 60_000;

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
    if (reason !== LEAVING_FOR_UPDATE) return { presence: 'Offline', since, reason };
    const isExpected = since !== null && now - Date.parse(since) <= UPDATING_LIMIT_MS;
    if (isExpected) return { presence: 'Updating', since, reason: 'it updates itself and comes back' };
    return { presence: 'Offline', since, reason: 'it did not come back from an update' };
  }
  const fresh = Math.max(since === null ? 0 : Date.parse(since), section(gateway));
  if (now - fresh <= STALE_AFTER_MS) return { presence: 'Online', since, reason };
  const staleSince = new Date(fresh + STALE_AFTER_MS).toISOString();
  return { presence: 'Stale', since: staleSince, reason: 'connected, but no state has arrived for two hours' };
}

const section = (gateway: PresenceFacts): number => (gateway.section_at === null ? 0 : Date.parse(gateway.section_at));
