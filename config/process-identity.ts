import { readFileSync } from 'node:fs';

/**
 * Which process a number means: the kernel's boot, the number, and when it began. Numbers are given out again; the three
 * together are not. It stays the same when the process becomes another program (execve). Undefined when there is none.
 */
export function processIdentity(pid: number = process.pid): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything; the fields after it are counted from there.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // A zombie has ended: its parent has only not heard of it yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot}/${pid}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** Whether the process of this identity still runs. */
export const isAlive = (identity: string): boolean => processIdentity(pidOf(identity)) === identity;

/** The number of an identity's process. */
export const pidOf = (identity: string): number => Number(identity.split('/')[1]);
