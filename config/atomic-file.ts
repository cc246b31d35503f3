import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder for its owner alone, and whatever is missing above it. Not by Node's `recursive`, which goes round for
 * ever where the kernel answers ENOENT to every new folder, as in /proc.
 * @throws DemarcError `config.unwritable`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path);
  } catch (error) {
    throw new DemarcError('config.unwritable', path, { cause: error });
  }
}

async function make(path: string): Promise<void> {
  try {
    await mkdirIfMissing(path);
  } catch (error) {
    const above = dirname(path);
    if (!isMissing(error) || above === path) throw error;
    await make(above);
    await mkdirIfMissing(path);
  }
}

async function mkdirIfMissing(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

/**
 * Replaces a file so that after a power cut either the old or the new content is there, whole: write beside it, fsync,
 * rename, fsync the folder.
 * @throws DemarcError `config.unwritable`
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await makeFolder(dirname(path));
    const handle = await open(temporary, 'w', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    // Where writing failed, tidying may fail too; the first failure is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error instanceof DemarcError ? error : new DemarcError('config.unwritable', path, { cause: error });
  }
}

/** Reads a file; undefined when there is none. @throws DemarcError `config.unreadable` */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new DemarcError('config.unreadable', path, { cause: error });
  }
}

/** Removes a file and makes the removal durable. No error when it is not there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path)).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}
