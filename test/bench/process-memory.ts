/** Memory of a running process as Linux counts it (proc(5), /proc/PID/status), in MiB. */
import { readFile, writeFile } from 'node:fs/promises';

async function field(pid: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no ${name}`);
  return Number(kilobytes) / 1024;
}

/** What the process has in memory now. */
export const residentMiB = (pid: number): Promise<number> => field(pid, 'VmRSS');

/** The most that the process had in memory since `resetPeak`. The kernel notes it, so no moment is missed. */
export const peakMiB = (pid: number): Promise<number> => field(pid, 'VmHWM');

export const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');
