import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { commands } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { UpdateStatus } from '#contract/update.ts';
import { AnswerError, type LocalApi } from './client.ts';
import { ago, fields, type Output } from './output.ts';

const Answer = UpdateStatus.extend({
  version: z.string(),
  /** Why an update that was asked for here was not begun. */
  problem: z.object({ code: z.string(), message: z.string(), nextStep: z.string() }).optional(),
});
type Answer = z.infer<typeof Answer>;

/** What `demarc update schedule` may change. */
export interface ScheduleFlags {
  daily?: string;
  weekly?: string;
  day?: string;
  off?: boolean;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const LOOK_EVERY_MS = 500;
/** The judge decides within half an hour at most, and the download comes before. */
const INSTALL_LIMIT_MS = 3_600_000;

const read = (api: LocalApi): Promise<Answer> => api.call(Answer, { path: '/api/update' });

/** `demarc update`: how it stands. */
export async function updateStatus(api: LocalApi, out: Output, now: number): Promise<number> {
  show(await read(api), out, now);
  return 0;
}

/** `demarc update check`: asks for a newer release. */
export async function updateCheck(api: LocalApi, out: Output): Promise<number> {
  const schema = commands['gateway.check-update'].output;
  const found = await api.call(schema, { method: 'POST', path: '/api/update/check', limitMs: 60_000 });
  if (out.json) out.write(`${JSON.stringify(found)}\n`);
  else if (found.available === null) out.write(`Version ${found.current} is the newest.\n`);
  else out.write(`Version ${found.available.version} is there. Next step: demarc update install\n`);
  return 0;
}

/**
 * `demarc update install`: starts it and follows it over the restart of the daemon. 1 when it came to nothing.
 * `find` looks for the daemon anew: a started one may listen elsewhere.
 */
export async function updateInstall(
  find: () => Promise<LocalApi>,
  out: Output,
  wanted: { version?: string; force?: boolean },
): Promise<number> {
  const before = await read(await find());
  const { version, force = false } = wanted;
  const body = version === undefined ? { force } : { version, force };
  await (await find()).call(Answer, { method: 'POST', path: '/api/update/install', body });
  const end = performance.now() + INSTALL_LIMIT_MS;
  let phase = '';
  while (performance.now() < end) {
    await sleep(LOOK_EVERY_MS);
    const answer = await find().then(read).catch(awayForNow);
    if (answer === undefined) continue;
    if (answer.phase !== phase && answer.phase !== 'idle' && !out.json) out.write(`${WORDS[answer.phase]}\n`);
    phase = answer.phase;
    if (phase !== 'idle') continue;
    if (answer.problem !== undefined) throw new AnswerError(answer.problem);
    const isNews = answer.last !== null && answer.last.at !== before.last?.at;
    if (!isNews) {
      if (out.json) out.write(`${JSON.stringify(answer)}\n`);
      else out.write(`Version ${answer.version} is the newest.\n`);
      return 0;
    }
    show(answer, out, Date.now());
    return answer.last?.outcome === 'Updated' ? 0 : 1;
  }
  throw new DemarcError('daemon.not-running', 'the update did not end within an hour');
}

/** `demarc update pause` and `resume`. */
export async function updatePause(api: LocalApi, out: Output, paused: boolean, now: number): Promise<number> {
  const { schedule } = await read(api);
  show(await save(api, { ...schedule, paused }), out, now);
  return 0;
}

/** `demarc update schedule`: when, in the time zone of the site. */
export async function updateSchedule(api: LocalApi, out: Output, flags: ScheduleFlags, now: number): Promise<number> {
  const { schedule } = await read(api);
  const time = flags.daily ?? flags.weekly ?? schedule.time;
  const day = flags.day === undefined ? schedule.day : DAYS.indexOf(flags.day);
  const frequency = flags.weekly !== undefined ? 'weekly' : flags.daily !== undefined ? 'daily' : schedule.frequency;
  show(await save(api, { ...schedule, automatic: flags.off !== true, frequency, time, day }), out, now);
  return 0;
}

const save = (api: LocalApi, body: Answer['schedule']): Promise<Answer> =>
  api.call(Answer, { method: 'PUT', path: '/api/update/schedule', body });

/** While the daemon starts anew nobody answers. */
function awayForNow(error: unknown): undefined {
  if (error instanceof DemarcError && error.code === 'daemon.not-running') return undefined;
  throw error;
}

const WORDS: Readonly<Record<Answer['phase'], string>> = {
  idle: 'nothing to do',
  checking: 'looks for a release',
  downloading: 'fetches the release',
  verifying: 'checks and unpacks it',
  switching: 'switches to the new version',
  proving: 'the new version proves itself',
  unsupported: 'not supported here: update the container image instead',
};

function show(answer: Answer, out: Output, now: number): void {
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { last, schedule, available } = answer;
  const reason = last?.reason;
  out.write(
    fields([
      ['Version', answer.version],
      ['Updates', WORDS[answer.phase]],
      ['Newer', available === null ? 'none known' : `${available}. Next step: demarc update install`],
      ['Schedule', when(schedule)],
      ['Last check', ago(answer.lastCheckAt, now)],
      ['Next check', schedule.automatic && !schedule.paused ? ago(answer.nextCheckAt, now) : 'not by itself'],
      ['Last update', last === null ? 'never' : `${last.from} to ${last.to}: ${last.outcome}, ${ago(last.at, now)}`],
      ...(reason
        ? ([
            ['', `${reason.message}.`],
            ['', `Next step: ${reason.nextStep}`],
          ] as const)
        : []),
    ]),
  );
}

function when({ automatic, paused, frequency, day, time }: Answer['schedule']): string {
  if (!automatic) return 'off';
  const times = frequency === 'daily' ? `daily at ${time}` : `every ${DAYS[day] ?? 'week'} at ${time}`;
  return paused ? `${times}, paused` : times;
}
