/** The command `gateway.collect-logs`: makes the bundle, brings it to the cloud, and goes on with either after a kill. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { CommandOutput, LogRequest } from '#contract/commands.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { CommandContext, ResumableHandler } from '../commands/handler.ts';
import type { ClientCertificate, CloudTarget } from '../link/cloud-way.ts';
import type { UploadOptions } from '../upload/upload-file.ts';
import type { Bundle, BundleOptions } from './make-bundle.ts';
import type { BundleSources } from './sources.ts';

export interface CollectLogsParts {
  sources: BundleSources;
  target: () => CloudTarget | undefined;
  certificate: () => ClientCertificate | undefined;
  clock: Clock;
  random: Random;
  log: Log;
  /** Sizes in bytes; those of the product when left out. */
  limits?: BundleOptions['limits'];
  waits?: UploadOptions['waits'];
}

/** Unpacked, so that what is uploaded stays below what the cloud takes however badly it can be packed. */
export const BUNDLE_LIMITS: BundleOptions['limits'] = {
  unpackedBytes: 200 * 1024 * 1024,
  reserveBytes: 150 * 1024 * 1024,
};

/** What is left of a command that nobody goes on with, in milliseconds. */
const LEFTOVER_MS = 2 * 86_400_000;

/** `collecting`: what there is of the file is worth nothing. `uploading`: the file is finished. */
const Step = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('collecting') }),
  z.object({
    phase: z.literal('uploading'),
    fileName: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    missing: z.array(z.string()),
  }),
]);
type Step = z.infer<typeof Step>;

/** In which phases the command can be met on disk; the matrix of faults is made from it. */
export const COLLECTING_PHASES = Step.options.map((option) => option.shape.phase.value);

type Output = CommandOutput<'gateway.collect-logs'>;

/** Where bundles lie until they are in the cloud. */
export const bundleFolder = (stateFolder: string): string => join(stateFolder, 'bundles');

/** The handler for the daemon's table of commands. */
export function collectLogs(parts: CollectLogsParts): ResumableHandler<'gateway.collect-logs'> {
  const folder = bundleFolder(parts.sources.stateFolder);
  const fileOf = (command: string) => join(folder, `${command}.tar.gz`);
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time: the disk and the memory of a gateway are small. */
  const make = (request: LogRequest, context: CommandContext): Promise<Bundle> => {
    const made = turn.then(async () => {
      context.signal.throwIfAborted();
      await sweep(folder, parts.clock.now());
      const { makeBundle } = await import('./make-bundle.ts');
      const { sources, clock, log, limits = BUNDLE_LIMITS } = parts;
      const { id: name, signal } = context;
      const progress = (text: string, percent: number) => context.progress(text, percent / 2);
      return makeBundle({ sources, request, folder, name, limits, clock, log, signal, progress });
    });
    turn = made.catch(() => undefined);
    return made;
  };

  const run = async (request: LogRequest, context: CommandContext): Promise<Output> => {
    await context.checkpoint({ phase: 'collecting' } satisfies Step);
    const { fileName, bytes, sha256, missing } = await make(request, context);
    const output = { fileName, bytes, sha256, missing };
    await context.checkpoint({ phase: 'uploading', ...output } satisfies Step);
    return deliver(output, context);
  };

  const deliver = async (output: Output, context: CommandContext): Promise<Output> => {
    const file = fileOf(context.id);
    const { fileName, bytes, sha256 } = output;
    const { uploadFile } = await import('../upload/upload-file.ts');
    const { target, certificate, clock, random, log, waits } = parts;
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
          context.progress(`Sent ${megabytes(sent)} of ${megabytes(bytes)}`, 50 + (sent / bytes) * 50),
        interrupted: (error) => context.progress(`Interrupted, goes on by itself: ${error.message}`),
        ...(waits === undefined ? {} : { waits }),
      });
    } catch (error) {
      // At a stop of the daemon the command stays open and goes on with this file; otherwise nobody will.
      if (toDemarcError(error).code !== 'command.interrupted') await rm(file, { force: true });
      throw error;
    }
    await rm(file, { force: true });
    return output;
  };

  return {
    run,
    resume: async (request, step, context) => {
      const known = Step.safeParse(step);
      if (!known.success || known.data.phase === 'collecting') return run(request, context);
      const { phase: _, ...output } = known.data;
      // A power cut may have taken what was not yet on the disk.
      if (!(await isWhole(fileOf(context.id), output))) return run(request, context);
      return deliver(output, context);
    },
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function isWhole(file: string, { bytes, sha256 }: Pick<Output, 'bytes' | 'sha256'>): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (info?.size !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex') === sha256;
}

/** Removes what commands left behind that will never be gone on with. */
async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined && now - info.mtimeMs > LEFTOVER_MS) await rm(path, { force: true });
  }
}
