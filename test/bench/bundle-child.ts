/** Makes one bundle of the daemon's log in the state folder of its argument, and tells what that took. */
import { join } from 'node:path';
import { pino } from 'pino';
import { DaemonConfig } from '#config/daemon-settings.ts';
import { BUNDLE_LIMITS } from '#daemon/bundle/collect-logs.ts';
import { makeBundle } from '#daemon/bundle/make-bundle.ts';

const [stateFolder = '.'] = process.argv.slice(2);
const clock = { now: () => Date.now() };
const before = process.resourceUsage().maxRSS;
const started = clock.now();
const bundle = await makeBundle({
  sources: {
    version: 'bench',
    startedAt: '',
    stateFolder,
    logFile: join(stateFolder, 'logs', 'daemon.log'),
    config: () => DaemonConfig.parse({ version: 1 }),
    link: () => null,
    identity: () => undefined,
    inventory: () => undefined,
    outbox: () => ({ low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} }),
    store: () => ({ status: 'ok', at: '2026-11-22T08:00:00.000Z' }),
    pbxs: () => [],
    probes: () => [],
    selfTest: async () => [],
    secrets: async () => Array.from({ length: 20 }, (_, n) => `a secret of the bench ${n}`),
  },
  request: { type: 'daemon' },
  folder: join(stateFolder, 'bundles'),
  name: 'bench',
  limits: BUNDLE_LIMITS,
  clock,
  log: pino({ level: 'silent' }),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const seconds = (clock.now() - started) / 1000;
const peakMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ seconds, peakMiB, startMiB: before / 1024, bytes: bundle.bytes })}\n`);
