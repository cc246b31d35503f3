import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { LiveAnswer } from '#contract/wizard/gateway.ts';
import { parseJson } from '#web/kit/api/api-error.ts';

/** Whether this page follows the gateway: `lost` when it does not answer, `starting` while it comes up. */
export type LiveState = 'connecting' | 'live' | 'starting' | 'lost';

const EVERY_MS = 1000;
const HIDDEN_EVERY_MS = 10_000;
const ANSWER_LIMIT_MS = 8000;
/** So many questions without an answer are a lost connection; a single one is the network's cough. */
const LOST_AFTER = 2;

type Mark = keyof LiveAnswer['marks'];

/** What is read anew when a mark is another. */
const READS: Readonly<Record<Mark, readonly string[]>> = {
  wizard: ['wizard', 'session', 'about'],
  enrolment: ['status', 'wizard', 'about'],
  cloud: ['status', 'wizard'],
  discovery: ['discovery'],
  pbxs: ['pbxs', 'status', 'wizard', 'irregular'],
  update: ['update', 'wizard'],
  tunnels: ['tunnels'],
  checks: ['checks'],
  inventory: ['about'],
};

function readAnew(client: QueryClient, now: LiveAnswer, before: LiveAnswer | undefined): void {
  if (before === undefined) return;
  if (before.startedAt !== now.startedAt) {
    void client.invalidateQueries();
    return;
  }
  const keys = new Set(
    Object.entries(READS).flatMap(([mark, reads]) => (now.marks[mark] === before.marks[mark] ? [] : reads)),
  );
  for (const key of keys) void client.invalidateQueries({ queryKey: [key] });
}

/** Asks the gateway once a second what has changed and reads that anew; tells whether it answers. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last: LiveAnswer | undefined;
    let tag: string | undefined;
    let missed = 0;
    const ask = async () => {
      const response = await fetch('/api/live', {
        headers: tag === undefined ? {} : { 'if-none-match': tag },
        cache: 'no-store',
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
      });
      missed = 0;
      if (response.status === 304) return setState('live');
      if (response.status === 401) return void client.invalidateQueries({ queryKey: ['session'] });
      const answer = response.ok ? LiveAnswer.safeParse(parseJson(await response.text())) : undefined;
      if (answer?.success !== true) return setState('starting');
      tag = response.headers.get('etag') ?? undefined;
      readAnew(client, answer.data, last);
      last = answer.data;
      setState('live');
    };
    const round = async () => {
      try {
        await ask();
      } catch {
        // Why the browser got no answer it does not tell; that there was none is all that can be shown.
        missed += 1;
        if (missed >= LOST_AFTER && !stop.signal.aborted) setState('lost');
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void round(), document.hidden ? HIDDEN_EVERY_MS : EVERY_MS);
    };
    const shown = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      void round();
    };
    void round();
    document.addEventListener('visibilitychange', shown);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
    };
  }, [client]);
  return state;
}
