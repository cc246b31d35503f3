import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LocalApi } from './client.ts';
import type { Output } from './output.ts';
import type { ScheduleFlags } from './update.ts';

type Act = (work: (api: LocalApi, out: Output) => Promise<number>, flags: { json?: boolean }) => Promise<void>;

function timeOfDay(text: string): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) throw new InvalidArgumentError('must be a time of day such as 01:17.');
  return text;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** `demarc update` and what belongs to it. `find` looks for the daemon anew while it restarts. */
export function addUpdateCommands(update: Command, act: Act, find: () => Promise<LocalApi>): void {
  const load = () => import('./update.ts');
  const command = (name: string, description: string) =>
    update
      .command(name)
      .description(description)
      .option('--json', 'print JSON for programs')
      .copyInheritedSettings(update);
  update.action((flags: { json?: boolean }) =>
    act(async (api, out) => (await load()).updateStatus(api, out, Date.now()), flags),
  );
  command('check', 'look for a newer release now').action((flags: { json?: boolean }) =>
    act(async (api, out) => (await load()).updateCheck(api, out), flags),
  );
  command('install', 'install the newest release, and wait until it has proven itself')
    .option('--version <version>', 'this one instead')
    .option('--force', 'with --version also an older one, and although the gateway is busy')
    .action((flags: { json?: boolean; version?: string; force?: boolean }) =>
      act(async (_api, out) => (await load()).updateInstall(find, out, flags), flags),
    );
  command('schedule', 'when the gateway updates itself, in the time zone of the site')
    .option('--daily <time>', 'each day at this time', timeOfDay)
    .option('--weekly <time>', 'once a week at this time', timeOfDay)
    .addOption(new Option('--day <day>', 'of the week').choices(DAYS))
    .option('--off', 'not by itself')
    .action((flags: { json?: boolean } & ScheduleFlags) =>
      act(async (api, out) => (await load()).updateSchedule(api, out, flags, Date.now()), flags),
    );
  for (const [name, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    const what = paused ? 'no updates by themselves until resume' : 'updates by themselves again';
    command(name, what).action((flags: { json?: boolean }) =>
      act(async (api, out) => (await load()).updatePause(api, out, paused, Date.now()), flags),
    );
  }
}
