import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Version } from '#contract/update.ts';
import type { CommandContext, CommandHandlers } from '../commands/handler.ts';
import type { UpdateContext, Updater, Wanted } from './updater.ts';

const Step = z.object({ version: Version.nullable(), trial: z.string().optional() });

/** The commands about updates; none where the installation has no slots, so that the cloud does not offer them. */
export function updateHandlers(updater: Updater): CommandHandlers {
  if (!updater.isSupported) return {};
  return {
    'gateway.check-update': async (_args, { signal }) => await updater.check(signal),
    'gateway.update': {
      run: async (args, context) => await updater.install(wantedOf(args), contextOf(context)),
      resume: async (args, stored, context) => {
        const step = Step.safeParse(stored);
        if (!step.success) throw new DemarcError('command.interrupted', 'its step cannot be read');
        const { version, trial } = step.data;
        return await updater.resume(
          wantedOf(args),
          { version, ...(trial === undefined ? {} : { trial }) },
          contextOf(context),
        );
      },
    },
    'gateway.set-update-schedule': async (schedule) => {
      await updater.setSchedule(schedule);
      return { schedule, nextCheckAt: updater.status().nextCheckAt };
    },
  };
}

/** @throws DemarcError `update.bad-manifest` for what is no version */
function wantedOf({ version, force }: { version?: string | undefined; force: boolean }): Wanted {
  if (version !== undefined && !Version.safeParse(version).success) {
    throw new DemarcError('update.bad-manifest', 'the version that was asked for is none, such as 1.2.3');
  }
  return { version, force };
}

const contextOf = ({ id, issuer, signal, progress, checkpoint }: CommandContext): UpdateContext => ({
  command: id,
  issuer,
  signal,
  progress,
  checkpoint,
});
