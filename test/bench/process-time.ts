/** Processor time of a running process as Linux counts it, all its threads together, in milliseconds (proc(5), schedstat). */
import { readdir, readFile } from 'node:fs/promises';

export async function processorMs(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    // A thread may end while the others are read.
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
  );
  return times.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0);
}
