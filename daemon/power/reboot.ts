import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CommandContext, ResumableHandler } from '../commands/handler.ts';
import type { BusyView } from './busy.ts';
import type { Farewell } from './farewell.ts';
import type { RunProgram } from './run-program.ts';

interface RebootParts {
  /** The kernel's id of this boot; a new one is the only proof of a reboot. */
  bootId: () => Promise<string | undefined>;
  /** The argument vector of what reboots the machine. */
  program: readonly string[];
  run: RunProgram;
  busy: BusyView;
  farewell: Farewell;
  clock: Clock;
  /** Seconds since the kernel started. */
  uptime: () => number;
  limits?: Partial<typeof LIMITS>;
}

/** In milliseconds. */
const LIMITS = {
  /** For the program itself, which only asks for the reboot. */
  program: 30_000,
  /** From the program's end to the end of this process. */
  reboot: 300_000,
  /** A process that starts in the old boot may have been started while the machine goes down. */
  settle: 10_000,
};
const DAY_MS = 86_400_000;

const Step = z.object({ bootId: z.string(), at: z.number() });

/**
 * `gateway.reboot` (GWS-8): the step is on disk before the machine is told, and only a changed boot id is a success. The
 * machine is never told twice: a resumed command looks and waits, and acts no more.
 */
export function rebootHandler(parts: RebootParts): ResumableHandler<'gateway.reboot'> {
  const { bootId, program, run, busy, farewell, clock, uptime } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const notRebooted = async (ms: number, { signal }: CommandContext): Promise<never> => {
    await sleep(ms, undefined, { signal });
    throw new DemarcError('command.not-rebooted', `boot id ${(await bootId()) ?? 'unknown'}`);
  };
  return {
    run: async ({ force }, context) => {
      const what = busy.busy();
      if (what !== undefined && !force) throw new DemarcError('command.busy', what);
      const before = await bootId();
      if (before === undefined) throw new DemarcError('command.not-supported', 'this machine tells no boot id');
      context.progress('Says good-bye');
      await farewell({ name: 'gateway.rebooting', message: 'The machine is about to reboot', context, forced: what });
      context.progress('Reboots the machine');
      await context.checkpoint({ bootId: before, at: clock.now() } satisfies z.infer<typeof Step>, { noReturn: true });
      const problem = await run(program, limits.program);
      if (problem !== undefined && !context.signal.aborted) throw new DemarcError('command.reboot-failed', problem);
      return await notRebooted(limits.reboot, context);
    },
    resume: async (_args, stored, context) => {
      const step = Step.safeParse(stored);
      if (!step.success) throw new DemarcError('command.interrupted', 'its step cannot be read');
      const { bootId: before, at } = step.data;
      const after = await bootId();
      if (after === undefined || after === before) return await notRebooted(limits.settle, context);
      const took = clock.now() - at;
      // A clock that was set meanwhile says nothing; since the kernel started is then the best that is known.
      return { before, after, seconds: took >= 0 && took < DAY_MS ? took / 1000 : uptime() };
    },
  };
}
