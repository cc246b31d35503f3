import { type Collector, NotApplicable } from '../collector.ts';

/** The last inventory report. */
export const inventory: Collector = {
  id: 'inventory',
  limitMs: 10_000,
  collect: async ({ sources, out }) => {
    const last = sources.inventory();
    if (last === undefined) throw new NotApplicable('no inventory has been collected yet');
    await out.document('inventory.json', last);
  },
};
