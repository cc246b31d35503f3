/** What the gateway decides about updates by itself; everything but the source of releases is the real thing. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { DAEMON_FILE, decide, readSlots, slotFolder, writeSlots } from '#config/slots.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { SignedRelease } from '#contract/update.ts';
import { BusyBoard } from '#daemon/power/busy.ts';
import { Preparation } from '#daemon/update/preparation.ts';
import { UpdateRecordKeeper } from '#daemon/update/record.ts';
import type { ReleaseSource } from '#daemon/update/release-source.ts';
import { type UpdateContext, Updater, type UpdateStep } from '#daemon/update/updater.ts';
import { KeepingOutbox, quiet, storeBench } from '../daemon-work/support.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const SCHEDULE = { automatic: true, frequency: 'daily', day: 0, time: '01:17', paused: false } as const;

/** A small release that has everything but a daemon that does something. */
async function release(version: string): Promise<{ signed: SignedRelease; archive: Buffer }> {
  const tar = pack();
  const content = `version ${version}`;
  tar.entry({ name: DAEMON_FILE }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const archive = gzipSync(Buffer.concat(chunks));
  const manifest = JSON.stringify({
    product: 'demarc-gateway',
    version,
    platform: 'linux-x64',
    createdAt: '2026-03-01T12:00:00.000Z',
    notes: `What is new in ${version}`,
    archive: {
      file: `demarc-${version}-linux-x64.tar.gz`,
      bytes: archive.length,
      sha256: createHash('sha256').update(archive).digest('hex'),
    },
    unpacked: { files: 1, bytes: content.length },
  });
  return { signed: { manifest, signature: sign(null, Buffer.from(manifest), privateKey).toString('base64') }, archive };
}

/** A source that offers one release, or is out of reach. */
class OneRelease implements ReleaseSource {
  offered: Awaited<ReturnType<typeof release>> | undefined;
  reachable = true;
  fetched = 0;

  async find() {
    if (!this.reachable) throw new DemarcError('link.unreachable');
    return this.offered?.signed;
  }

  async fetch(_archive: unknown, path: string) {
    if (!this.reachable) throw new DemarcError('update.download-failed');
    this.fetched += 1;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, this.offered?.archive ?? '');
  }
}

async function bench(version = '1.0.0') {
  const base = await storeBench('updater');
  const root = join(base.folder, 'root');
  await mkdir(slotFolder(root, 'a'), { recursive: true });
  writeSlots(root, { active: 'a' });
  const source = new OneRelease();
  const busy = new BusyBoard();
  const outbox = new KeepingOutbox(base.store);
  const steps: UpdateStep[] = [];
  const restarts: string[] = [];
  const preparation = new Preparation({
    root,
    stateFolder: base.folder,
    platform: 'linux-x64',
    keys: () => [publicKey],
    source,
    onStep: () => undefined,
  });
  const open = async (running = version, slot: 'a' | 'b' = 'a') =>
    new Updater({
      version: running,
      installation: { root, slot },
      preparation: async () => preparation,
      record: await UpdateRecordKeeper.open(base.store),
      defaultSchedule: SCHEDULE,
      nextCheckAt: () => null,
      cleanUp: () => void restarts.push('clean'),
      limits: () => ({ limitMs: 1000, settleMs: 0 }),
      isOnline: () => true,
      busy,
      farewell: async ({ name }) => void restarts.push(name),
      restart: () => void restarts.push('restart'),
      outbox,
      onStatus: async () => undefined,
      newId: () => `trial-${steps.length}`,
      clock: base.clock,
      log: quiet,
    });
  const ending = new AbortController();
  const context: UpdateContext = {
    signal: ending.signal,
    progress: () => undefined,
    issuer: { id: 'p1', name: 'Pat' },
    command: '01COMMAND',
    checkpoint: async (step) => void steps.push(step),
  };
  /** Waits until the process would have ended. */
  const left = async (work: Promise<unknown>): Promise<string> => {
    const result = work.then(
      () => 'done',
      (error: unknown) => (error instanceof DemarcError ? error.code : String(error)),
    );
    const restarted = (async () => {
      while (!restarts.includes('restart')) await new Promise((resolve) => setTimeout(resolve, 5));
      return 'restarted';
    })();
    const first = await Promise.race([result, restarted]);
    restarts.push('restart');
    ending.abort(new Error('the process ends'));
    await result;
    return first;
  };
  return Object.assign(base, { root, source, busy, outbox, steps, restarts, open, context, left });
}

