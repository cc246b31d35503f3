import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Change } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { reaches } from '../access/may.ts';
import type { Sessions } from '../access/sessions.ts';
import { TooManyRequests } from '../access/too-many-requests.ts';
import type { Store } from '../store/store.ts';
import { callerOf } from './access.ts';
import { everything, readChanges, startOf } from './change-feed.ts';
import { type Api, accountResource, type Parts } from './routing.ts';

const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for this long is cut; it comes back by itself and misses nothing. */
const STALLED_MS = 30_000;
const STREAMS_PER_SESSION = 20;

const eventText = (id: number, change: Change): string => `id: ${id}\ndata: ${JSON.stringify(change)}\n\n`;

/** Events together up to this many characters, so that little waits in front of a slow reader. */
const WRITE_CHARS = 64 * 1024;

function* texts(changes: readonly { id: number; change: Change }[]): Generator<string> {
  let text = '';
  for (const { id, change } of changes) {
    text += eventText(id, change);
    if (text.length < WRITE_CHARS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** One thing to wait for, at most so long; true when it happened. */
function waitFor(subscribe: (done: () => void) => () => void, limitMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (happened: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      unsubscribe();
      resolve(happened);
    };
    const aborted = () => end(false);
    const timer = setTimeout(() => end(false), limitMs);
    signal.addEventListener('abort', aborted, { once: true });
    const unsubscribe = subscribe(() => end(true));
    if (signal.aborted) end(false);
  });
}

interface Connection {
  response: ServerResponse;
  sessionHash: string;
  account: string | undefined;
  last: number;
  signal: AbortSignal;
}

/**
 * Feeds one console from the change table. Nothing is queued in memory: the connection remembers a number, and reads on
 * only when its reader has taken what was written. Rights and session are looked at anew before every batch.
 */
async function feed({ store, sessions }: { store: Store; sessions: Sessions }, connection: Connection): Promise<void> {
  const { response, sessionHash, account, signal } = connection;
  let { last } = connection;
  let dirty = true;
  let wake: () => void = () => undefined;
  const stopListening = store.onChange(() => {
    dirty = true;
    wake();
  });
  const write = async (text: string): Promise<boolean> => {
    if (response.write(text)) return true;
    return waitFor(
      (done) => {
        response.once('drain', done);
        return () => response.off('drain', done);
      },
      STALLED_MS,
      signal,
    );
  };
  try {
    for (;;) {
      const session = await sessions.look(sessionHash);
      if (session === undefined || signal.aborted) return;
      dirty = false;
      const batch = await readChanges(store.db, session.actor, last, account);
      last = batch.last;
      for (const text of texts(batch.changes)) if (!(await write(text))) return;
      if (batch.full || dirty) continue;
      const woken = await waitFor(
        (done) => {
          wake = done;
          return () => undefined;
        },
        HEARTBEAT_MS,
        signal,
      );
      // Whoever committed goes first: a command leaves before the consoles are told of it.
      if (woken) await nextTurn();
      // The number goes along, so that what this caller may not see is not read again after a cut.
      if (!woken && !(await write(`: still here\nid: ${last}\n\n`))) return;
    }
  } finally {
    stopListening();
  }
}

const Query = z.object({ account: Id.optional(), lastEventId: z.coerce.number().int().min(0).optional() });

/** `GET /stream`: Server-Sent Events (HTML standard, section 9.2); `id:` is the change's number, data a contract Change. */
export function streamRoute(app: Api, { store, sessions, log }: Parts): void {
  const open = new Set<AbortController>();
  const perSession = new Map<string, number>();
  app.addHook('preClose', async () => {
    for (const controller of open) controller.abort();
  });

  app.get(
    '/stream',
    {
      config: { access: 'signed-in' },
      schema: { summary: 'Live changes as Server-Sent Events', tags: ['Live updates'], querystring: Query },
    },
    async (request, reply) => {
      const { actor, sessionHash } = callerOf(request);
      const { account } = request.query;
      if (account !== undefined) {
        const resource = await accountResource(store.db, account);
        if (resource === undefined || !reaches(actor, resource)) throw new DemarcError('api.not-found');
      }
      const count = perSession.get(sessionHash) ?? 0;
      if (count >= STREAMS_PER_SESSION) throw new TooManyRequests(HEARTBEAT_MS / 1000);
      const header = Number(request.headers['last-event-id'] ?? Number.NaN);
      const seen = Number.isSafeInteger(header) && header >= 0 ? header : request.query.lastEventId;
      const { last, missed } = await startOf(store.db, seen);

      const controller = new AbortController();
      const response = reply.raw;
      reply.hijack();
      response.once('close', () => controller.abort());
      response.on('error', () => controller.abort());
      const stopWatching = sessions.onEnd((hash) => {
        if (hash === sessionHash) controller.abort();
      });
      open.add(controller);
      perSession.set(sessionHash, count + 1);
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) response.setHeader(name, value);
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write('retry: 2000\n\n');
      if (missed) response.write(everything.map((change) => eventText(last, change)).join(''));
      try {
        await feed({ store, sessions }, { response, sessionHash, account, last, signal: controller.signal });
      } catch (error) {
        log.error(
          { code: 'api.stream-failed', err: error },
          'a live stream ended with an error; the console reconnects',
        );
      } finally {
        stopWatching();
        open.delete(controller);
        const left = (perSession.get(sessionHash) ?? 1) - 1;
        if (left > 0) perSession.set(sessionHash, left);
        else perSession.delete(sessionHash);
        response.end();
        // A stalled reader would keep the socket for ever.
        if (response.writableNeedDrain) response.destroy();
      }
    },
  );
}
