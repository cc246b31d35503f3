import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { PbxActivity, PbxCall } from '#pbx-adapters/adapter.ts';
import { readSmdr } from '#pbx-adapters/channels/smdr/reader.ts';
import { readRecord } from '#pbx-adapters/channels/smdr/record.ts';
import type { SmdrAccess } from '#pbx-adapters/channels/smdr/settings.ts';
import { instantOf } from '#pbx-adapters/channels/smdr/year.ts';
import { callsToday, noCalls, withCall } from './counter.ts';

interface Parts {
  log: Log;
  clock: Clock;
  random: Random;
  firstWaitMs?: number;
}

/** Lines in a row that are no record, after which it is said that the declared layout must be wrong. */
const TELL_AFTER = 20;

/** What the call records of a PBX tell, once for each segment that brings lines. Ends with the signal; never throws. */
export async function* smdrActivity(
  place: SmdrAccess & { host: string },
  parts: Parts,
  signal: AbortSignal,
): AsyncGenerator<PbxActivity> {
  const { layout, timeZone, keepParties } = place;
  let count = noCalls;
  let unreadable = 0;
  let inARow = 0;
  for await (const lines of readSmdr(place, parts, signal)) {
    const calls: PbxCall[] = [];
    for (const line of lines) {
      // An empty line between records is usual and says nothing.
      if (line?.trim() === '') continue;
      const record = line === undefined ? undefined : readRecord(line, layout);
      const at = record && instantOf(record.start, parts.clock.now(), timeZone);
      if (!record || at === undefined) {
        unreadable += 1;
        inARow += 1;
        if (inARow === TELL_AFTER) warnOfLayout(parts.log, layout.length, line?.length);
        continue;
      }
      inARow = 0;
      count = withCall(count, at, timeZone);
      const { calling, called, durationSeconds } = record;
      if (!keepParties) continue;
      calls.push({ at: iso(at), from: calling, durationSeconds, ...(called === undefined ? {} : { to: called }) });
    }
    yield {
      callsToday: callsToday(count, parts.clock.now(), timeZone),
      lastCallAt: count.lastCallMs === undefined ? null : iso(count.lastCallMs),
      unreadable,
      ...(keepParties ? { calls } : {}),
    };
  }
}

/** The line itself holds numbers of people, so only its length is told. */
function warnOfLayout(log: Log, declared: number, found: number | undefined): void {
  log.warn({ code: 'smdr.layout', declared, found: found ?? 'too long' }, 'the call records have another layout');
}

const iso = (ms: number): string => new Date(ms).toISOString();
