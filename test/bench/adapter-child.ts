/** One adapter in a process of its own: reads all users as often as told and prints what that took, as JSON. */
import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import { systemClock } from '#config/clock.ts';
import { PbxType } from '#contract/words.ts';
import { inPages } from '#daemon/sync/source.ts';
import { createLoginGuard } from '#pbx-adapters/login-guard.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { peakMiB, resetPeak, residentMiB } from './process-memory.ts';

/** What the child is told, as its only argument. */
export interface AdapterTask {
  type: string;
  settings: unknown;
  reads: number;
}

/** What it found; `ms` has one value a read, the others are of all reads together. */
export interface AdapterTaken {
  users: number;
  rejected: number;
  ms: number[];
  cpuMs: number;
  idleMiB: number;
  growthMiB: number;
}

setFlagsFromString('--optimize-for-size');
const task = JSON.parse(process.argv[2] ?? '') as AdapterTask;
const type = adapterTypes[PbxType.parse(task.type)];
const parts = {
  log: pino({ level: 'silent' }),
  clock: systemClock,
  loginGuard: createLoginGuard({ fingerprint: 'bench', state: undefined, save: async () => undefined }),
};
const idle = await residentMiB(process.pid);
await resetPeak(process.pid);
const cpu = process.cpuUsage();
const taken = { users: 0, rejected: 0 };
const ms: number[] = [];
for (let read = 0; read < task.reads; read += 1) {
  taken.users = 0;
  taken.rejected = 0;
  const started = performance.now();
  // A new adapter: its log-in counts each time.
  for await (const page of inPages(type.create(task.settings, parts), AbortSignal.timeout(300_000))) {
    for (const item of page) {
      if (item.kind === 'user') taken.users += 1;
      else taken.rejected += 1;
    }
  }
  ms.push(performance.now() - started);
}
const { user, system } = process.cpuUsage(cpu);
const growthMiB = (await peakMiB(process.pid)) - idle;
const found: AdapterTaken = { ...taken, ms, cpuMs: (user + system) / 1000, idleMiB: idle, growthMiB };
process.stdout.write(JSON.stringify(found));
process.exit();
