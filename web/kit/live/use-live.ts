import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Change } from '#contract/api.ts';
import { withQuery } from '../api/client.ts';
import { affectedBy } from './affected.ts';
import { followStream, type LiveState } from './stream.ts';

/** A burst of changes (a first sync of thousands) makes one reading of a list, not one for each change. */
const GATHER_MS = 250;

/** Gathers keys and makes them out of date together. */
function gatherer(client: QueryClient) {
  const pending = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const queryKey of pending.values()) void client.invalidateQueries({ queryKey });
    pending.clear();
  };
  return {
    add(keys: readonly QueryKey[]) {
      for (const key of keys) pending.set(JSON.stringify(key), key);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Keeps every query of the page in step with the cloud and tells whether it does. */
export function useLive(options: {
  account: string | undefined;
  /** Called for each change before the lists are read again, for rows that the change itself brings. */
  patch?: (change: Change, client: QueryClient) => void;
}): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const { account, patch } = options;
  useEffect(() => {
    const gather = gatherer(client);
    const stop = followStream({
      url: withQuery('/api/v1/stream', { account }),
      onChange: (change) => {
        patch?.(change, client);
        gather.add(affectedBy(change));
      },
      onState: setState,
      onGap: () => void client.invalidateQueries(),
    });
    return () => {
      stop();
      gather.stop();
    };
  }, [client, account, patch]);
  return state;
}
