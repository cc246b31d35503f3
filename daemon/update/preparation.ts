/** From an offer to a complete release in the free slot; nothing of it runs yet. */
import type { KeyObject } from 'node:crypto';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import {
  isComplete,
  otherSlot,
  RELEASE_FILE,
  readSlots,
  type SlotName,
  slotFolder,
  updateFolder,
} from '#config/slots.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type ReleaseManifest, SignedRelease } from '#contract/update.ts';
import { removeUpdateJob, writeUpdateJob } from './job.ts';
import type { ReleaseSource } from './release-source.ts';
import type { PreparingState } from './states.ts';
import { verifiedManifest } from './verify.ts';

/** An offer whose signature is right, with the text that was signed. */
export interface VerifiedRelease {
  signed: SignedRelease;
  manifest: ReleaseManifest;
}

interface PreparationOptions {
  root: string;
  stateFolder: string;
  platform: string;
  keys: () => readonly KeyObject[];
  source: ReleaseSource;
  /** Which step it is at. */
  onStep: (state: PreparingState) => void;
}

export interface PreparationContext {
  signal: AbortSignal;
  progress: (text: string, percent?: number) => void;
}

/** What is never used up, for the store and the log of the gateway. */
const RESERVE_BYTES = 50 * 1024 * 1024;

/** For the start of the old version, its log and its report. */
const WAY_BACK_BYTES = 8 * 1024 * 1024;

/** Finds, fetches, compares and unpacks releases. One call at a time; the updater sees to that. */
export class Preparation {
  readonly #options: PreparationOptions;

  constructor(options: PreparationOptions) {
    this.#options = options;
  }

  /** The source's offer, verified. @throws DemarcError those of the source and of `verifiedManifest` */
  async find(version: string | undefined, signal: AbortSignal): Promise<VerifiedRelease | undefined> {
    const signed = await this.#options.source.find(version, signal);
    if (signed === undefined) return undefined;
    const release = this.#verified(signed);
    if (version !== undefined && release.manifest.version !== version) {
      throw new DemarcError('update.bad-manifest', `version ${version} was asked for`);
    }
    return release;
  }

