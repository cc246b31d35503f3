import { setTimeout as sleep } from 'node:timers/promises';
import { startSlapd } from '#test/support/slapd.ts';
import { peakMiB, resetPeak, residentMiB } from './process-memory.ts';
import { type Findings, rounded } from './report.ts';
import { firstSync, startRig } from './rig.ts';

const PEOPLE = 100_000;
/** Until a process that has just started and enrolled is at rest. */
const SETTLE_MS = 10_000;

/** How much memory the first sync of 100,000 people takes, over what the enrolled and idle processes have. */
export async function memory({ say }: { say: (text: string) => void }): Promise<Findings> {
  say(`loading ${PEOPLE} people into slapd`);
  await using slapd = await startSlapd({ people: PEOPLE });
  await using rig = await startRig();
  await sleep(SETTLE_MS);
  const daemon = await watch(rig.daemon.pid);
  const connector = await watch(rig.connector.pid);
  const started = performance.now();
  await firstSync(rig, slapd, PEOPLE);
  const seconds = (performance.now() - started) / 1000;
  // What follows the sync belongs to it: tables are compacted, the log of the database is written back.
  await sleep(SETTLE_MS);
  const [ofDaemon, ofConnector] = [await daemon(), await connector()];
  return {
    bars: [
      { name: 'growth of the daemon, MiB', value: ofDaemon.growth, limit: 60 },
      { name: 'growth of the connector, MiB', value: ofConnector.growth, limit: 120 },
    ],
    figures: { people: PEOPLE, firstSyncSeconds: rounded(seconds, 1), daemon: ofDaemon, connector: ofConnector },
  };
}

/** Notes what the process has now; the answer tells what it had at most since then. In MiB. */
async function watch(pid: number) {
  const idle = await residentMiB(pid);
  await resetPeak(pid);
  return async () => {
    const [peak, after] = [await peakMiB(pid), await residentMiB(pid)];
    return {
      idle: rounded(idle, 1),
      peak: rounded(peak, 1),
      after: rounded(after, 1),
      growth: rounded(peak - idle, 1),
    };
  };
}
