/** How much memory and time a bundle takes, of a small log and of one that is a hundred times larger. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { temporaryFolder } from '#test/support/program.ts';
import { type Findings, rounded } from './report.ts';

/** As the daemon itself runs. */
const NODE = ['--optimize-for-size', '--max-semi-space-size=1', '--semi-space-growth-factor=1'];
const Measured = z.object({ seconds: z.number(), peakMiB: z.number(), startMiB: z.number(), bytes: z.number() });
const SMALL_BYTES = 3_000_000;
const LARGE_BYTES = 300_000_000;
const run = promisify(execFile);

function* logLines(bytes: number): Generator<string> {
  let written = 0;
  for (let n = 0; written < bytes; n += 1) {
    const time = new Date(1_795_341_600_000 + n * 7).toISOString();
    const secret = n % 50 === 0 ? { password: `hunter${n}` } : {};
    const line = JSON.stringify({
      level: 'info',
      time,
      unit: 'daemon',
      run: n * 7919,
      read: n,
      ...secret,
      msg: 'a sync went on',
    });
    written += line.length + 1;
    yield `${line}\n`;
  }
}

async function measure(bytes: number) {
  await using folder = await temporaryFolder('bench-bundle');
  const log = join(folder.path, 'logs', 'daemon.1.log');
  await mkdir(join(folder.path, 'logs'));
  await pipeline(Readable.from(logLines(bytes)), createWriteStream(log));
  const child = await run(process.execPath, [...NODE, join(import.meta.dirname, 'bundle-child.ts'), folder.path]);
  const started = performance.now();
  await run('sh', ['-c', `tail -c 167772160 "$1" | gzip -6 > "$1.gz"`, 'sh', log]);
  const gzipSeconds = (performance.now() - started) / 1000;
  return { ...Measured.parse(JSON.parse(child.stdout)), gzipSeconds, gzipBytes: (await stat(`${log}.gz`)).size };
}

/** `npm run bench -- bundle`. The reference for time is `gzip -6` over as much of the same log as is collected. */
export async function bundle({ say }: { say: (text: string) => void }): Promise<Findings> {
  const small = await measure(SMALL_BYTES);
  say(`3 MB: ${rounded(small.seconds)} s, peak ${rounded(small.peakMiB)} MiB`);
  const large = await measure(LARGE_BYTES);
  say(`300 MB: ${rounded(large.seconds)} s (gzip ${rounded(large.gzipSeconds)} s), peak ${rounded(large.peakMiB)} MiB`);
  return {
    bars: [
      { name: 'memory of 300 MB above that of 3 MB, MiB', value: rounded(large.peakMiB - small.peakMiB), limit: 24 },
      { name: 'bundle / gzip -6, time', value: rounded(large.seconds / large.gzipSeconds), limit: 8 },
    ],
    figures: { small, large },
  };
}
