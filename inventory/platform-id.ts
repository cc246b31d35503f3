import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The machine id is not to leave the machine as it is (machine-id(5)); this makes ours from it. */
const SALT = 'demarc platform id 1';
const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'] as const;

/**
 * The stable id of this host: its machine id, keyed and hashed, else `fallback`, which the caller has made once and
 * keeps on its disk.
 */
export async function platformId(fallback: string, files: readonly string[] = MACHINE_ID_FILES): Promise<string> {
  for (const file of files) {
    // A host without this file is no fault: the next file, or the fallback, stands in.
    const text = await readFile(file, 'utf8').catch(() => '');
    const machine = text.trim().toLowerCase();
    if (/^[0-9a-f]{32}$/.test(machine) && !/^0+$/.test(machine)) {
      return createHmac('sha256', SALT).update(machine).digest('hex').slice(0, 32);
    }
  }
  return fallback;
}
