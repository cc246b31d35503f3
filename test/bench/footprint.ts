import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '#test/support/program.ts';
import { type Slapd, startSlapd } from '#test/support/slapd.ts';
import { residentMiB } from './process-memory.ts';
import { type Findings, median, rounded } from './report.ts';
import { firstSync, online, startRig } from './rig.ts';

const USERS = 2500;
const STARTS = 5;
/** Until a process that has just started or synced is at rest. */
const SETTLE_MS = 10_000;

/**
 * What the daemon takes when it has nothing to do: 2,500 users, local API and cloud link up. The bars are judged on the
 * built form, which is what a customer gets; the sources are measured beside it.
 */
export async function footprint({ say }: { say: (text: string) => void }): Promise<Findings> {
  await using slapd = await startSlapd({ people: USERS });
  const node = await nodeAlone();
  say(`Node alone: ${node} MiB`);
  const built = await measure(slapd, 'built', say);
  const source = await measure(slapd, 'source', say);
  return {
    bars: [
      { name: 'memory of the idle daemon, MiB', value: built.idleMiB, limit: 90 },
      { name: 'start to ready, ms', value: built.startMs, limit: 1000 },
      { name: 'stop, ms', value: built.stopMs, limit: 1000 },
    ],
    figures: { users: USERS, judgedOn: 'built', nodeAloneMiB: node, built, source },
  };
}

async function measure(slapd: Slapd, form: 'built' | 'source', say: (text: string) => void) {
  await using rig = await startRig({ form });
  const { daemon, api, gateway } = rig;
  await firstSync(rig, slapd, USERS);
  const starts: number[] = [];
  const stops: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    stops.push(await timed(() => daemon.stop()));
    starts.push(await timed(() => daemon.start()));
    await online(api, gateway);
  }
  await sleep(SETTLE_MS);
  const idle = await residentMiB(daemon.pid);
  await daemon.call('POST', `/api/pbxs/${await onlyPbx(daemon)}/sync`, {});
  await sleep(SETTLE_MS);
  const result = {
    idleMiB: rounded(idle, 1),
    idleAfterSyncMiB: rounded(await residentMiB(daemon.pid), 1),
    startMs: rounded(median(starts), 0),
    stopMs: rounded(median(stops), 0),
  };
  say(`${form}: ${JSON.stringify(result)}`);
  return result;
}

async function onlyPbx(daemon: { call<T>(method: string, path: string): Promise<T> }): Promise<string> {
  const { pbxs } = await daemon.call<{ pbxs: { id: string }[] }>('GET', '/api/pbxs');
  return pbxs[0]?.id ?? '';
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The memory of a Node that does nothing. */
async function nodeAlone(): Promise<number> {
  await using program = startProgram(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await sleep(1000);
  return rounded(await residentMiB(program.process.pid ?? 0), 1);
}
