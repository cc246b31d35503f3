import type { Collector } from '../collector.ts';

/** A self-test, run now. */
export const selfTest: Collector = {
  id: 'self-test',
  limitMs: 90_000,
  collect: async ({ sources, out, signal }) => {
    const checks = await sources.selfTest(signal);
    await out.document('self-test.json', checks);
  },
};