describe('an update', () => {
  it('puts its step on disk, then the trial, then leaves', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    expect(await b.left(updater.install({ force: false }, b.context))).toBe('restarted');
    expect(b.steps).toEqual([{ version: null }, { version: '1.1.0', trial: 'trial-1' }]);
    expect(b.restarts.slice(0, 2)).toEqual(['gateway.updating', 'restart']);
    expect(readSlots(b.root)?.trial).toMatchObject({ slot: 'b', from: '1.0.0', to: '1.1.0', command: '01COMMAND' });
    expect(updater.absence()).toBe('updating');
  });

  it('does nothing when there is nothing newer', async () => {
    await using b = await bench();
    const updater = await b.open();
    expect(await updater.install({ force: false }, b.context)).toEqual({ from: '1.0.0', to: '1.0.0', changed: false });
    b.source.offered = await release('0.9.0');
    expect(await updater.install({ force: false }, b.context)).toMatchObject({ changed: false });
    expect(b.source.fetched).toBe(0);
  });

  it('never begins while something must not be cut off, unless by force; what was fetched stays', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    const done = b.busy.mark('a call trace');
    await expect(updater.install({ force: false }, b.context)).rejects.toMatchObject({
      code: 'update.busy',
      detail: 'a call trace',
    });
    expect(readSlots(b.root)?.trial).toBeUndefined();
    expect(updater.status().last).toBeNull();
    done();
    expect(await b.left(updater.install({ force: false }, b.context))).toBe('restarted');
    expect(b.source.fetched).toBe(1);
  });

  it('is one at a time', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    const first = updater.check(b.context.signal);
    await expect(updater.check(b.context.signal)).rejects.toMatchObject({ code: 'update.busy' });
    expect(await first).toMatchObject({ current: '1.0.0', available: { version: '1.1.0' } });
    expect(updater.status()).toMatchObject({ phase: 'idle', available: '1.1.0', lastCheckAt: expect.any(String) });
  });

  it('marks the gateway as busy while the new version proves itself', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    expect(b.busy.busy()).toBeUndefined();
    await b.left(updater.install({ force: false }, b.context));
    const next = await b.open('1.1.0', 'b');
    expect(next.status().phase).toBe('proving');
    expect(b.busy.busy()).toContain('1.1.0');
    await next.stop();
  });
});

describe('the schedule’s turn', () => {
  it('installs what was fetched when the cloud is out of reach (GWS-8)', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    await updater.prefetch(b.context.signal);
    b.source.reachable = false;
    expect(await b.left(updater.runScheduled(b.context.signal))).toBe('restarted');
    expect(readSlots(b.root)?.trial).toMatchObject({ to: '1.1.0' });
  });

  it('waits for a call trace to end', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const updater = await b.open();
    const done = b.busy.mark('a call trace');
    let isTracing = true;
    setTimeout(() => {
      isTracing = false;
      done();
    }, 500);
    expect(await b.left(updater.runScheduled(b.context.signal))).toBe('restarted');
    expect(isTracing).toBe(false);
  });

  it('does not try a version again that was rolled back; a person may', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    const first = await b.open();
    await b.left(first.install({ force: false }, b.context));
    const trial = readSlots(b.root)?.trial ?? failed();
    const reason = new DemarcError('update.no-cloud', 'no route').toText();
    decide(b.root, trial, { outcome: 'Rolled back', at: '2026-11-22T12:05:00.000Z', reason });
    const next = await b.open();
    await next.goOn();
    expect(next.status().last).toMatchObject({
      outcome: 'Rolled back',
      to: '1.1.0',
      reason: { code: 'update.no-cloud' },
    });
    const signal = new AbortController().signal;
    await next.runScheduled(signal);
    expect(readSlots(b.root)?.trial).toBeUndefined();
    const context = { ...b.context, signal };
    await expect(next.resume({ force: false }, { version: '1.1.0', trial: trial.id }, context)).rejects.toMatchObject({
      code: 'update.no-cloud',
      detail: 'no route',
    });
  });
});

describe('what came of an update', () => {
  it('is told once, as an event, however often the gateway starts', async () => {
    await using b = await bench();
    b.source.offered = await release('1.1.0');
    await b.left((await b.open()).install({ force: false }, b.context));
    decide(b.root, readSlots(b.root)?.trial ?? failed(), { outcome: 'Updated', at: '2026-11-22T12:05:00.000Z' });
    for (let start = 0; start < 2; start += 1) await (await b.open('1.1.0', 'b')).goOn();
    const events = b.outbox.records.filter(({ kind }) => kind === 'event');
    expect(events.map(({ data }) => (data as { name: string }).name)).toEqual(['gateway.update-done']);
  });
});

const failed = (): never => {
  throw new Error('there is no trial');
};
