import * as fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { due, nextDue, nextOccurrence, type Schedule } from '#daemon/schedule/due.ts';
import { type RunReason, Scheduler, spreadInterval, spreadOver } from '#daemon/schedule/scheduler.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { temporaryFolder, until } from '#test/support/program.ts';

const at = (text: string): number => Date.parse(text);
const MINUTE = 60_000;
const DAY = 86_400_000;

/** Every run of a schedule when a tick comes each minute. */
function runs(schedule: Schedule, zone: string, from: string, to: string, lastRun: number | undefined): string[] {
  const found: string[] = [];
  let last = lastRun;
  for (let now = at(from); now <= at(to); now += MINUTE) {
    if (!due(schedule, zone, last, now)) continue;
    found.push(new Date(now).toISOString().slice(0, 16));
    last = now;
  }
  return found;
}

describe('every so many minutes', () => {
  const every20: Schedule = { everyMinutes: 20, offsetMinutes: 7 };

  it('runs at its own marks of the hour', () => {
    expect(runs(every20, 'UTC', '2026-03-01T00:00Z', '2026-03-01T01:00Z', at('2026-02-28T23:47Z'))).toEqual([
      '2026-03-01T00:07',
      '2026-03-01T00:27',
      '2026-03-01T00:47',
    ]);
  });

  it('runs at once when it never ran', () => {
    expect(due(every20, 'UTC', undefined, at('2026-03-01T00:03Z'))).toBe(true);
  });

  test.each(['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe'])(
    'loses and doubles nothing in %s, whatever its clocks do',
    (zone) => {
      const days: [string, string][] = [
        ['2026-03-28T12:00Z', '2026-03-29T12:00Z'],
        ['2026-10-24T12:00Z', '2026-10-25T12:00Z'],
        ['2026-03-08T00:00Z', '2026-03-09T00:00Z'],
        ['2026-11-01T00:00Z', '2026-11-02T00:00Z'],
        ['2026-04-04T00:00Z', '2026-04-05T00:00Z'],
        ['2026-10-03T00:00Z', '2026-10-04T00:00Z'],
      ];
      for (const [from, to] of days) expect(runs(every20, zone, from, to, at(from) - 1)).toHaveLength(72);
    },
  );

  it('runs once after downtime, however long', () => {
    expect(runs(every20, 'UTC', '2026-03-09T10:00Z', '2026-03-09T10:30Z', at('2026-03-01T00:07Z'))).toEqual([
      '2026-03-09T10:00',
      '2026-03-09T10:07',
      '2026-03-09T10:27',
    ]);
  });

  it('is stopped by no clock that was years ahead and was set back', () => {
    expect(due(every20, 'UTC', at('2028-01-01T00:00Z'), at('2026-01-01T00:00Z'))).toBe(true);
    // Ten minutes ahead are within a period: it waits until its time has come.
    expect(due(every20, 'UTC', at('2026-01-01T00:10Z'), at('2026-01-01T00:00Z'))).toBe(false);
  });

  it('is never due twice within a period, and always after one, for any clock that goes on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_080 }),
        fc.nat(10_079),
        fc.integer({ min: 0, max: 2_000_000_000 }),
        fc.nat(30 * 24 * 60),
        (everyMinutes, offset, startMinute, gap) => {
          const schedule: Schedule = { everyMinutes, offsetMinutes: offset % everyMinutes };
          const last = startMinute * MINUTE;
          const now = last + gap * MINUTE;
          const next = nextDue(schedule, 'UTC', last, now);
          if (gap >= everyMinutes) expect(due(schedule, 'UTC', last, now)).toBe(true);
          expect(next - now).toBeLessThanOrEqual(everyMinutes * MINUTE);
          expect(due(schedule, 'UTC', now, now)).toBe(false);
          const upcoming = nextOccurrence(schedule, 'UTC', now);
          expect(due(schedule, 'UTC', now, upcoming - 1)).toBe(false);
          expect(due(schedule, 'UTC', now, upcoming)).toBe(true);
        },
      ),
    );
  });
});

