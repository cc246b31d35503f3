import { accessSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ResumableHandler } from '../commands/handler.ts';
import type { BusyView } from './busy.ts';
import type { Farewell } from './farewell.ts';

/**
 * Stops everything in order, then the process becomes the launcher again, which starts the release that is then the
 * chosen one. Returns at once. Whoever calls it has put on disk what must be known afterwards.
 */
export type RestartProcess = () => void;

/** "Try again later" (sysexits.h): the service manager, or the launcher that waits, starts the program anew. */
const RESTART_CODE = 75;
/** Set by the launcher (bin/start.mjs) where it waits for this process and starts it anew after that code. */
const LAUNCHER_WAITS = 'DEMARC_LAUNCHER_WAITS';

/** The end of this program and the beginning of the next one; the same process id where the system can do that. */
export function becomeLauncher(log: Log): never {
  const [, launcher, ...words] = process.argv;
  const node = process.env['DEMARC_LAUNCHER_NODE'] ?? process.execPath;
  if (process.execve === undefined || process.env[LAUNCHER_WAITS] === '1' || launcher === undefined) {
    process.exit(RESTART_CODE);
  }
  try {
    // Where execve fails Node aborts the process; a missing program is what can be known before.
    accessSync(node);
    accessSync(launcher);
  } catch (error) {
    log.error(
      { code: 'command.not-restarted', err: error },
      'the launcher is not there; the service manager must start it',
    );
    process.exit(RESTART_CODE);
  }
  const flags = node === process.execPath ? process.execArgv : [];
  return process.execve(node, [node, ...flags, launcher, ...words], process.env);
}

interface RestartParts {
  /** The number of this process start. */
  boot: number;
  restart: RestartProcess;
  busy: BusyView;
  farewell: Farewell;
  clock: Clock;
  limitMs?: number;
}

const LIMIT_MS = 60_000;

const Step = z.object({ boot: z.int(), at: z.number() });

/** `gateway.restart`: only a counted process start is a success. */
export function restartHandler(parts: RestartParts): ResumableHandler<'gateway.restart'> {
  const { boot, restart, busy, farewell, clock, limitMs = LIMIT_MS } = parts;
  return {
    run: async ({ force }, context) => {
      const what = busy.busy();
      if (what !== undefined && !force) throw new DemarcError('command.busy', what);
      await farewell({ name: 'gateway.restarting', message: 'The gateway is about to restart', context, forced: what });
      context.progress('Restarts');
      await context.checkpoint({ boot, at: clock.now() } satisfies z.infer<typeof Step>, { noReturn: true });
      restart();
      await sleep(limitMs, undefined, { signal: context.signal });
      throw new DemarcError('command.not-restarted', `still start ${boot}`);
    },
    resume: async (_args, stored) => {
      const step = Step.safeParse(stored);
      if (!step.success) throw new DemarcError('command.interrupted', 'its step cannot be read');
      const { boot: before, at } = step.data;
      if (boot <= before) throw new DemarcError('command.not-restarted', `start ${boot} after ${before}`);
      return { before, after: boot, seconds: Math.max(0, clock.now() - at) / 1000 };
    },
  };
}
