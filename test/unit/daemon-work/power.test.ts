/** Reboot and restart: what proves them, what refuses them, and that no death of the process makes them happen twice. */
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import type { CommandResult } from '#contract/commands.ts';
import { CommandRunner } from '#daemon/commands/command-runner.ts';
import { JournalEntry } from '#daemon/commands/journal.ts';
import { BusyBoard } from '#daemon/power/busy.ts';
import { farewellBy } from '#daemon/power/farewell.ts';
import { powerHandlers } from '#daemon/power/handlers.ts';
import { rebootHandler } from '#daemon/power/reboot.ts';
import { restartHandler } from '#daemon/power/restart.ts';
import { runProgram } from '#daemon/power/run-program.ts';
import { until } from '#test/support/program.ts';
import { KeepingOutbox, quiet, storeBench } from './support.ts';

const YEAR_MS = 365 * 86_400_000;
const UPTIME = 33;

/** A machine with one store; `start` is a start of the process on it. */
async function machine() {
  const base = await storeBench('power');
  const outbox = new KeepingOutbox(base.store);
  const busy = new BusyBoard();
  const farewell = farewellBy(outbox);
  const made: CommandRunner[] = [];
  const it = {
    ...base,
    outbox,
    busy,
    bootId: 'boot-1' as string | undefined,
    starts: 0,
    programs: [] as (readonly string[])[],
    restarts: 0,
    /** Whether the kill comes before the program is run. */
    dead: false,
    rebootMs: 60_000,
    problem: undefined as string | undefined,
    results: (id: string) =>
      outbox.records
        .filter(({ kind }) => kind === 'result')
        .map(({ data }) => data as CommandResult)
        .filter(({ command }) => command === id),
    last: (id: string) => it.results(id).at(-1),
    events: () =>
      outbox.records.flatMap(({ kind, data }) => (kind === 'event' ? [(data as { name: string }).name] : [])),
    async start() {
      it.starts += 1;
      const { clock } = base;
      const runner = new CommandRunner({
        store: base.store,
        outbox,
        clock,
        log: quiet,
        handlers: {
          'gateway.reboot': rebootHandler({
            bootId: async () => it.bootId,
            program: ['reboot-now'],
            run: async (argv) => {
              if (it.dead) return new Promise(() => undefined);
              it.programs.push(argv);
              return it.problem;
            },
            busy,
            farewell,
            clock,
            uptime: () => UPTIME,
            limits: { reboot: it.rebootMs, settle: 100 },
          }),
          'gateway.restart': restartHandler({
            boot: it.starts,
            restart: () => void (it.restarts += 1),
            busy,
            farewell,
            clock,
            limitMs: it.rebootMs,
          }),
        },
      });
      made.push(runner);
      await runner.start();
      return runner;
    },
    async issue(runner: CommandRunner, name: 'gateway.reboot' | 'gateway.restart', args: object = {}) {
      const id = ulid();
      const now = base.clock.now();
      await runner.receive({
        v: 1,
        id,
        name,
        args,
        issuer: { id: 'p1', name: 'Ada' },
        issuedAt: new Date(now).toISOString(),
        deadlineAt: new Date(now + 60_000).toISOString(),
      });
      return id;
    },
    ended: (id: string) => until('the end', 4000, () => /succeeded|failed/.test(it.last(id)?.state ?? '')),
    async [Symbol.asyncDispose]() {
      for (const runner of made) await runner.stop();
      await base[Symbol.asyncDispose]();
    },
  };
  return it;
}

