import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import type { CommandResult } from '#contract/commands.ts';
import { type CommandHandlers, CommandRunner } from '#daemon/commands/command-runner.ts';
import { JournalEntry } from '#daemon/commands/journal.ts';
import { until } from '#test/support/program.ts';
import { KeepingOutbox, quiet, storeBench } from './support.ts';

const PBX = ulid();

async function bench(handlers: CommandHandlers, skewMs = 0) {
  const base = await storeBench('commands');
  const outbox = new KeepingOutbox(base.store);
  const make = () =>
    new CommandRunner({
      store: base.store,
      outbox,
      clock: base.clock,
      log: quiet,
      handlers,
      skewMs: () => skewMs,
    });
  const runner = make();
  await runner.start();
  const results = (id: string) =>
    outbox.records.map((record) => record.data as CommandResult).filter((result) => result.command === id);
  const states = (id: string) => results(id).map((result) => result.state);
  const ended = (id: string) =>
    until(`${id} ends`, 5000, () => /succeeded|failed|rejected|timed_out|canceled/.test(states(id).at(-1) ?? ''));
  const command = (more: object = {}) => ({
    v: 1,
    id: ulid(),
    name: 'gateway.self-test',
    args: {},
    issuer: { id: 'p1', name: 'Ada' },
    issuedAt: new Date(base.clock.now()).toISOString(),
    deadlineAt: new Date(base.clock.now() + 60_000).toISOString(),
    ...more,
  });
  return {
    ...base,
    outbox,
    runner,
    make,
    results,
    states,
    ended,
    command,
    async [Symbol.asyncDispose]() {
      await runner.stop();
      await base[Symbol.asyncDispose]();
    },
  };
}

const answer = { checks: [] };

