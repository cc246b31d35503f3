import { type Check, NO_CLOUD, ok, problem, skipped } from '../check.ts';
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
 * How far this clock is from the cloud's, by the Date header. The certificate is not judged here: with a wrong clock
 * it could not be, and nothing but a warning follows from the answer.
 */
export const cloudClock: Check = {
  id: 'cloud.clock',
  title: 'Clock',
  effect: 'Certificates cannot be judged, deadlines of commands are missed, and times in reports are wrong.',
  limitMs: 12_000,
  async run({ cloud, clock }, signal) {
    if (!cloud) return skipped(NO_CLOUD);
    const socket = await openTls(cloud, { verify: false }, signal);
    const before = clock.now();
    const answer = await exchange(socket, { url: cloud.url, path: '/api/v1/device/time' }, signal);
    const here = (before + clock.now()) / 2;
    const there = Date.parse(answer.headers.date ?? '');
    if (Number.isNaN(there)) return skipped('the cloud did not tell its time');
    // The header has whole seconds; its middle is the best guess.
    const offset = here - (there + 500);
    const words = `${span(offset)} ${offset < 0 ? 'behind' : 'ahead'}`;
    if (Math.abs(offset) >= ERROR_MS) return problem('error', 'check.clock', words, this.effect);
    if (Math.abs(offset) >= WARN_MS) return problem('warning', 'check.clock', words, this.effect);
    return ok(`right to within ${span(Math.max(1000, Math.abs(offset)))}`);
  },
};
