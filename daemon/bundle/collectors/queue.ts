import type { Collector } from '../collector.ts';

/** What waits for the cloud, how the store is, and how the sync of each PBX stands. */
export const queue: Collector = {
  id: 'queue',
  limitMs: 10_000,
  collect: ({ sources, out }) =>
    out.document('queue.json', { outbox: sources.outbox(), store: sources.store(), pbxs: sources.pbxs() }),
};