describe('a reboot', () => {
  test.each([0, YEAR_MS, -YEAR_MS])(
    'is a success when the boot id has changed, though the clock moved by %i ms besides',
    async (step) => {
      await using m = await machine();
      const before = await m.start();
      const id = await m.issue(before, 'gateway.reboot');
      await until('the program ran', 2000, () => m.programs.length === 1);
      await before.stop();
      m.bootId = 'boot-2';
      m.clock.time += 42_000 + step;
      (await m.start()).resumeOpen();
      await m.ended(id);
      const seconds = step === 0 ? 42 : UPTIME;
      expect(m.last(id)).toMatchObject({ state: 'succeeded', output: { before: 'boot-1', after: 'boot-2', seconds } });
      expect(m.programs).toEqual([['reboot-now']]);
      expect(m.events()).toEqual(['gateway.rebooting']);
    },
  );

  test.each(['killed_before_the_program_ran', 'killed_after_the_program_ran'])(
    'is a failure when only the process started anew: %s',
    async (when) => {
      await using m = await machine();
      m.dead = when === 'killed_before_the_program_ran';
      const id = await m.issue(await m.start(), 'gateway.reboot');
      const journal = m.store.table('commands', JournalEntry);
      await until('the step is on disk', 2000, async () => (await journal.get(id))?.checkpoint !== undefined);
      await until('the program ran', 2000, () => m.dead || m.programs.length === 1);
      (await m.start()).resumeOpen();
      await m.ended(id);
      expect(m.last(id)).toMatchObject({ state: 'failed', reason: { code: 'command.not-rebooted' } });
      expect(m.last(id)?.reason?.nextStep).toContain('DEMARC_REBOOT_PROGRAM');
    },
  );

  test('is not judged while the machine goes down: a process started in the old boot waits, and acts no second time', async () => {
    await using m = await machine();
    const id = await m.issue(await m.start(), 'gateway.reboot');
    await until('the program ran', 2000, () => m.programs.length === 1);
    const early = await m.start();
    early.resumeOpen();
    await early.stop();
    expect(m.last(id)?.state).toBe('running');
    m.bootId = 'boot-2';
    (await m.start()).resumeOpen();
    await m.ended(id);
    expect(m.last(id)?.state).toBe('succeeded');
    expect(m.programs).toHaveLength(1);
  });

  test('is a failure with the program’s own words when that fails, and when nothing comes of it', async () => {
    await using m = await machine();
    m.rebootMs = 100;
    m.problem = 'reboot-now ended with code 1: not allowed';
    const runner = await m.start();
    const refused = await m.issue(runner, 'gateway.reboot');
    await m.ended(refused);
    expect(m.last(refused)?.reason?.code).toBe('command.reboot-failed');
    expect(m.last(refused)?.reason?.message).toContain('not allowed');
    m.problem = undefined;
    const ignored = await m.issue(runner, 'gateway.reboot');
    await m.ended(ignored);
    expect(m.last(ignored)?.reason?.code).toBe('command.not-rebooted');
  });

  test('is refused on a machine that tells no boot id, before anything happens', async () => {
    await using m = await machine();
    m.bootId = undefined;
    const id = await m.issue(await m.start(), 'gateway.reboot');
    await m.ended(id);
    expect(m.last(id)?.reason?.code).toBe('command.not-supported');
    expect(m.programs).toEqual([]);
  });
});

describe('a restart', () => {
  test('is a success when the starts were counted up, also by a kill', async () => {
    await using m = await machine();
    const id = await m.issue(await m.start(), 'gateway.restart');
    await until('it restarts', 2000, () => m.restarts === 1);
    m.clock.time += 3000;
    (await m.start()).resumeOpen();
    await m.ended(id);
    expect(m.last(id)).toMatchObject({ state: 'succeeded', output: { before: 1, after: 2, seconds: 3 } });
    expect(m.restarts).toBe(1);
  });

  test('is a failure when the process just goes on', async () => {
    await using m = await machine();
    m.rebootMs = 100;
    const id = await m.issue(await m.start(), 'gateway.restart');
    await m.ended(id);
    expect(m.last(id)?.reason?.code).toBe('command.not-restarted');
  });
});

test.each(['gateway.reboot', 'gateway.restart'] as const)(
  '%s is refused while something must not be cut off, unless forced',
  async (name) => {
    await using m = await machine();
    const done = m.busy.mark('an update is being switched');
    const runner = await m.start();
    const refused = await m.issue(runner, name);
    await m.ended(refused);
    expect(m.last(refused)).toMatchObject({ state: 'failed', reason: { code: 'command.busy' } });
    expect(m.last(refused)?.reason?.message).toContain('an update is being switched');
    expect([m.programs.length, m.restarts, m.events().length]).toEqual([0, 0, 0]);
    await m.issue(runner, name, { force: true });
    await until('it acts by force', 2000, () => m.programs.length + m.restarts === 1);
    done();
    done();
    expect(m.busy.busy()).toBeUndefined();
  },
);

test('without a program, or a boot id to prove it by, a reboot is no capability', async () => {
  const parts = { boot: 1, restart: () => undefined, busy: new BusyBoard(), outbox: undefined as never, clock: Date };
  const names = (rebootProgram: string[], kernelBoot: string | undefined) =>
    Object.keys(powerHandlers({ ...parts, kernelBoot, settings: { rebootProgram, bootIdFile: '/x' } })).sort();
  expect(names(['systemctl', 'reboot'], 'b')).toEqual(['gateway.reboot', 'gateway.restart']);
  expect(names([], 'b')).toEqual(['gateway.restart']);
  expect(names(['systemctl', 'reboot'], undefined)).toEqual(['gateway.restart']);
});

test.each([
  ['ends well', ['true'], undefined],
  ['fails', ['sh', '-c', 'echo no right >&2; exit 3'], 'sh ended with code 3: no right'],
  ['is missing', ['/nowhere/reboot'], 'cannot be run'],
  ['hangs', ['sleep', '30'], 'did not end within 0.3 s'],
  ['kills itself', ['sh', '-c', 'kill -9 $$'], 'was ended by SIGKILL'],
  ['has words that a shell would read', ['test', '$(id)', '=', '$(id)'], undefined],
])('a program that %s', async (_what, argv, problem) => {
  const told = await runProgram(argv, 300);
  if (problem === undefined) expect(told).toBeUndefined();
  else expect(told).toContain(problem);
});
