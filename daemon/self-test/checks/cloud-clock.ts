import type { Clock } from '#config/clock.ts';
import { type Check, type CheckedCloud, NO_CLOUD, ok, problem, skipped } from '../check.ts';
import { exchange, openTls } from '../reach.ts';

const WARN_MS = 30_000;
const ERROR_MS = 5 * 60_000;

/** A span for people: "12 s", "3 min", "2 h", "730 days". */
function span(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/**
 * By how many milliseconds this clock is ahead of the cloud's, by the Date header; undefined when the cloud does not tell.
 * The cloud's certificate is not judged: with a wrong clock it could not be, and nothing but a warning follows.
 * @throws DemarcError of `openTls`
 */
export async function clockOffset(cloud: CheckedCloud, clock: Clock, signal: AbortSignal): Promise<number | undefined> {
  const socket = await openTls(cloud, { verify: false }, signal);
  const before = clock.now();
  const answer = await exchange(socket, { url: cloud.url, path: '/api/v1/device/time' }, signal);
  const here = (before + clock.now()) / 2;
  const there = Date.parse(answer.headers.date ?? '');
  // The header has whole seconds; its middle is the best guess.
  return Number.isNaN(there) ? undefined : here - (there + 500);
}

/** Whether this clock agrees with the cloud's. */
export const cloudClock: Check = {
  id: 'cloud.clock',
  title: 'Clock',
  effect: 'Certificates cannot be judged, deadlines of commands are missed, and times in reports are wrong.',
  limitMs: 12_000,
  async run({ cloud, clock }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    const offset = await clockOffset(cloud, clock, signal);
    if (offset === undefined) return skipped('the cloud did not tell its time');
    const words = `${span(offset)} ${offset < 0 ? 'behind' : 'ahead'}`;
    if (Math.abs(offset) >= ERROR_MS) return problem('error', 'check.clock', words, this.effect);
    if (Math.abs(offset) >= WARN_MS) return problem('warning', 'check.clock', words, this.effect);
    return ok(`right to within ${span(Math.max(1000, Math.abs(offset)))}`);
  },
};
