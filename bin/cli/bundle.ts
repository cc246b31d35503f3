import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { LocalApi } from './client.ts';
import { type Output, plain } from './output.ts';

export interface BundleOptions {
  out?: string;
}

const Missing = z.array(z.string());
/** The self-test and the logs of a large site take their time. */
const LIMIT_MS = 10 * 60_000;

/** `demarc bundle`: everything that support needs in one file without secrets. The file is there only when it is whole. */
export async function bundle(api: LocalApi, out: Output, options: BundleOptions): Promise<number> {
  if (!out.json) out.writeError('Collecting. This may take a few minutes.\n');
  const answer = await api.file({ method: 'POST', path: '/api/bundle', body: { type: 'bundle' }, limitMs: LIMIT_MS });
  const { headers } = answer;
  const named = /filename="([\w.-]+)"/.exec(headers['content-disposition'] ?? '')?.[1];
  const file = resolve(options.out ?? basename(named ?? 'demarc-bundle.tar.gz'));
  const temporary = `${file}.part`;
  try {
    await pipeline(answer, createWriteStream(temporary, { mode: 0o600 }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new DemarcError('bundle.unwritable', file, { cause: error });
  }
  const bytes = Number(headers['content-length']);
  const sha256 = String(headers['bundle-sha256']);
  const missing = Missing.parse(JSON.parse(decodeURIComponent(String(headers['bundle-missing']))));
  if (out.json) out.write(`${JSON.stringify({ file, bytes, sha256, missing })}\n`);
  else {
    out.write(`${plain(file)} (${(bytes / 1e6).toFixed(1)} MB)\n`);
    for (const part of missing) out.write(`  not in it: ${plain(part)}\n`);
    out.write('Passwords and keys have been removed; redaction.json in it says how many.\n');
  }
  return 0;
}
