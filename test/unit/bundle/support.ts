/** What a bundle is made of in tests: a small gateway with every kind of secret. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { DaemonConfig } from '#config/daemon-settings.ts';
import type { LogRequest } from '#contract/commands.ts';
import type { Collector } from '#daemon/bundle/collector.ts';
import { type Bundle, makeBundle } from '#daemon/bundle/make-bundle.ts';
import type { BundleSources } from '#daemon/bundle/sources.ts';

/** Sources over a state folder with a log of these lines. */
export async function sourcesIn(
  stateFolder: string,
  lines: readonly string[],
  more: Partial<BundleSources> = {},
): Promise<BundleSources> {
  const logFile = join(stateFolder, 'logs', 'daemon.log');
  await mkdir(join(stateFolder, 'logs'), { recursive: true });
  await writeFile(join(stateFolder, 'logs', 'daemon.1.log'), lines.map((line) => `${line}\n`).join(''));
  return {
    version: '0.1.0',
    startedAt: '2026-11-22T08:00:00.000Z',
    stateFolder,
    logFile,
    config: () => DaemonConfig.parse({ version: 1 }),
    link: () => ({ state: 'offline' }),
    identity: () => undefined,
    inventory: () => undefined,
    outbox: () => ({ low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} }),
    store: () => ({ status: 'ok', at: '2026-11-22T08:00:00.000Z' }),
    pbxs: () => [],
    probes: () => [],
    selfTest: async () => [],
    secrets: async () => [],
    ...more,
  };
}

interface Wanted {
  sources: BundleSources;
  request?: Partial<LogRequest>;
  unpackedBytes?: number;
  reserveBytes?: number;
  collectors?: readonly Collector[];
  signal?: AbortSignal;
}

export function bundleOf({ sources, request, collectors, signal, ...limits }: Wanted): Promise<Bundle> {
  return makeBundle({
    sources,
    request: { type: 'bundle', ...request },
    folder: join(sources.stateFolder, 'bundles'),
    name: 'test',
    limits: { unpackedBytes: limits.unpackedBytes ?? 50_000_000, reserveBytes: limits.reserveBytes ?? 0 },
    clock: { now: () => Date.now() },
    log: pino({ level: 'silent' }),
    signal: signal ?? new AbortController().signal,
    progress: () => undefined,
    ...(collectors === undefined ? {} : { collectors }),
  });
}
