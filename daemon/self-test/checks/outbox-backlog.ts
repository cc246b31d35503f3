import { type Check, ok, problem } from '../check.ts';

const WARN_AGE_MS = 3_600_000;

/** Whether records leave for the cloud, and whether any had to be given up. */
export const outboxBacklog: Check = {
  id: 'outbox.backlog',
  title: 'Records for the cloud',
  effect: 'The cloud shows an older state than the PBXs have.',
  limitMs: 2000,
  async run({ outbox, clock }) {
    const { records, oldestAt, drops } = outbox();
    const lost = Object.entries(drops).filter(([, count]) => count > 0);
    if (lost.length > 0) {
      const met = lost.map(([reason, count]) => `${count} by ${reason}`).join(', ');
      return problem('warning', 'check.dropped', met, this.effect);
    }
    const age = oldestAt === null ? 0 : clock.now() - Date.parse(oldestAt);
    if (age > WARN_AGE_MS) {
      const met = `${records} records, the oldest of ${Math.floor(age / 60_000)} minutes ago`;
      return problem('warning', 'check.backlog', met, this.effect);
    }
    return ok(`${records} records wait`);
  },
};
