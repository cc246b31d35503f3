/**
 * Lets a process run for fractions of a millisecond at a time until its disk shows a state, and leaves it stopped there:
 * `node stepper-child.ts PID WATCH STATES` (JSON). Prints the state in which it stands. A process of its own, because nothing
 * may come between two looks.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Watch, watcher } from './watch.ts';

const [pid = '', watch = '', wanted = ''] = process.argv.slice(2);
const states = z.array(z.string()).parse(JSON.parse(wanted));
const look = watcher(Watch.parse(JSON.parse(watch)));

/** An fsync takes longer than this on any disk, so that no state is stepped over. */
const SLICE_MS = 0.4;
/** Other lanes step beside it. */
const LIMIT_MS = 120_000;

/** Whether all threads stand still: one that waits for the disk goes on to the end of that. */
const isStopped = (): boolean =>
  readdirSync(`/proc/${pid}/task`).every((task) => {
    try {
      return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'));
    } catch {
      return true;
    }
  });

/** A SIGCONT from elsewhere undoes a stop that is not carried out yet: then it is asked for again. */
const PATIENCE_MS = 50;
const end = performance.now() + LIMIT_MS;

function halt(): void {
  while (performance.now() < end + LIMIT_MS) {
    process.kill(Number(pid), 'SIGSTOP');
    const again = performance.now() + PATIENCE_MS;
    while (performance.now() < again) if (isStopped()) return;
  }
  process.stderr.write('it could not be stopped\n');
  process.kill(Number(pid), 'SIGCONT');
  process.exit(1);
}

halt();
for (let state = await look(); ; state = await look()) {
  if (state !== undefined && states.includes(state)) {
    process.stdout.write(`${state}\n`);
    break;
  }
  if (performance.now() > end) {
    process.stderr.write(`the last state was ${state ?? 'none'}\n`);
    process.kill(Number(pid), 'SIGCONT');
    process.exit(1);
  }
  process.kill(Number(pid), 'SIGCONT');
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until);
  halt();
}
