import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxActivity } from '#pbx-adapters/adapter.ts';
import { callEvent } from '#pbx-adapters/channels/csta/calls.ts';
import type { CstaSession } from '#pbx-adapters/channels/csta/session.ts';
import type { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import type { CstaMessage } from '#pbx-adapters/channels/csta/xml.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { CallTracker } from './call-tracker.ts';
import { type CallCount, callsToday, noCalls, withCall } from './counter.ts';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A link that lasted so long was a good one: the next wait is short again. */
const GOOD_MS = 30_000;
/** How often a silent link is asked whether it still lives. */
const CHECK_MS = 60_000;

interface Parts {
  log: Log;
  clock: Clock;
  loginGuard: LoginGuard;
  random?: Random;
  firstWaitMs?: number;
}

/** What is counted over all links, and who waits for it. */
interface Counting {
  tracker: CallTracker;
  count: CallCount;
  unreadable: number;
  timeZone: string;
}

/**
 * Counts the calls of as many phones as the settings and the licences of the PBX allow. Monitors end with their link:
 * after a lost one all are started anew, and a snapshot of each phone finds the calls that began in between. Ends with
 * the signal; never throws.
 */
export async function* cstaActivity(
  place: CstaAccess & { maxPhones: number },
  parts: Parts,
  signal: AbortSignal,
): AsyncGenerator<PbxActivity> {
  const { random = Math.random, firstWaitMs = FIRST_WAIT_MS } = parts;
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const counting: Counting = { tracker: new CallTracker(), count: noCalls, unreadable: 0, timeZone };
  let wait = firstWaitMs;
  let isFirst = true;
  while (!signal.aborted) {
    const started = performance.now();
    try {
      for await (const activity of oneLink(place, parts, { counting, isFirst, signal })) {
        isFirst = false;
        yield activity;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const { code, detail } = toDemarcError(thrown);
      parts.log.warn({ code, detail }, 'the calls cannot be followed; it is tried again');
    }
    if (performance.now() - started > GOOD_MS) wait = firstWaitMs;
    // Half of the wait is by chance, so that many gateways do not come back at one instant.
    await sleep(wait * (0.5 + random() / 2), undefined, { signal }).catch(() => undefined);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** Yields once when the phones are watched and then whenever a count changes; throws when the link is lost. */
async function* oneLink(
  place: CstaAccess & { maxPhones: number },
  parts: Parts,
  { counting, isFirst, signal }: { counting: Counting; isFirst: boolean; signal: AbortSignal },
): AsyncGenerator<PbxActivity> {
  const { CstaSession } = await import('#pbx-adapters/channels/csta/session.ts');
  await using link = await CstaSession.open(place, { signal, loginGuard: parts.loginGuard });
  let changed = Promise.withResolvers<void>();
  let lost: DemarcError | undefined;
  const onAbort = () => changed.resolve();
  const unlisten = link.listen({
    notice(message) {
      if (counted(message, counting, parts.clock.now())) changed.resolve();
    },
    fail(error) {
      lost = error;
      changed.resolve();
    },
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const watched = await watch(link, place.maxPhones, parts.log, signal);
    for (const deviceId of watched) {
      for (const id of await link.callsOf(deviceId, signal)) {
        // What was under way before the first link is not ours to count.
        const isNew = counting.tracker.begins(id, parts.clock.now());
        if (isNew && !isFirst) addCall(counting, parts.clock.now());
      }
    }
    for (;;) {
      yield told(counting, parts.clock.now());
      while (!(await within(changed.promise, CHECK_MS))) await link.checkAlive(signal);
      if (lost) throw lost;
      if (signal.aborted) return;
      changed = Promise.withResolvers();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unlisten();
  }
}

/** Starts monitors until the settings or the PBX say that it is enough. @throws DemarcError when there is none at all */
async function watch(link: CstaSession, most: number, log: Log, signal: AbortSignal): Promise<string[]> {
  const phones: string[] = [];
  for await (const devices of link.devices(signal)) phones.push(...devices.map((device) => device.id));
  const watched: string[] = [];
  let refusal: DemarcError | undefined;
  for (const id of phones.slice(0, most)) {
    try {
      await link.monitor(id, signal);
      watched.push(id);
    } catch (thrown) {
      refusal = toDemarcError(thrown);
      if (!refusal.code.startsWith('csta.') || refusal.code === 'csta.protocol') throw refusal;
      if (refusal.code === 'csta.limit') break;
    }
  }
  if (watched.length === 0 && refusal) throw refusal;
  const told = { watched: watched.length, phones: phones.length };
  if (refusal)
    log.warn({ code: refusal.code, ...told }, 'not all phones can be watched, so some calls are not counted');
  else log.info(told, 'phones are watched');
  return watched;
}

/** Whether the message changed a count. */
function counted(message: CstaMessage, counting: Counting, nowMs: number): boolean {
  const event = callEvent(message);
  if (!event) return false;
  if (event.id === undefined) {
    counting.unreadable += 1;
    return true;
  }
  if (event.kind === 'ends') {
    counting.tracker.ends(event.id, nowMs);
    return false;
  }
  const isNew = counting.tracker.begins(event.id, nowMs);
  if (isNew) addCall(counting, nowMs);
  return isNew;
}

function addCall(counting: Counting, nowMs: number): void {
  counting.count = withCall(counting.count, nowMs, counting.timeZone);
}

function told({ count, timeZone, unreadable }: Counting, nowMs: number): PbxActivity {
  const lastCallAt = count.lastCallMs === undefined ? null : new Date(count.lastCallMs).toISOString();
  return { callsToday: callsToday(count, nowMs, timeZone), lastCallAt, unreadable };
}

/** Whether it happened within the time. */
async function within(happening: Promise<void>, limitMs: number): Promise<boolean> {
  const time = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => time.resolve(false), limitMs);
  try {
    return await Promise.race([happening.then(() => true), time.promise]);
  } finally {
    clearTimeout(timer);
  }
}
