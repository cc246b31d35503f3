/** The `mdsh` of a simulated MX-ONE as a program: `mdsh -c COMMAND`; its site is the file named by MDSH_SITE. */
import { readFileSync, writeSync } from 'node:fs';
import { runMdsh } from './run.ts';
import type { MxOneSite } from './site.ts';

const [option, command = ''] = process.argv.slice(2);
const site = JSON.parse(readFileSync(process.env['MDSH_SITE'] ?? '', 'utf8')) as MxOneSite;
if (option !== '-c') process.exit(2);
for (const step of runMdsh(command, site)) {
  if ('exit' in step) process.exit(step.exit);
  if ('hang' in step) setInterval(() => undefined, 1000);
  else write(Buffer.from(step.text));
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