describe('at a wall-clock time', () => {
  const daily = (time: string): Schedule => ({ kind: 'daily', time });

  test.each<[string, Schedule, string, string, string, string[]]>([
    [
      'an ordinary day',
      daily('03:00'),
      'Europe/Vienna',
      '2026-06-01T00:00Z',
      '2026-06-02T23:59Z',
      ['2026-06-01T01:00', '2026-06-02T01:00'],
    ],
    [
      'Vienna in spring: 02:30 does not exist and becomes 03:30',
      daily('02:30'),
      'Europe/Vienna',
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['2026-03-29T01:30', '2026-03-30T00:30'],
    ],
    [
      'Vienna in autumn: 02:30 comes twice and counts the first time',
      daily('02:30'),
      'Europe/Vienna',
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'New York in spring: 02:15 becomes 03:15',
      daily('02:15'),
      'America/New_York',
      '2026-03-07T12:00Z',
      '2026-03-09T12:00Z',
      ['2026-03-08T07:15', '2026-03-09T06:15'],
    ],
    [
      'New York in autumn: 01:30 counts once',
      daily('01:30'),
      'America/New_York',
      '2026-10-31T12:00Z',
      '2026-11-02T12:00Z',
      ['2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'Lord Howe in autumn goes back by half an hour: 01:45 counts once',
      daily('01:45'),
      'Australia/Lord_Howe',
      '2026-04-03T20:00Z',
      '2026-04-05T20:00Z',
      ['2026-04-04T14:45', '2026-04-05T15:15'],
    ],
    [
      'Lord Howe in spring goes ahead by half an hour: 02:15 becomes 02:45',
      daily('02:15'),
      'Australia/Lord_Howe',
      '2026-10-02T20:00Z',
      '2026-10-04T20:00Z',
      ['2026-10-03T15:45', '2026-10-04T15:15'],
    ],
    [
      'every Sunday, also on the Sunday of the change',
      { kind: 'weekly', day: 0, time: '04:00' },
      'Europe/Vienna',
      '2026-03-20T00:00Z',
      '2026-04-06T00:00Z',
      ['2026-03-22T03:00', '2026-03-29T02:00', '2026-04-05T02:00'],
    ],
    [
      'midnight belongs to the day that begins',
      { kind: 'weekly', day: 1, time: '00:00' },
      'Europe/Vienna',
      '2026-06-06T00:00Z',
      '2026-06-14T00:00Z',
      ['2026-06-07T22:00'],
    ],
  ])('%s', (_, schedule, zone, from, to, expected) => {
    expect(runs(schedule, zone, from, to, at(from) - 1)).toEqual(expected);
  });

  it('waits for its first time when it is new, and catches up once when that was missed', () => {
    expect(due(daily('03:00'), 'UTC', undefined, at('2026-06-01T12:00Z'))).toBe(false);
    expect(runs(daily('03:00'), 'UTC', '2026-06-09T12:00Z', '2026-06-10T04:00Z', at('2026-06-01T03:00Z'))).toEqual([
      '2026-06-09T12:00',
      '2026-06-10T03:00',
    ]);
  });

  it('does not run again when the clock is set back over it by an hour', () => {
    expect(due(daily('03:00'), 'UTC', at('2026-06-01T03:00Z'), at('2026-06-01T02:10Z'))).toBe(false);
    expect(due(daily('03:00'), 'UTC', at('2026-06-01T03:00Z'), at('2026-06-01T03:20Z'))).toBe(false);
  });

  it('comes once on every day of the calendar, in any zone and at any time', () => {
    const zones = ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.nat(23),
        fc.nat(59),
        fc.integer({ min: at('2024-01-01T00:00Z'), max: at('2030-01-01T00:00Z') }),
        (zone, hour, minute, now) => {
          const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
          const first = nextOccurrence(daily(time), zone, now);
          const second = nextOccurrence(daily(time), zone, first);
          expect(first).toBeGreaterThan(now);
          expect(first - now).toBeLessThanOrEqual(DAY + 2 * 3_600_000);
          expect(second - first).toBeGreaterThanOrEqual(DAY - 3_600_000);
          expect(second - first).toBeLessThanOrEqual(DAY + 3_600_000);
          expect(due(daily(time), zone, first, second - 1)).toBe(false);
          expect(due(daily(time), zone, first, second)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the scheduler', () => {
  const log = pino({ level: 'silent' });
  const bench = async () => {
    const folder = await temporaryFolder('schedule');
    const store = await DaemonStore.open({ folder: folder.path, log, clock: systemClock });
    const clock = { at: at('2026-06-01T12:00:30Z'), now: () => clock.at };
    const open = () => Scheduler.open({ store, clock, log, spread: 'gateway', zone: () => 'Europe/Vienna' });
    return {
      clock,
      open,
      scheduler: await open(),
      async [Symbol.asyncDispose]() {
        await store.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  };
  const job = (name: string, schedule: Schedule, reasons: RunReason[]) => ({
    name,
    schedule: () => schedule,
    run: (_: AbortSignal, reason: RunReason) => {
      reasons.push(reason);
      return Promise.resolve();
    },
  });

  it('runs what is due, remembers it over a restart, and catches up once after downtime', async () => {
    await using b = await bench();
    const reasons: RunReason[] = [];
    const sync = job('sync', { everyMinutes: 20, offsetMinutes: 0 }, reasons);
    b.scheduler.add(sync);
    for (let minute = 0; minute < 41; minute += 1) {
      b.scheduler.tick();
      await b.scheduler.idle();
      b.clock.at += MINUTE;
    }
    expect(reasons).toEqual(['first', 'schedule', 'schedule']);
    expect(b.scheduler.nextAt('sync')).toBe('2026-06-01T13:00:00.000Z');
    await b.scheduler.stop();

    b.clock.at += 5 * 3_600_000;
    const again = await b.open();
    again.add(sync);
    again.tick();
    await again.idle();
    again.tick();
    await again.idle();
    expect(reasons).toEqual(['first', 'schedule', 'schedule', 'catch-up']);
  });

  it('lets a job never overlap itself, and no job wait for another', async () => {
    await using b = await bench();
    const reasons: RunReason[] = [];
    const gate = Promise.withResolvers<void>();
    let starts = 0;
    b.scheduler.add({
      name: 'slow',
      schedule: () => ({ everyMinutes: 1, offsetMinutes: 0 }),
      run: () => {
        starts += 1;
        return gate.promise;
      },
    });
    b.scheduler.add(job('quick', { everyMinutes: 1, offsetMinutes: 0 }, reasons));
    for (let minute = 0; minute < 3; minute += 1) {
      b.scheduler.tick();
      await until('the quick job ran', 2000, () => reasons.length === minute + 1);
      b.clock.at += MINUTE;
    }
    expect(starts).toBe(1);
    gate.resolve();
    await b.scheduler.idle();
  });

  it('survives a job that throws, and a zone that does not exist', async () => {
    await using b = await bench();
    let tries = 0;
    b.scheduler.add({
      name: 'broken',
      schedule: () => ({ everyMinutes: 1, offsetMinutes: 0 }),
      run: () => {
        tries += 1;
        return Promise.reject(new Error('broken'));
      },
    });
    for (let minute = 0; minute < 3; minute += 1) {
      b.scheduler.tick();
      await b.scheduler.idle();
      b.clock.at += MINUTE;
    }
    expect(tries).toBe(3);
  });

  it('tells a stopping job so and waits for it', async () => {
    await using b = await bench();
    let started = false;
    let told = false;
    b.scheduler.add({
      name: 'long',
      schedule: () => ({ everyMinutes: 1, offsetMinutes: 0 }),
      run: async (signal) => {
        started = true;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        told = true;
      },
    });
    b.scheduler.start();
    await until('the job runs', 2000, () => started);
    await b.scheduler.stop();
    expect(told).toBe(true);
  });

  it('forgets a removed job', async () => {
    await using b = await bench();
    b.scheduler.add(job('sync', { everyMinutes: 20, offsetMinutes: 0 }, []));
    await b.scheduler.remove('sync');
    expect(b.scheduler.nextAt('sync')).toBeNull();
  });

  it('spreads gateways evenly over the period, each always at the same place', () => {
    const places = Array.from({ length: 2000 }, (_, index) => spreadOver(`gateway-${index}`, 20));
    const counts = Array.from({ length: 20 }, (_, place) => places.filter((other) => other === place).length);
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(140);
    expect(spreadInterval('gateway-1', 20)).toEqual(spreadInterval('gateway-1', 20));
  });
});
