/** Commands that end the process they run in, and cancels, over restarts of the runner on the same store. */
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import type { CommandResult } from '#contract/commands.ts';
import { type CommandHandlers, CommandRunner, type ResumableHandler } from '#daemon/commands/command-runner.ts';
import { JournalEntry } from '#daemon/commands/journal.ts';
import { until } from '#test/support/program.ts';
import { KeepingOutbox, quiet, storeBench } from './support.ts';

const YEAR_MS = 365 * 86_400_000;
const never = () => new Promise<never>(() => undefined);
const issuer = { id: 'p1', name: 'Ada' };

async function bench() {
  const base = await storeBench('resume');
  const outbox = new KeepingOutbox(base.store);
  const made: CommandRunner[] = [];
  const results = (id: string) =>
    outbox.records.map((record) => record.data as CommandResult).filter((result) => result.command === id);
  return {
    ...base,
    outbox,
    results,
    last: (id: string) => results(id).at(-1),
    state: (id: string) => results(id).at(-1)?.state ?? '',
    async start(handlers: CommandHandlers) {
      const runner = new CommandRunner({
        store: base.store,
        outbox,
        clock: base.clock,
        log: quiet,
        handlers,
        proofMs: 100,
      });
      made.push(runner);
      await runner.start();
      return runner;
    },
    command: (more: object = {}) => ({
      v: 1,
      id: ulid(),
      name: 'gateway.restart',
      args: {},
      issuer,
      issuedAt: new Date(base.clock.now()).toISOString(),
      deadlineAt: new Date(base.clock.now() + 60_000).toISOString(),
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      for (const runner of made) await runner.stop();
      await base[Symbol.asyncDispose]();
    },
  };
}

const cancelOf = (id: string) => ({ v: 1, id, cancel: true, issuer });
const output = { before: 1, after: 2, seconds: 1 };

/** Runs to its checkpoint and then waits for the end of the process; the counts say what was called. */
function restarting(
  checkpoint: { step: unknown; noReturn?: boolean } | undefined,
  resumed: () => Promise<typeof output>,
) {
  const calls: string[] = [];
  const handler: ResumableHandler<'gateway.restart'> = {
    run: async (_args, context) => {
      if (checkpoint) await context.checkpoint(checkpoint.step, { noReturn: checkpoint.noReturn ?? false });
      calls.push('run');
      return never();
    },
    resume: async (_args, step) => {
      calls.push(`resume ${JSON.stringify(step)}`);
      return resumed();
    },
  };
  return { calls, handlers: { 'gateway.restart': handler } };
}

test.each(['stopped', 'killed'])(
  'a process %s after the checkpoint: the next one proves the outcome, and acts no second time',
  async (how) => {
    await using b = await bench();
    const { calls, handlers } = restarting({ step: { boot: 7 } }, async () => output);
    const first = await b.start(handlers);
    const command = b.command();
    await first.receive(command);
    await until('acted', 2000, () => calls.length === 1);
    if (how === 'stopped') await first.stop();
    expect(b.state(command.id)).toBe('running');

    const next = await b.start(handlers);
    expect(calls).toEqual(['run']);
    next.resumeOpen();
    await until('ended', 2000, () => b.state(command.id) === 'succeeded');
    expect(b.last(command.id)?.output).toEqual(output);
    await next.receive(command);
    const third = await b.start(handlers);
    third.resumeOpen();
    expect(calls).toEqual(['run', 'resume {"boot":7}']);
  },
);

test('killed before its checkpoint, or without a way to resume, a command ends as interrupted', async () => {
  await using b = await bench();
  const without = restarting(undefined, async () => output);
  const withOne = restarting({ step: 1 }, async () => output);
  const first = await b.start({ ...without.handlers });
  const early = b.command();
  await first.receive(early);
  const second = await b.start(withOne.handlers);
  const late = b.command();
  await second.receive(late);
  await until('acted', 2000, () => withOne.calls.length === 1);
  await (await b.start({ 'gateway.restart': never })).stop();
  for (const { id } of [early, late]) {
    expect(b.last(id)).toMatchObject({ state: 'failed', reason: { code: 'command.interrupted' } });
  }
});

test('a command whose process dies again and again fails as looping at the sixth start, and is not resumed', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: 1 }, never);
  const command = b.command();
  await (await b.start(handlers)).receive(command);
  await until('acted', 2000, () => calls.length === 1);
  for (let starts = 1; starts <= 5; starts += 1) {
    (await b.start(handlers)).resumeOpen();
    await until('resumed', 2000, () => calls.length === 1 + starts);
    expect(b.state(command.id)).toBe('running');
  }
  (await b.start(handlers)).resumeOpen();
  expect(b.last(command.id)).toMatchObject({ state: 'failed', reason: { code: 'command.looping' } });
  expect(calls).toHaveLength(6);
});

test.each([YEAR_MS, -YEAR_MS])(
  'a clock that steps by %i ms over the restart changes nothing about a proven outcome',
  async (ms) => {
    await using b = await bench();
    const { calls, handlers } = restarting({ step: 1 }, async () => output);
    const command = b.command();
    await (await b.start(handlers)).receive(command);
    await until('acted', 2000, () => calls.length === 1);
    b.clock.time += ms;
    (await b.start(handlers)).resumeOpen();
    await until('ended', 2000, () => b.state(command.id) === 'succeeded');
  },
);