describe('command runner', () => {
  test('a command tells that it runs and that it succeeded, with its output last', async () => {
    await using b = await bench({
      'gateway.self-test': async () => {
        await sleep(100);
        return answer;
      },
    });
    const command = b.command();
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(b.states(command.id)).toEqual(['running', 'succeeded']);
    expect(b.results(command.id).at(-1)?.output).toEqual(answer);
    expect(b.outbox.records.every((r) => r.class === 'result' && r.kind === 'result')).toBe(true);
  });

  test('one that ends at once tells nothing but its end', async () => {
    await using b = await bench({ 'gateway.self-test': async () => answer });
    const command = b.command();
    await b.runner.receive(command);
    await b.ended(command.id);
    await sleep(100);
    expect(b.states(command.id)).toEqual(['succeeded']);
  });

  test('a repeat is answered with the stored result and never executed again, also after a restart', async () => {
    let runs = 0;
    const handlers: CommandHandlers = {
      'gateway.self-test': async () => {
        runs += 1;
        return answer;
      },
    };
    await using b = await bench(handlers);
    const command = b.command();
    await Promise.all([b.runner.receive(command), b.runner.receive(command)]);
    await b.ended(command.id);
    await b.runner.receive(command);
    const again = b.make();
    await again.start();
    await again.receive(command);
    expect(runs).toBe(1);
    expect(b.states(command.id).slice(-3)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test.each([
    ['past its deadline', { deadlineAt: '2026-11-22T11:59:59.000Z' }, 'command.deadline-passed'],
    ['of an unknown name', { name: 'gateway.fly' }, 'command.not-supported'],
    ['of a known name without a handler', { name: 'inventory.report' }, 'command.not-supported'],
    ['with bad arguments', { args: { speed: 9 } }, 'command.invalid-arguments'],
    ['without the agreed form', { issuer: 'nobody' }, 'command.invalid-arguments'],
  ])('a command %s is rejected with its reason and not executed', async (_what, more, code) => {
    let runs = 0;
    await using b = await bench({
      'gateway.self-test': async () => {
        runs += 1;
        return answer;
      },
    });
    const command = b.command(more);
    await b.runner.receive(command);
    expect(b.results(command.id).map((r) => [r.state, r.reason?.code])).toEqual([['rejected', code]]);
    expect(b.results(command.id)[0]?.reason?.nextStep).toBeTruthy();
    expect(runs).toBe(0);
  });

  test.each([[null], ['text'], [42], [[]], [{}], [{ id: 'no ulid' }], [{ id: 5, name: {} }]])(
    'garbage %j is neither answered nor fatal',
    async (message) => {
      await using b = await bench({});
      await b.runner.receive(message);
      expect(b.outbox.records).toEqual([]);
    },
  );

  test('the deadline is judged by the cloud’s clock when this one is known to be wrong', async () => {
    await using b = await bench({ 'gateway.self-test': async () => answer }, 2 * 365 * 86_400_000);
    const at = (ms: number) => new Date(b.clock.now() - 2 * 365 * 86_400_000 + ms).toISOString();
    const command = b.command({ issuedAt: at(0), deadlineAt: at(60_000) });
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(b.states(command.id).at(-1)).toBe('succeeded');
  });

  test('at its deadline a command becomes timed_out and its signal is aborted', async () => {
    let aborted = false;
    await using b = await bench({
      'gateway.self-test': (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    });
    const command = b.command({ deadlineAt: new Date(b.clock.now() + 80).toISOString() });
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(b.states(command.id)).toEqual(['running', 'timed_out']);
    expect(b.results(command.id).at(-1)?.reason?.code).toBe('command.deadline-passed');
    await until('aborted', 1000, () => aborted);
  });

  test('what an earlier process left accepted or running is failed as interrupted at the next start', async () => {
    await using b = await bench({ 'gateway.self-test': () => new Promise(() => undefined) });
    const commands = Array.from({ length: 5 }, () => b.command());
    for (const command of commands) await b.runner.receive(command);
    await until('four run and one waits', 2000, () => b.outbox.records.length === 5);
    const next = b.make();
    await next.start();
    for (const command of commands) {
      expect(b.results(command.id).at(-1)).toMatchObject({ state: 'failed', reason: { code: 'command.interrupted' } });
    }
  });

  test('a stop ends what runs as interrupted, once', async () => {
    await using b = await bench({ 'gateway.self-test': () => new Promise(() => undefined) });
    const command = b.command();
    await b.runner.receive(command);
    await b.runner.stop();
    expect(b.states(command.id).at(-1)).toBe('failed');
    expect(b.states(command.id).filter((state) => state === 'failed')).toHaveLength(1);
  });

  test('no more than four run side by side; the fifth waits, accepted, and then runs', async () => {
    let now = 0;
    let most = 0;
    const gates: (() => void)[] = [];
    await using b = await bench({
      'gateway.self-test': async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => gates.push(resolve));
        now -= 1;
        return answer;
      },
    });
    const commands = Array.from({ length: 6 }, () => b.command());
    for (const command of commands) await b.runner.receive(command);
    const running = () => commands.filter((command) => b.states(command.id).at(-1) === 'running').length;
    await until('four run', 2000, () => gates.length === 4 && running() === 4);
    expect(commands.map((command) => b.states(command.id).at(-1)).filter((s) => s === 'accepted')).toHaveLength(2);
    await until('all end', 5000, () => {
      for (const open of gates) open();
      return commands.every((command) => b.states(command.id).at(-1) === 'succeeded');
    });
    expect(most).toBe(4);
  });

  test('progress is thinned to two a second, and the latest arrives', async () => {
    await using b = await bench({
      'gateway.self-test': async (_args, { progress }) => {
        for (let i = 1; i <= 50; i += 1) progress(`step ${i}`, i * 3);
        await sleep(700);
        return answer;
      },
    });
    const command = b.command();
    await b.runner.receive(command);
    await b.ended(command.id);
    const told = b.results(command.id).flatMap((result) => result.progress ?? []);
    expect(told).toEqual([
      { text: 'step 1', percent: 3 },
      { text: 'step 50', percent: 100 },
    ]);
    expect(b.states(command.id).at(-1)).toBe('succeeded');
  });

  test('a failing handler gives a failed result with code and next step, and others go on', async () => {
    await using b = await bench({
      'gateway.self-test': async () => {
        throw new TypeError('boom');
      },
      'pbx.test': async () => ({ checks: [] }),
    });
    const bad = b.command();
    const good = b.command({ name: 'pbx.test', args: { pbx: PBX } });
    await b.runner.receive(bad);
    await b.runner.receive(good);
    await b.ended(bad.id);
    await b.ended(good.id);
    expect(b.results(bad.id).at(-1)).toMatchObject({ state: 'failed', reason: { code: 'internal' } });
    expect(b.states(good.id).at(-1)).toBe('succeeded');
  });

  test('nothing is executed when its acceptance could not be stored', async () => {
    let runs = 0;
    await using b = await bench({
      'gateway.self-test': async () => {
        runs += 1;
        return answer;
      },
    });
    b.outbox.full = true;
    const command = b.command();
    await expect(b.runner.receive(command)).rejects.toMatchObject({ code: 'store.full' });
    b.outbox.full = false;
    expect(runs).toBe(0);
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(runs).toBe(1);
  });

  test('a result waits for room on a full disk instead of being lost', async () => {
    await using b = await bench({
      'gateway.self-test': async () => {
        b.outbox.full = true;
        setTimeout(() => {
          b.outbox.full = false;
        }, 300);
        return answer;
      },
    });
    const command = b.command();
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(b.states(command.id).at(-1)).toBe('succeeded');
  });

  test('an output that is too large for a message ends as failed and says so', async () => {
    await using b = await bench({ 'gateway.self-test': async () => ({ checks: [], more: 'x'.repeat(5000) }) });
    b.outbox.limitBytes = 4000;
    const command = b.command();
    await b.runner.receive(command);
    await b.ended(command.id);
    expect(b.results(command.id).at(-1)).toMatchObject({ state: 'failed', reason: { code: 'link.message-too-large' } });
  });

  test('the journal forgets by age, never what has not ended, may still be repeated, or is among the latest', async () => {
    await using b = await bench({ 'gateway.self-test': () => new Promise(() => undefined) });
    const open = b.command();
    await b.runner.receive(open);
    const repeatable = b.command({ name: 'x.y', deadlineAt: new Date(b.clock.now() + 30 * 86_400_000).toISOString() });
    await b.runner.receive(repeatable);
    const old = Array.from({ length: 60 }, () => b.command({ name: 'x.y' }));
    for (const command of old) await b.runner.receive(command);
    b.clock.time += 8 * 86_400_000;
    await b.runner.receive(b.command({ name: 'x.y' }));
    const kept = new Set<string>();
    for await (const id of b.store.table('commands', JournalEntry).keys()) kept.add(id);
    expect([kept.has(open.id), kept.has(repeatable.id), kept.size]).toEqual([true, true, 50]);
    expect(old.map(({ id }) => kept.has(id)).indexOf(true)).toBe(13);
  });

  test('the journal forgets the oldest above a thousand', async () => {
    await using b = await bench({});
    const first = b.command({ name: 'x.y' });
    await b.runner.receive(first);
    b.clock.time += 120_000;
    for (let n = 0; n < 1000; n += 1) await b.runner.receive(b.command({ name: 'x.y' }));
    const kept = new Set<string>();
    for await (const id of b.store.table('commands', JournalEntry).keys()) kept.add(id);
    expect([kept.has(first.id), kept.size]).toEqual([false, 1000]);
  });

  test('the capabilities are the names that have a handler', async () => {
    await using b = await bench({ 'gateway.self-test': async () => answer });
    expect(b.runner.capabilities()).toEqual(['gateway.self-test']);
  });
});
