import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Instant } from '#contract/ids.ts';
import { type CloudTarget, callCloud, cloudWay } from '../link/cloud-way.ts';

const Time = z.object({ now: Instant });

/** A clock that is further off than this judges certificates wrongly. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * How far this clock is ahead of the cloud's, in milliseconds. The cloud's certificate is not judged here, since a wrong
 * clock would find it expired; so the answer may explain an error, and never sets a clock or opens a door.
 * @throws DemarcError of `connectionError`, `link.malformed`
 */
export async function measureSkew(target: CloudTarget, clock: Clock, signal?: AbortSignal): Promise<number> {
  // A pinned fingerprint would be judged with dates, too.
  const way = await cloudWay({ ...target, fingerprint: undefined }, undefined, signal);
  way.tls.rejectUnauthorized = false;
  try {
    const before = clock.now();
    const answer = await callCloud(way, { method: 'GET', path: '/api/v1/device/time', signal }, () => clock.now());
    const parsed = Time.safeParse(answer);
    if (!parsed.success) throw new DemarcError('link.malformed', 'the time of the cloud');
    return (before + clock.now()) / 2 - Date.parse(parsed.data.now);
  } finally {
    way.close();
  }
}

/** @throws DemarcError `enrolment.clock-wrong` */
export function requireSaneClock(skewMs: number): void {
  if (Math.abs(skewMs) <= CLOCK_TOLERANCE_MS) return;
  const direction = skewMs > 0 ? 'ahead' : 'behind';
  throw new DemarcError('enrolment.clock-wrong', `${Math.round(Math.abs(skewMs) / 60_000)} minutes ${direction}`);
}
