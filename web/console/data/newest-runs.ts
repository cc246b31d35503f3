import type { SyncRun } from '#contract/api.ts';

/** The newest run of each PBX, whatever the order of the list: an old failure is no news after a later success. */
export function newestPerPbx(runs: readonly SyncRun[]): SyncRun[] {
  const newest = new Map<string, SyncRun>();
  for (const run of runs) {
    const known = newest.get(run.pbx);
    if (known === undefined || run.startedAt > known.startedAt) newest.set(run.pbx, run);
  }
  return [...newest.values()];
}