  /** The release that was fetched completely earlier, verified again; for updates without a cloud. */
  async fetched(): Promise<VerifiedRelease | undefined> {
    const text = await readFileIfThere(this.#offerFile);
    const signed = SignedRelease.safeParse(parse(text));
    if (!signed.success) return undefined;
    const release = this.#verified(signed.data);
    const there = await stat(this.#archiveFile(release.manifest)).catch(() => undefined);
    return there?.size === release.manifest.archive.bytes ? release : undefined;
  }

  /** Fetches the archive, whole; one that is there already is kept. @throws DemarcError `update.no-space`, `update.download-failed` */
  async fetch({ signed, manifest }: VerifiedRelease, { signal, progress }: PreparationContext): Promise<void> {
    const { stateFolder, source, onStep } = this.#options;
    onStep('downloading');
    await writeUpdateJob(stateFolder, { state: 'downloading', version: manifest.version });
    await this.#forgetOthers(manifest);
    await replaceFile(this.#offerFile, JSON.stringify(signed));
    const path = this.#archiveFile(manifest);
    const { bytes } = manifest.archive;
    const there = (await stat(path).catch(() => undefined))?.size;
    if (there === bytes) return;
    await rm(path, { force: true });
    await this.#needSpace(updateFolder(stateFolder), bytes);
    await source.fetch(manifest.archive, path, {
      signal,
      onProgress: (done) => progress(`fetching version ${manifest.version}`, Math.round((done / bytes) * 80)),
    });
  }

  /** Compares what was fetched with what was signed. What differs is removed. @throws DemarcError `update.bad-archive` */
  async compare({ manifest }: VerifiedRelease, { signal }: PreparationContext): Promise<void> {
    const { stateFolder, onStep } = this.#options;
    onStep('verifying');
    await writeUpdateJob(stateFolder, { state: 'verifying', version: manifest.version });
    const path = this.#archiveFile(manifest);
    const { sha256Of } = await import('./release-source.ts');
    const found = await sha256Of(path, signal);
    if (found === manifest.archive.sha256) return;
    await rm(path, { force: true });
    throw new DemarcError(
      'update.bad-archive',
      `SHA-256 ${found.slice(0, 16)}…, not ${manifest.archive.sha256.slice(0, 16)}…`,
    );
  }

  /** Unpacks into the slot that does not run, and gives its name. @throws DemarcError those of `unpackRelease`, `update.no-space` */
  async unpack(
    { signed, manifest }: VerifiedRelease,
    running: SlotName,
    context: PreparationContext,
  ): Promise<SlotName> {
    const { root, stateFolder, onStep } = this.#options;
    const slot = otherSlot(running);
    const folder = slotFolder(root, slot);
    onStep('unpacking');
    if (!(await this.#holds(slot, signed.manifest))) {
      await writeUpdateJob(stateFolder, { state: 'unpacking', version: manifest.version });
      context.progress(`unpacking version ${manifest.version}`, 85);
      const { unpackRelease } = await import('./unpack.ts');
      await rm(folder, { recursive: true, force: true });
      await this.#needSpace(join(root, 'slots'), manifest.unpacked.bytes);
      await unpackRelease({
        archive: this.#archiveFile(manifest),
        folder,
        limits: manifest.unpacked,
        manifest: signed.manifest,
        signal: context.signal,
      });
    }
    onStep('installed');
    await writeUpdateJob(stateFolder, { state: 'installed', version: manifest.version });
    return slot;
  }

  /** Takes the room that a way back needs; whoever goes back frees it (config/slots.ts). @throws DemarcError `config.unwritable` */
  async reserveRoom(): Promise<void> {
    await replaceFile(join(updateFolder(this.#options.stateFolder), 'reserve'), new Uint8Array(WAY_BACK_BYTES));
  }

  /** The preparation is over: it went on to a trial, or failed. What was fetched stays. */
  async end(): Promise<void> {
    await removeUpdateJob(this.#options.stateFolder);
  }

  /** Removes what was fetched. */
  async clear(): Promise<void> {
    await rm(updateFolder(this.#options.stateFolder), { recursive: true, force: true });
  }

  async #holds(slot: SlotName, manifest: string): Promise<boolean> {
    const { root } = this.#options;
    // The slot of a version that was rolled back may be as it should be, or be what was wrong.
    if (!isComplete(root, slot) || readSlots(root)?.last?.outcome === 'Rolled back') return false;
    return (await readFileIfThere(join(slotFolder(root, slot), RELEASE_FILE))) === manifest;
  }

  #verified(signed: SignedRelease): VerifiedRelease {
    const { keys, platform } = this.#options;
    return { signed, manifest: verifiedManifest(signed, { keys: keys(), platform }) };
  }

  get #offerFile(): string {
    return join(updateFolder(this.#options.stateFolder), 'offer.json');
  }

  #archiveFile({ archive }: ReleaseManifest): string {
    return join(updateFolder(this.#options.stateFolder), `${archive.sha256}.tar.gz`);
  }

  /** One archive is kept, not one for each version that ever was. */
  async #forgetOthers(manifest: ReleaseManifest): Promise<void> {
    const folder = updateFolder(this.#options.stateFolder);
    const keep = basename(this.#archiveFile(manifest));
    for (const name of await readdir(folder)) {
      if (/\.tar\.gz(\.part)?$/.test(name) && !name.startsWith(keep)) await rm(join(folder, name), { force: true });
    }
  }

  async #needSpace(folder: string, bytes: number): Promise<void> {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free < bytes + RESERVE_BYTES) {
      const mib = (n: number) => `${Math.ceil(n / 1_048_576)} MiB`;
      throw new DemarcError('update.no-space', `${folder}: ${mib(free)} free, ${mib(bytes + RESERVE_BYTES)} needed`);
    }
  }
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
