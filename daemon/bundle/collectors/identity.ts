import type { Collector } from '../collector.ts';

/** Who the gateway is and how its connection to the cloud stands; never a key. */
export const identity: Collector = {
  id: 'identity',
  limitMs: 10_000,
  collect: ({ sources, out }) =>
    out.document('identity.json', {
      version: sources.version,
      startedAt: sources.startedAt,
      identity: sources.identity() ?? 'not claimed',
      cloud: sources.link(),
    }),
};
