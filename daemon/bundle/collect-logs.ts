/** The command `gateway.collect-logs`: makes the bundle, brings it to the cloud, and goes on with either after a kill. */
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandOutput, LogRequest } from '#contract/commands.ts';
import type { CommandContext, ResumableHandler } from '../commands/handler.ts';
import { type DeliveryParts, deliver, isWhole, sweepLeftovers } from '../upload/deliver.ts';
import type { Bundle, BundleOptions } from './make-bundle.ts';
import type { BundleSources } from './sources.ts';

export interface CollectLogsParts extends DeliveryParts {
  sources: BundleSources;
  /** Sizes in bytes; those of the product when left out. */
  limits?: BundleOptions['limits'];
}

/** Unpacked, so that what is uploaded stays below what the cloud takes however badly it can be packed. */
export const BUNDLE_LIMITS: BundleOptions['limits'] = {
  unpackedBytes: 200 * 1024 * 1024,
  reserveBytes: 150 * 1024 * 1024,
};

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
      await sweepLeftovers(folder, parts.clock.now());
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
    return bring(output, context);
  };

  const bring = async (output: Output, context: CommandContext): Promise<Output> => {
    await deliver(parts, { file: fileOf(context.id), ...output }, context, 50);
    return output;
  };

  return {
    run,
    resume: async (request, step, context) => {
      const known = Step.safeParse(step);
      if (!known.success || known.data.phase === 'collecting') return run(request, context);
      const { phase: _, ...output } = known.data;
      if (!(await isWhole(fileOf(context.id), output))) return run(request, context);
      return bring(output, context);
    },
  };
}
