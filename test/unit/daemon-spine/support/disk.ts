import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const shell = (command: string) => spawnSync('sh', ['-c', command]);

/** Whether this process may mount file systems. */
export const mayMount = (): boolean =>
  process.getuid?.() === 0 && shell('unshare -m mount -t tmpfs none /mnt').status === 0;

/** A disk of so many megabytes that can be filled. */
export async function smallDisk(folder: string, megabytes: number): Promise<AsyncDisposable & { path: string }> {
  const path = join(folder, 'disk');
  await mkdir(path);
  const mounted = shell(`mount -t tmpfs -o size=${megabytes}m none '${path}'`);
  if (mounted.status !== 0) throw new Error(mounted.stderr.toString());
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      shell(`umount -l '${path}'`);
    },
  };
}
