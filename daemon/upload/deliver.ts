/** The last step of a command that makes a file: it is brought to the cloud, goes on there after a kill, and is removed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { CommandContext } from '../commands/handler.ts';
import type { UploadFile, UploadOptions } from './upload-file.ts';

/** What a delivery needs of the daemon. */
export type DeliveryParts = Pick<UploadOptions, 'target' | 'certificate' | 'clock' | 'random' | 'log' | 'waits'>;

/** What is left of a command that nobody goes on with, in milliseconds. */
const LEFTOVER_MS = 2 * 86_400_000;

/**
 * Uploads the file for the command and removes it; `fromPercent` is how far the command is at its beginning.
 * @throws DemarcError as `uploadFile`
 */
export async function deliver(
  { target, certificate, clock, random, log, waits }: DeliveryParts,
  { file, fileName, bytes, sha256 }: UploadFile,
  context: CommandContext,
  fromPercent: number,
): Promise<void> {
  const { uploadFile } = await import('./upload-file.ts');
  try {
    await uploadFile({
      command: context.id,
      upload: { file, fileName, bytes, sha256 },
      target,
      certificate,
      clock,
      random,
      log,
      signal: context.signal,
      progress: (sent) =>
        context.progress(
          `Sent ${megabytes(sent)} of ${megabytes(bytes)}`,
          fromPercent + (sent / bytes) * (100 - fromPercent),
        ),
      interrupted: (error) => context.progress(`Interrupted, goes on by itself: ${error.message}`),
      ...(waits === undefined ? {} : { waits }),
    });
  } catch (error) {
    // At a stop of the daemon the command stays open and goes on with this file; otherwise nobody will.
    if (toDemarcError(error).code !== 'command.interrupted') await rm(file, { force: true });
    throw error;
  }
  await rm(file, { force: true });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Whether the file is what it was when it was finished: a power cut may have taken what was not yet on the disk. */
export async function isWhole(file: string, { bytes, sha256 }: Pick<UploadFile, 'bytes' | 'sha256'>): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (info?.size !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex') === sha256;
}

/** Removes what commands left behind in a folder that will never be gone on with. */
export async function sweepLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined && now - info.mtimeMs > LEFTOVER_MS) await rm(path, { force: true });
  }
}
