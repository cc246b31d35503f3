import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collector } from '../collector.ts';

/** A folder with more files than this is only counted so far. */
const MAX_FILES = 20_000;

/** How full the disk of the state folder is, and which of its folders takes how much. */
export const disk: Collector = {
  id: 'disk',
  limitMs: 20_000,
  collect: async ({ sources, out, signal }) => {
    const { stateFolder } = sources;
    const { bsize, blocks, bavail, files, ffree } = await statfs(stateFolder);
    const usage: Record<string, { files: number; bytes: number }> = {};
    for (const entry of await readdir(stateFolder, { withFileTypes: true })) {
      usage[entry.name] = await usageOf(join(stateFolder, entry.name), signal);
    }
    await out.document('disk.json', {
      stateFolder,
      totalBytes: blocks * bsize,
      freeBytes: bavail * bsize,
      inodes: files,
      freeInodes: ffree,
      usage,
    });
  },
};

/** Files come and go while they are counted. */
async function usageOf(path: string, signal: AbortSignal): Promise<{ files: number; bytes: number }> {
  const sum = { files: 0, bytes: 0 };
  const names = await readdir(path, { recursive: true }).catch(() => ['']);
  for (const name of names.slice(0, MAX_FILES)) {
    signal.throwIfAborted();
    const info = await stat(join(path, name)).catch(() => undefined);
    if (info?.isFile() !== true) continue;
    sum.files += 1;
    sum.bytes += info.size;
  }
  return sum;
}
