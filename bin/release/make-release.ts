/** Makes the two files of a release: the archive, and its description with the signature (contract/update.ts). */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { RELEASE_FILE } from '#config/slots.ts';
import { ReleaseManifest, type SignedRelease } from '#contract/update.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface ReleaseOptions {
  /** A folder with the content of a slot (`stageRelease`). */
  files: string;
  version: string;
  platform: string;
  key: KeyObject;
  out: string;
  notes?: string | undefined;
  minVersion?: string | undefined;
  now: Date;
}

/** Where the two files are, and what the slot of this release is described by. */
export interface MadeRelease {
  archive: string;
  description: string;
  manifest: string;
}

/** The content of a slot out of the built daemon: `trusted` are the public keys whose releases it will take. */
export async function stageRelease(options: {
  folder: string;
  built?: string;
  pages?: string;
  version: string;
  platform: string;
  trusted: readonly KeyObject[];
  node?: string | undefined;
}): Promise<void> {
  const { folder, version, platform, trusted, node } = options;
  const { built = join(ROOT, 'dist/daemon'), pages = join(ROOT, 'dist/wizard') } = options;
  const prebuilds = join(built, 'prebuilds');
  await cp(built, join(folder, 'dist/daemon'), {
    recursive: true,
    // The compiled part of the database, for this platform alone.
    filter: (path) => !relative(prebuilds, path).match(/^[^.]/) || relative(prebuilds, path).startsWith(platform),
  });
  // The pages that the daemon serves lie beside it.
  if (existsSync(pages)) await cp(pages, join(folder, 'dist/wizard'), { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'demarc', version, private: true, type: 'module' }, undefined, 2)}\n`,
  );
  const keys = trusted.map((key) => key.export({ type: 'spki', format: 'pem' }).toString());
  await writeFile(join(folder, 'release-keys.json'), `${JSON.stringify(keys, undefined, 2)}\n`);
  if (node === undefined) return;
  await mkdir(join(folder, 'bin'), { recursive: true });
  await copyFile(node, join(folder, 'bin/node'));
}

/** Packs, describes and signs. The same files give the same archive. */
export async function makeRelease(options: ReleaseOptions): Promise<MadeRelease> {
  const { files, version, platform, key, out, notes = '', minVersion, now } = options;
  await mkdir(out, { recursive: true });
  const name = `demarc-${version}-${platform}`;
  const archive = join(out, `${name}.tar.gz`);
  const unpacked = await packFolder(files, archive);
  const manifest = `${JSON.stringify(
    ReleaseManifest.parse({
      product: 'demarc-gateway',
      version,
      ...(minVersion === undefined ? {} : { minVersion }),
      platform,
      createdAt: now.toISOString(),
      notes,
      archive: { file: `${name}.tar.gz`, bytes: (await stat(archive)).size, sha256: await sha256Of(archive) },
      unpacked,
    }),
    undefined,
    2,
  )}\n`;
  const signed: SignedRelease = { manifest, signature: sign(null, Buffer.from(manifest), key).toString('base64') };
  const description = join(out, `${name}.release.json`);
  await writeFile(description, `${JSON.stringify(signed, undefined, 2)}\n`);
  return { archive, description, manifest };
}

/** A folder under the system's temporary one that lives as long as `use`. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'demarc-release-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function packFolder(folder: string, archive: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== RELEASE_FILE)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(archive));
  let bytes = 0;
  for (const path of paths) {
    const content = await readFile(join(folder, path));
    bytes += content.length;
    tar.entry({ name: path, mode: path.startsWith('bin/') ? 0o755 : 0o644, mtime: new Date(0) }, content);
  }
  tar.finalize();
  await written;
  return { files: paths.length, bytes };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
