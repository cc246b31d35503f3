import { type Collector, NotApplicable } from '../collector.ts';

/** The configured PBXs with what their last probe found. */
export const probes: Collector = {
  id: 'pbx-probes',
  limitMs: 10_000,
  collect: async ({ sources, out }) => {
    const all = sources.probes();
    if (all.length === 0) throw new NotApplicable('no PBX is configured');
    await out.document('pbxs.json', all);
  },
};
