/**
 * Runs as a short-lived process of its own, because some of these sources hang on a stuck dmidecode or a dead network
 * mount (measured). Writes one JSON line for each source as soon as it is there, so that one that hangs costs no other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpu, fsSize, mem, osInfo, system } from 'systeminformation';

/** How long the sources that block this process wait for the others, in milliseconds. */
const PATIENCE_MS = 5000;
/** The parent ends this process long before; this is for a parent that was killed. */
const LAST_RESORT_MS = 30_000;

const tell = (line: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

async function read(source: string, work: () => Promise<unknown>): Promise<void> {
  try {
    tell({ source, value: await work() });
  } catch (error) {
    tell({ source, problem: error instanceof Error ? error.message : String(error) });
  }
}

setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
// Never more than these: others of the package block for seconds or pass texts to a shell.
const quick = Promise.all([read('mem', mem), read('osInfo', osInfo), read('cpu', cpu), read('fsSize', () => fsSize())]);
await Promise.race([quick, sleep(PATIENCE_MS)]);
await read('system', system);
await quick;
process.exit(0);
