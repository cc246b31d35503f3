import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As bin/demarc-daemon.mjs starts the daemon. What it sets by code, `--optimize-for-size`, a child sets by itself. */
const FLAGS = ['--max-semi-space-size=4', '--semi-space-growth-factor=1'];
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '65536' };

/** Runs a child of a bench with the flags and the allocator of the daemon; gives what it printed as JSON. */
export async function runAsDaemon<Task, Found>(child: URL, task: Task): Promise<Found> {
  const { stdout } = await run(process.execPath, [...FLAGS, child.pathname, JSON.stringify(task)], {
    env: { ...process.env, ...ALLOCATOR },
  });
  return JSON.parse(stdout) as Found;
}
