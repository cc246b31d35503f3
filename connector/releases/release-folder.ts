import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Log } from '#config/log.ts';
import { compareVersions, ReleaseManifest, SignedRelease } from '#contract/update.ts';

/** What an operator dropped: a signed description whose archive lies beside it, whole. */
interface Release {
  signed: SignedRelease;
  manifest: ReleaseManifest;
}

const DESCRIPTION = /^[A-Za-z0-9._+-]{1,160}\.release\.json$/;
/** An operator cleans up now and then; a folder of anything must not cost more than this. */
const MOST = 200;
const MAX_BYTES = 128 * 1024;

/**
 * The folder `releases/<channel>` of the connector's data. Signatures are the gateways' business: who can write here can
 * offer, and only who has the key can be taken.
 */
export class ReleaseFolder {
  readonly #folder: string;
  readonly #log: Log;

  constructor(options: { folder: string; log: Log }) {
    this.#folder = options.folder;
    this.#log = options.log;
  }

  /** The newest release for the platform, or the one of that version. Undefined when there is none. */
  async find(channel: string, platform: string, version: string | undefined): Promise<SignedRelease | undefined> {
    const fitting = (await this.#list(channel)).filter(
      ({ manifest }) => manifest.platform === platform && (version === undefined || manifest.version === version),
    );
    fitting.sort((a, b) => compareVersions(b.manifest.version, a.manifest.version));
    return fitting[0]?.signed;
  }

  /** The archive of an offered release from a byte on; undefined when none has that name. */
  async archive(
    channel: string,
    file: string,
  ): Promise<{ bytes: number; read: (range: { start: number; end: number }) => Readable } | undefined> {
    const offered = (await this.#list(channel)).find(({ manifest }) => manifest.archive.file === file);
    if (offered === undefined) return undefined;
    const path = join(this.#folder, channel, file);
    return { bytes: offered.manifest.archive.bytes, read: (range) => createReadStream(path, range) };
  }

  async #list(channel: string): Promise<Release[]> {
    const folder = join(this.#folder, channel);
    const names = await readdir(folder).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    const found: Release[] = [];
    for (const name of names
      .filter((name) => DESCRIPTION.test(name))
      .sort()
      .slice(-MOST)) {
      const release = await this.#read(folder, name);
      if (typeof release !== 'string') found.push(release);
      else this.#log.warn({ code: 'update.bad-manifest', channel, name, problem: release }, 'a release is not offered');
    }
    return found;
  }

  /** A release, or why it is not offered. */
  async #read(folder: string, name: string): Promise<Release | string> {
    try {
      const signed = SignedRelease.parse(JSON.parse(await readSmall(join(folder, name))));
      const manifest = ReleaseManifest.parse(JSON.parse(signed.manifest));
      // While an operator still copies the archive, the release is not there yet.
      const { size } = await stat(join(folder, manifest.archive.file));
      if (size !== manifest.archive.bytes) return `its archive has ${size} of ${manifest.archive.bytes} bytes`;
      return { signed, manifest };
    } catch (error) {
      return error instanceof Error ? error.message.slice(0, 300) : String(error);
    }
  }
}

async function readSmall(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
    return await readFile(handle, 'utf8');
  } finally {
    await handle.close();
  }
}
