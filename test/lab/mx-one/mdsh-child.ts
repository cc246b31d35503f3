/** The `mdsh` of a simulated MX-ONE as a program: `mdsh -c COMMAND`; its site is the file named by MDSH_SITE. */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { runMdsh } from './run.ts';
import type { MxOneSite } from './site.ts';

const [option, ...words] = process.argv.slice(2);
const command = (words[0] === '-f' ? words[1] : words[0]) ?? '';
const file = process.env['MDSH_SITE'] ?? '';
const before = readFileSync(file, 'utf8');
const site = JSON.parse(before) as MxOneSite;
if (option !== '-c') process.exit(2);
for (const step of runMdsh(command, site)) {
  // What a command changes is in effect before it says so.
  const after = JSON.stringify(site);
  if (after !== before) writeFileSync(file, after);
  if ('exit' in step) process.exit(step.exit);
  if ('hang' in step) hang();
  else write(Buffer.from(step.text));
}

/** Waits for ever, which is until whoever started it is gone. */
function hang(): void {
  setInterval(() => undefined, 1000);
  process.stdin.on('end', () => process.exit(1)).resume();
}

/** A full pipe is not an error. */
function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