test('the deadline holds over the restart, also when the clock was put back by a year meanwhile', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: 1 }, never);
  const command = b.command({ deadlineAt: new Date(b.clock.now() + 400).toISOString() });
  await (await b.start(handlers)).receive(command);
  await until('acted', 2000, () => calls.length === 1);
  b.clock.time -= YEAR_MS;
  const from = performance.now();
  (await b.start(handlers)).resumeOpen();
  await until('timed out', 5000, () => b.state(command.id) === 'timed_out');
  expect(performance.now() - from).toBeGreaterThan(300);
});

test('what a step held is gone from the disk when the command has ended', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: { url: 'https://one-time' } }, async () => output);
  const command = b.command();
  const entry = async () => b.store.table('commands', JournalEntry).get(command.id);
  await (await b.start(handlers)).receive(command);
  await until('acted', 2000, () => calls.length === 1);
  expect((await entry())?.checkpoint?.step).toEqual({ url: 'https://one-time' });
  (await b.start(handlers)).resumeOpen();
  await until('ended', 2000, () => b.state(command.id) === 'succeeded');
  expect((await entry())?.checkpoint).toBeUndefined();
});

test('a cancel ends a running and a waiting command, aborts its signal, and of an ended one tells the state it has', async () => {
  await using b = await bench();
  const signals: AbortSignal[] = [];
  const runner = await b.start({
    'gateway.self-test': (_args, { signal }) => {
      signals.push(signal);
      return never();
    },
  });
  const all = Array.from({ length: 5 }, () => b.command({ name: 'gateway.self-test' }));
  for (const command of all) await runner.receive(command);
  await until('four run', 2000, () => all.filter(({ id }) => b.state(id) === 'running').length === 4);
  // The one that waits first: it would begin to run otherwise.
  for (const { id } of all.toReversed()) await runner.receive(cancelOf(id));
  expect(all.map(({ id }) => b.state(id))).toEqual(Array(5).fill('canceled'));
  expect(signals.map(({ reason }) => reason.code)).toEqual(Array(4).fill('command.canceled'));
  const [first] = all.map(({ id }) => id);
  await runner.receive(cancelOf(first ?? ''));
  expect(b.results(first ?? '').map(({ state }) => state)).toEqual(['running', 'canceled', 'canceled']);
});

test('a cancel that comes before its command, also by a process start, keeps it from being run', async () => {
  await using b = await bench();
  let runs = 0;
  const handlers: CommandHandlers = {
    'gateway.self-test': async () => {
      runs += 1;
      return { checks: [] };
    },
  };
  const command = b.command({ name: 'gateway.self-test' });
  await (await b.start(handlers)).receive(cancelOf(command.id));
  expect(b.state(command.id)).toBe('canceled');
  await (await b.start(handlers)).receive(command);
  expect(b.state(command.id)).toBe('canceled');
  expect(runs).toBe(0);
});

test('after a checkpoint without return a cancel changes nothing; before it, the act is not begun', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: 1, noReturn: true }, async () => output);
  const runner = await b.start(handlers);
  const late = b.command();
  await runner.receive(late);
  await until('acted', 2000, () => calls.length === 1);
  await runner.receive(cancelOf(late.id));
  expect(b.state(late.id)).toBe('running');

  let acted = false;
  const { promise: canceled, resolve: cancel } = Promise.withResolvers<void>();
  const slow = await b.start({
    'gateway.restart': {
      run: async (_args, context) => {
        await canceled;
        await context.checkpoint(1, { noReturn: true });
        acted = true;
        return output;
      },
      resume: async () => output,
    },
  });
  const early = b.command();
  await slow.receive(early);
  await slow.receive(cancelOf(early.id));
  cancel();
  await slow.stop();
  expect(b.state(early.id)).toBe('canceled');
  expect(acted).toBe(false);
});

test('a command left at a checkpoint can be canceled before it is resumed', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: 1 }, async () => output);
  const command = b.command();
  await (await b.start(handlers)).receive(command);
  await until('acted', 2000, () => calls.length === 1);
  const next = await b.start(handlers);
  await next.receive(cancelOf(command.id));
  next.resumeOpen();
  expect(b.state(command.id)).toBe('canceled');
  expect(calls).toEqual(['run']);
});

test('an act is not begun when its checkpoint cannot be stored', async () => {
  await using b = await bench();
  const { calls, handlers } = restarting({ step: 1 }, async () => output);
  const runner = await b.start({
    'gateway.restart': {
      ...handlers['gateway.restart'],
      run: async (args, context) => {
        b.outbox.full = true;
        setTimeout(() => {
          b.outbox.full = false;
        }, 200);
        return handlers['gateway.restart'].run(args, context);
      },
    },
  });
  const command = b.command();
  await runner.receive(command);
  await until('failed', 4000, () => b.state(command.id) === 'failed');
  expect(b.last(command.id)?.reason?.code).toBe('store.full');
  expect(calls).toEqual([]);
});
