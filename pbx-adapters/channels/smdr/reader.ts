import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';
import { discard, openSocket } from '#pbx-adapters/channels/tcp/transport.ts';
import { SmdrLines } from './lines.ts';

const CONNECT_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A connection that lasted so long was a good one: the next wait is short again. */
const GOOD_MS = 30_000;
/** The stream is silent for hours on quiet systems, so only TCP itself can tell that the PBX is gone. */
const KEEP_ALIVE_MS = 60_000;

export interface SmdrPlace {
  host: string;
  port: number;
}

/**
 * The lines of the call record stream, for as long as the signal allows: the PBX listens, and pushes each record as it is
 * made. A lost connection is opened again, with waits that double from one second to a minute. The lines of one segment
 * come together; undefined stands for one that was too long. Ends when the signal is aborted; never throws.
 */
export async function* readSmdr(
  place: SmdrPlace,
  parts: { log: Log; random: Random; firstWaitMs?: number },
  signal: AbortSignal,
): AsyncGenerator<readonly (string | undefined)[]> {
  const first = parts.firstWaitMs ?? FIRST_WAIT_MS;
  let wait = first;
  while (!signal.aborted) {
    const started = performance.now();
    try {
      yield* oneConnection(place, signal);
      parts.log.info({ host: place.host }, 'the PBX closed the stream of call records');
    } catch (thrown) {
      if (signal.aborted) return;
      const { code, detail } = toDemarcError(thrown);
      parts.log.warn({ code, detail }, 'the call records cannot be read; it is tried again');
    }
    if (performance.now() - started > GOOD_MS) wait = first;
    // Half of the wait is by chance, so that many gateways do not come back at one instant.
    await sleep(wait * (0.5 + parts.random() / 2), undefined, { signal }).catch(() => undefined);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

/** Whether the stream can be opened; nothing is read. @throws DemarcError `pbx.…` */
export async function checkSmdr(place: SmdrPlace, signal: AbortSignal): Promise<void> {
  discard(await openSocket(place, CONNECT_MS, signal));
}

async function* oneConnection(place: SmdrPlace, signal: AbortSignal): AsyncGenerator<readonly (string | undefined)[]> {
  const socket = await openSocket(place, CONNECT_MS, signal);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const stop = () => discard(socket);
  signal.addEventListener('abort', stop, { once: true });
  const lines = new SmdrLines();
  try {
    for await (const segment of socket) {
      const complete = lines.push(segment as Buffer);
      if (complete.length > 0) yield complete;
    }
    if (signal.aborted) throw new DemarcError('pbx.canceled', 'call records');
  } catch (error) {
    throw networkError(error, `${place.host}:${place.port}`, 'pbx.unreachable');
  } finally {
    signal.removeEventListener('abort', stop);
    discard(socket);
  }
}
