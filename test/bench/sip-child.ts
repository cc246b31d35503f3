/** Watches trunks as a gateway does, in a process of its own with the daemon's flags, and prints what that took, as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { Supervision } from '#daemon/supervision/supervision.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import { residentMiB } from './process-memory.ts';
import { rounded } from './report.ts';

/** What the child is told, as its only argument. */
export interface WatchTask {
  /** For the store. */
  folder: string;
  transport: 'udp' | 'tcp' | 'tls';
  farEnd: number;
  pbx: number;
  trunks: number;
  everySeconds: number;
  settleSeconds: number;
  watchSeconds: number;
}

/** What it found. Each trunk has two ends. */
export interface Watched {
  corePercent: number;
  asked: number;
  answered: number;
  up: number;
  ends: number;
  growthMiB: number;
  /** Processor time of keeping the history of all ends once, as is done every five minutes. */
  keepCpuMs: number;
}

setFlagsFromString('--optimize-for-size');
const { folder, transport, farEnd, pbx, trunks, ...times } = JSON.parse(process.argv[2] ?? '') as WatchTask;
const host = '127.0.0.1';
const wanted = Array.from({ length: trunks }, (_, at) => ({
  id: ulid(),
  settings: TrunkSettings.parse({
    name: `Trunk ${at}`,
    pbx: ulid(),
    host,
    port: pbx,
    transport,
    farEnd: { kind: 'cloud-platform', host, port: farEnd, transport },
    supervision: { everySeconds: times.everySeconds },
  }),
}));
const log = pino({ level: 'silent' });
const store = await DaemonStore.open({ folder, log, clock: systemClock });
const idle = await residentMiB(process.pid);
const supervision = await Supervision.open({
  store,
  trunks: { list: () => wanted },
  addressOf: () => undefined,
  accesses: { open: async () => ({ trust: {} }) },
  isOnline: () => false,
  onEvent: () => undefined,
  onChange: () => undefined,
  tap: new SipTaps(),
  clock: systemClock,
  random: Math.random,
  log,
});
supervision.refresh();
await sleep(times.settleSeconds * 1000);

const cpuMs = () => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000;
const [cpu, from] = [cpuMs(), performance.now()];
const since = Date.now();
await sleep(times.watchSeconds * 1000);
const corePercent = ((cpuMs() - cpu) / (performance.now() - from)) * 100;
const growthMiB = (await residentMiB(process.pid)) - idle;

const ends = supervision.document().trunks.flatMap((trunk) => trunk.ends);
const asked = ends.filter(({ last }) => last !== null && Date.parse(last.at) >= since);
const kept = cpuMs();
await supervision.stop();
const found: Watched = {
  corePercent: rounded(corePercent),
  asked: asked.length,
  answered: asked.filter(({ last }) => last?.status === 200).length,
  up: ends.filter(({ state }) => state === 'up').length,
  ends: ends.length,
  growthMiB: rounded(growthMiB, 1),
  keepCpuMs: rounded(cpuMs() - kept, 0),
};
await store.close();
process.stdout.write(JSON.stringify(found));
process.exit();
