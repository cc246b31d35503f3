/** Unpacks a release whose checksum has been compared into the free slot. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { replaceFile } from '#config/atomic-file.ts';
import { RELEASE_FILE } from '#config/slots.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ReleaseManifest } from '#contract/update.ts';

interface UnpackOptions {
  archive: string;
  /** The free slot; whatever is in it is removed. */
  folder: string;
  limits: ReleaseManifest['unpacked'];
  /** The manifest's text: written last, it makes the slot a complete one. */
  manifest: string;
  signal: AbortSignal;
}

/** Names that are files of a release: below its root, of plain characters, at most ten folders deep. */
const NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9._+@-]{0,120}\/){0,10}[A-Za-z0-9_][A-Za-z0-9._+@-]{0,120}$/;

/**
 * Everything is on the disk before the slot counts as complete. Nothing but files is taken, each at a place of its own
 * below the slot.
 * @throws DemarcError `update.unsafe-archive`, `update.bad-archive`, `update.write-failed`; the slot is incomplete then
 */
export async function unpackRelease(options: UnpackOptions): Promise<void> {
  const { archive, folder, limits, manifest, signal } = options;
  try {
    // First of all what makes it complete: a kill must not leave a slot that looks whole.
    await rm(join(folder, RELEASE_FILE), { force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeEntries(archive, folder, limits, signal);
    await syncFolders(folder);
    await replaceFile(join(folder, RELEASE_FILE), manifest, 0o644);
  } catch (error) {
    signal.throwIfAborted();
    throw translated(error);
  }
}

async function writeEntries(
  archive: string,
  folder: string,
  limits: UnpackOptions['limits'],
  signal: AbortSignal,
): Promise<void> {
  const tar = extract();
  const source = createReadStream(archive, { signal });
  const gunzip = createGunzip();
  const fail = (error: Error) => tar.destroy(error);
  source.once('error', fail);
  gunzip.once('error', fail);
  source.pipe(gunzip).pipe(tar);
  const seen = new Set<string>();
  let bytes = 0;
  try {
    for await (const entry of tar) {
      const { name, size } = entry.header;
      const path = safePath(entry.header, seen);
      bytes += size;
      if (seen.size > limits.files || bytes > limits.bytes) {
        throw new DemarcError('update.unsafe-archive', `more than ${limits.files} files or ${limits.bytes} bytes`);
      }
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      // Programs of a release stand in bin/; the archive's own rights count for nothing.
      const file = await open(target, 'wx', name.startsWith('bin/') ? 0o755 : 0o644);
      try {
        await write(file, Readable.from(entry));
        await file.sync();
      } finally {
        await file.close();
      }
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (seen.size !== limits.files || bytes !== limits.bytes) {
    throw new DemarcError('update.bad-archive', `${seen.size} files, ${bytes} bytes`);
  }
}

function safePath({ type, name }: Header, seen: Set<string>): string {
  if (type !== 'file') throw new DemarcError('update.unsafe-archive', `${type ?? 'something'} ${name.slice(0, 100)}`);
  if (!NAME.test(name) || seen.has(name) || name === RELEASE_FILE) {
    throw new DemarcError('update.unsafe-archive', `the name ${JSON.stringify(name.slice(0, 100))}`);
  }
  seen.add(name);
  return name;
}

async function write(file: FileHandle, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) at += (await file.write(chunk, at)).bytesWritten;
  }
}

/** Names are in folders: they must be on the disk as well as what they name. */
async function syncFolders(root: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  for (const folder of [...folders, root, dirname(root)]) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

function translated(error: unknown): DemarcError {
  if (error instanceof DemarcError && error.code !== 'config.unwritable') return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const text = error instanceof Error ? error.message : String(error);
  // What is wrong with the content has a code of zlib or none; what the disk says has one of the system.
  const isContent = code === '' || code.startsWith('Z_') || code.startsWith('ERR_');
  return new DemarcError(isContent ? 'update.bad-archive' : 'update.write-failed', (code || text).slice(0, 200), {
    cause: error,
  });
}
