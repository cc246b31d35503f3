import { hostname } from 'node:os';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { LogRequest } from '#contract/commands.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { orAborted } from '../abortable.ts';
import { Archive, type ArchiveEntry } from './archive.ts';
import { type Collector, type CollectorOut, type CollectorResult, NotApplicable } from './collector.ts';
import { configuration } from './collectors/configuration.ts';
import { daemonLog } from './collectors/daemon-log.ts';
import { disk } from './collectors/disk.ts';
import { identity } from './collectors/identity.ts';
import { inventory } from './collectors/inventory.ts';
import { journal } from './collectors/journal.ts';
import { network } from './collectors/network.ts';
import { probes } from './collectors/probes.ts';
import { processFacts } from './collectors/process-facts.ts';
import { queue } from './collectors/queue.ts';
import { selfTest } from './collectors/self-test.ts';
import { KnownSecrets } from './known-secrets.ts';
import type { BundleSources } from './sources.ts';

/** What is collected for each type. The small ones first: should the room be short, the logs are what is cut. */
const COLLECTORS: Readonly<Record<LogRequest['type'], readonly Collector[]>> = {
  daemon: [daemonLog],
  journal: [journal()],
  bundle: [
    identity,
    configuration,
    queue,
    probes,
    inventory,
    selfTest,
    network,
    disk,
    processFacts,
    daemonLog,
    journal(),
  ],
};

/** A finished bundle on the disk. */
export interface Bundle {
  file: string;
  fileName: string;
  bytes: number;
  sha256: string;
  /** Parts that could not be had or were cut, in words. */
  missing: string[];
}

export interface BundleOptions {
  sources: BundleSources;
  request: LogRequest;
  /** Where the archive is made, and its name there without an end. */
  folder: string;
  name: string;
  /** In bytes; see the archive. */
  limits: { unpackedBytes: number; reserveBytes: number };
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  progress: (text: string, percent: number) => void;
  /** Instead of those of the request's type. */
  collectors?: readonly Collector[];
}

/**
 * Collects one after the other, whatever fails in between, into one `.tar.gz` without secrets.
 * @throws DemarcError `bundle.no-room`, `bundle.unwritable`, `bundle.no-journal`; the signal's reason. Nothing is left then
 */
export async function makeBundle(options: BundleOptions): Promise<Bundle> {
  const { sources, request, folder, name, limits, clock, signal, progress } = options;
  const collectors = options.collectors ?? COLLECTORS[request.type];
  const archive = await Archive.create({
    folder,
    name,
    limitBytes: limits.unpackedBytes,
    reserveBytes: limits.reserveBytes,
    known: new KnownSecrets(await sources.secrets()),
    clock,
  });
  try {
    const results: CollectorResult[] = [];
    for (const [done, collector] of collectors.entries()) {
      signal.throwIfAborted();
      progress(`Collecting: ${collector.id}`, (done / collectors.length) * 100);
      results.push(await collect(collector, archive, options));
    }
    signal.throwIfAborted();
    refuseEmpty(request, results);
    const fileName = nameOf(request, clock);
    const head = { format: 1, fileName, createdAt: instant(clock), version: sources.version, request, limits };
    const finished = await archive.finish((entries) => ({ ...head, collectors: results, entries }));
    return { ...finished, fileName, missing: missing(results, archive.entries) };
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

async function collect(collector: Collector, archive: Archive, options: BundleOptions): Promise<CollectorResult> {
  const { sources, request, clock, log } = options;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error('its time was over')), collector.limitMs);
  const signal = AbortSignal.any([options.signal, limit.signal]);
  const started = clock.now();
  const result = (status: CollectorResult['status'], detail?: string): CollectorResult => ({
    id: collector.id,
    status,
    durationMs: Math.max(0, clock.now() - started),
    ...(detail === undefined ? {} : { detail: detail.slice(0, 300) }),
  });
  try {
    const out = outFor(collector, archive, signal);
    await orAborted(collector.collect({ sources, request, out, signal }), signal);
    return result('ok');
  } catch (thrown) {
    options.signal.throwIfAborted();
    if (thrown instanceof DemarcError && thrown.code.startsWith('bundle.')) throw thrown;
    if (limit.signal.aborted) return result('timed out', `not done within ${collector.limitMs / 1000} s`);
    if (thrown instanceof NotApplicable) return result('not applicable', thrown.message);
    const error = toDemarcError(thrown);
    log.warn({ code: error.code, err: error, collector: collector.id }, 'a part of the bundle could not be collected');
    return result('failed', error.message);
  } finally {
    clearTimeout(timer);
  }
}

/** What a collector whose time is over still writes is not taken: the next one is writing. */
function outFor(collector: Collector, archive: Archive, signal: AbortSignal): CollectorOut {
  const entry = (path: string) => {
    signal.throwIfAborted();
    return { path, collector: collector.id, signal };
  };
  return {
    text: async (path, source) => archive.add(entry(path), source),
    document: async (path, value) =>
      archive.add(entry(path), async function* (redactor) {
        yield `${JSON.stringify(redactor.document(value), null, 2) ?? 'null'}\n`;
      }),
  };
}

/** Who asks for one log alone is told plainly when there is none. */
function refuseEmpty(request: LogRequest, results: readonly CollectorResult[]): void {
  const [only, ...others] = results;
  if (request.type !== 'journal' || others.length > 0 || only === undefined) return;
  if (only.status === 'not applicable') throw new DemarcError('bundle.no-journal', only.detail);
}

function missing(results: readonly CollectorResult[], entries: readonly ArchiveEntry[]): string[] {
  return [
    ...results.filter(({ status }) => status !== 'ok').map(({ id, status, detail }) => `${id}: ${status}, ${detail}`),
    ...entries.flatMap(({ path, cut }) => (cut === undefined ? [] : [`${path} ends early: ${cut}`])),
  ]
    .map((text) => text.slice(0, 500))
    .slice(0, 100);
}

/** A plain name on every system, that tells the machine and the time. */
function nameOf({ type }: LogRequest, clock: Clock): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 60);
  const at = instant(clock).replaceAll(/[-:]|\.\d+/g, '');
  return `demarc-${type}-${host}-${at}.tar.gz`;
}
