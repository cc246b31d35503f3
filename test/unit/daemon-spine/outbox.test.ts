import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Envelope } from '#contract/envelope.ts';
import { DroppedRecords } from '#contract/events.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import { HighMark } from '#daemon/outbox/high-mark.ts';
import { DEFAULT_LIMITS, type OutboxLimits } from '#daemon/outbox/limits.ts';
import type { NewRecord, SendableRecord } from '#daemon/outbox/outbox.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { mayMount, smallDisk } from './support/disk.ts';
import { manualClock, recordedLog } from './support/log.ts';

const DAY = 86_400_000;

async function opened(
  folder: string,
  options: { boot?: number; limits?: OutboxLimits; clock?: ReturnType<typeof manualClock> } = {},
) {
  const { log, codes } = recordedLog();
  const clock = options.clock ?? manualClock();
  const store = await DaemonStore.open({ folder, log, clock });
  const { boot = 1, limits = DEFAULT_LIMITS } = options;
  const outbox = await DurableOutbox.open({ store, boot, clock, log, limits });
  return { outbox, store, clock, codes, [Symbol.asyncDispose]: () => store.close() };
}

const event = (n: number, size = 0): NewRecord => ({
  class: 'event',
  to: { channel: 'event' },
  kind: 'event',
  data: { n, fill: 'x'.repeat(size) },
});
const section = (name: string, n: number, kind = 'section'): NewRecord => ({
  class: 'state',
  to: { channel: 'state', section: name },
  kind,
  data: { n },
});
const chunk = (run: string, n: number, size = 0): NewRecord => ({
  class: 'bulk',
  to: { channel: 'users', run, n },
  kind: 'users.chunk',
  data: { run, n, fill: 'x'.repeat(size) },
});
const result = (command: string): NewRecord => ({
  class: 'result',
  to: { channel: 'result', command },
  kind: 'result',
  data: { command },
});

const parse = (record: SendableRecord) => Envelope.parse(JSON.parse(record.payload));
const told = (records: SendableRecord[]) =>
  records.filter((record) => record.kind === 'dropped').map((record) => DroppedRecords.parse(parse(record).data));
const withLimits = (classes: Partial<OutboxLimits['classes']>, bytes = DEFAULT_LIMITS.bytes): OutboxLimits => ({
  bytes,
  classes: { ...DEFAULT_LIMITS.classes, ...classes },
});

describe('order and form', () => {
  test('results leave before events, state and bulk; within a class by number; nothing twice until rewind', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    await it.outbox.append([chunk('r', 0), section('gateway', 1), event(1), result('c')]);
    await it.outbox.append([event(2)]);
    expect((await it.outbox.next(3)).map((record) => record.seq)).toEqual([4, 3, 5]);
    expect((await it.outbox.next(10)).map((record) => record.seq)).toEqual([2, 1]);
    expect(await it.outbox.next(10)).toEqual([]);
    it.outbox.rewind();
    expect((await it.outbox.next(10)).map((record) => record.seq)).toEqual([4, 3, 5, 2, 1]);
  });

  test('the payload is an envelope with boot, number, time, hash and data', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path, { boot: 1 });
    await it.outbox.append([{ ...section('gateway', 7), hash: 'h"1' }]);
    const [record] = await it.outbox.next(1);
    expect(record && parse(record)).toEqual({
      v: 1,
      boot: 1,
      seq: 1,
      at: '2026-01-01T00:00:00.000Z',
      kind: 'section',
      hash: 'h"1',
      data: { n: 7 },
    });
  });

  test('a record above 64 KiB is refused and costs no number', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    await expect(it.outbox.append([event(1, 65_536)])).rejects.toMatchObject({ code: 'link.message-too-large' });
    await it.outbox.append([event(1, 65_000)]);
    expect(it.outbox.state()).toMatchObject({ low: 1, next: 2, records: 1 });
  });

  test('other writes are made together with the records', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    const table = it.store.table('snapshot', z.string());
    await it.outbox.append([event(1)], [table.putOperation('a', 'A')]);
    await it.outbox.append([], [table.putOperation('b', 'B')]);
    expect(await table.get('a')).toBe('A');
    expect(await table.get('b')).toBe('B');
  });
});

describe('numbers', () => {
  test('an empty store of a later boot begins above everything that an earlier one can have used', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path, { boot: 3 });
    await it.outbox.append([event(1)]);
    expect(it.outbox.state()).toMatchObject({ low: 3 * 2 ** 32, next: 3 * 2 ** 32 + 1 });
  });

  describe('a store that opens as if nothing had happened', () => {
    /** Appends two events, lets the mark be written, and takes from the disk what a log that was cut short lacks. */
    async function marked(folder: string, lose: (store: DaemonStore) => Promise<void>) {
      const { log } = recordedLog();
      const store = await DaemonStore.open({ folder, log, clock: manualClock() });
      const mark = new HighMark({ folder, log });
      const outbox = await DurableOutbox.open({ store, boot: 1, clock: manualClock(), log, mark });
      await outbox.append([event(1), event(2)]);
      await outbox.stop();
      await lose(store);
      await store.close();
    }

    async function reopened(folder: string) {
      const { log, codes } = recordedLog();
      const store = await DaemonStore.open({ folder, log, clock: manualClock() });
      const mark = new HighMark({ folder, log });
      const outbox = await DurableOutbox.open({ store, boot: 2, clock: manualClock(), log, mark });
      return { outbox, store, codes, [Symbol.asyncDispose]: () => store.close() };
    }

    test('but lacks its newest records is called repaired; numbers go on above, and the cloud is told of the gap', async () => {
      await using folder = await temporaryFolder('outbox');
      await marked(folder.path, async (store) => {
        const records = store.table('outbox', z.unknown());
        const keys: string[] = [];
        for await (const key of records.keys()) keys.push(key);
        await records.remove(keys[1] ?? '');
        const meta = store.table('outbox-meta', z.looseObject({ next: z.int() }));
        await meta.put('meta', { ...(await meta.get('meta')), next: 2 });
      });
      await using it = await reopened(folder.path);
      expect(it.store.health).toMatchObject({ status: 'repaired', detail: 'the records 2 to 2 were gone' });
      expect(it.codes()).toEqual(['store.repaired']);
      await it.outbox.append([event(3)]);
      expect(it.outbox.state()).toMatchObject({ low: 1, next: 2 * 2 ** 32 + 1 });
      expect(told(await it.outbox.next(10))).toEqual([{ reason: 'store.gap', ranges: [[2, 2 * 2 ** 32 - 1]] }]);
    });

    test('but is empty is called rebuilt', async () => {
      await using folder = await temporaryFolder('outbox');
      await marked(folder.path, async (store) => {
        await store.table('outbox', z.unknown()).clear();
        await store.table('outbox-meta', z.unknown()).clear();
      });
      await using it = await reopened(folder.path);
      expect(it.store.health.status).toBe('rebuilt');
      expect(it.outbox.state()).toMatchObject({ next: 2 * 2 ** 32 });
    });

    test.each([
      ['with a damaged mark', 'outbox.mark', 'nonsense', ['config.invalid']],
      ['with all that it had', 'another-file', '', []],
    ])('%s is well', async (_what, file, content, warned) => {
      await using folder = await temporaryFolder('outbox');
      await marked(folder.path, async () => undefined);
      await writeFile(join(folder.path, file), content);
      await using it = await reopened(folder.path);
      expect(it.store.health.status).toBe('ok');
      expect(it.codes()).toEqual(warned);
    });
  });

  test('a number is not used again after everything was acknowledged and the process started again', async () => {
    await using folder = await temporaryFolder('outbox');
    {
      await using it = await opened(folder.path);
      await it.outbox.append([event(1), event(2)]);
      await it.outbox.next(2);
      await it.outbox.trim(2);
    }
    await using it = await opened(folder.path, { boot: 2 });
    expect(it.outbox.state()).toMatchObject({ low: 3, next: 3, records: 0, bytes: 0, oldestAt: null });
  });

  test('records that a damaged disk lost from the middle are told, so that the cloud does not wait for them', async () => {
    await using folder = await temporaryFolder('outbox');
    {
      await using it = await opened(folder.path);
      await it.outbox.append([event(1), event(2), event(3), event(4)]);
      const raw = it.store.table('outbox', z.unknown());
      await raw.remove('1/0000000000000002');
      await raw.remove('1/0000000000000003');
    }
    await using it = await opened(folder.path, { boot: 2 });
    const records = await it.outbox.next(10);
    expect(told(records)).toEqual([{ reason: 'store.gap', ranges: [[2, 3]] }]);
    expect(records.map((record) => record.seq)).toEqual([1, 4, 5]);
  });

  test('when the cloud knows newer numbers than the disk, what is kept gets numbers above them', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    await it.outbox.append([event(1), chunk('r', 0)]);
    await it.outbox.trim(50);
    await it.outbox.append([event(2)]);
    const records = await it.outbox.next(10);
    expect(records.map((record) => [record.seq, parse(record).seq])).toEqual([
      [51, 51],
      [53, 53],
      [52, 52],
    ]);
    expect(it.codes()).toEqual(['outbox.behind']);
    await it.outbox.trim(Number.MAX_SAFE_INTEGER);
    expect(it.outbox.state()).toMatchObject({ low: 51, next: 54, records: 3 });
    expect(it.codes()).toEqual(['outbox.behind', 'link.malformed']);
  });
});

describe('what is given up', () => {
  test('what the cloud has before anything was sent are numbers of an earlier start: new records get others', async () => {
    await using folder = await temporaryFolder('outbox');
    {
      await using it = await opened(folder.path);
      await it.outbox.append([event(1), event(2)]);
    }
    await using it = await opened(folder.path, { boot: 2 });
    // The disk knows of 1 and 2; the cloud has 3 and 4 as well, and two of the new ones would be taken for those.
    await it.outbox.append([event(3), event(4), event(5)]);
    await it.outbox.trim(4);
    const left = await it.outbox.next(10);
    expect(left.map(({ seq, payload }) => [seq, (JSON.parse(payload) as { seq: number }).seq])).toEqual([
      [5, 5],
      [6, 6],
      [7, 7],
    ]);
    await it.outbox.trim(7);
    expect(it.outbox.state()).toMatchObject({ low: 8, next: 8, records: 0 });
  });

  test('a newer document of a section replaces those that have not left; an unchanged note does not', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    await it.outbox.append([section('gateway', 1), section('pbxs', 1), section('gateway', 2)]);
    await it.outbox.append([section('gateway', 2, 'section.unchanged'), section('gateway', 3, 'section.unchanged')]);
    const records = await it.outbox.next(10);
    expect(records.filter((record) => record.class === 'state').map((record) => record.seq)).toEqual([2, 3, 5]);
    expect(told(records)).toEqual([
      {
        reason: 'state.superseded',
        ranges: [
          [1, 1],
          [4, 4],
        ],
      },
    ]);
    expect(it.outbox.state().drops).toEqual({});
    await it.outbox.append([section('gateway', 4)]);
    expect(it.outbox.state().records, 'what has left is not taken back').toBe(5);
  });

  test('too many bytes of events: the oldest go, counted, and told in one range', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path, { limits: withLimits({ event: { bytes: 4500, ageMs: DAY } }) });
    for (let n = 1; n <= 20; n += 1) await it.outbox.append([event(n, 900)]);
    const state = it.outbox.state();
    expect(state).toMatchObject({ low: 1, next: 21, records: 4, drops: { 'event.bytes': 16 } });
    expect(state.bytes).toBeLessThanOrEqual(4500);
    const records = await it.outbox.next(100);
    expect(told(records)).toEqual([{ reason: 'event.bytes', ranges: [[1, 16]] }]);
    expect(records.map((record) => record.seq)).toEqual([17, 18, 19, 20, 21]);
    expect(it.outbox.state().low, 'owed until the cloud has acknowledged what it was told').toBe(1);
    await it.outbox.trim(21);
    expect(it.outbox.state()).toMatchObject({ low: 22, next: 22, records: 0 });
  });

  test('a run of which a part has to go, goes whole, and what is still appended of it too', async () => {
    await using folder = await temporaryFolder('outbox');
    const limits = withLimits({ bulk: { bytes: 5000, ageMs: DAY } });
    {
      await using it = await opened(folder.path, { limits });
      await it.outbox.append([chunk('a', 0, 900), chunk('a', 1, 900), chunk('b', 0, 900), chunk('a', 2, 900)]);
      await it.outbox.append([chunk('b', 1, 900), chunk('b', 2, 900)]);
      expect(it.outbox.state()).toMatchObject({ records: 3, drops: { 'bulk.bytes': 3 } });
    }
    await using it = await opened(folder.path, { limits, boot: 2 });
    await it.outbox.append([chunk('a', 3, 900)]);
    const records = await it.outbox.next(100);
    expect(records.map((record) => record.seq)).toEqual([7, 3, 5, 6]);
    expect(told(records)).toEqual([
      {
        reason: 'bulk.bytes',
        ranges: [
          [1, 2],
          [4, 4],
        ],
      },
    ]);
    expect(it.outbox.state().drops).toEqual({ 'bulk.bytes': 3, 'bulk.run': 1 });
  });

  test('the total limit is paid by bulk first', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path, { limits: withLimits({}, 3500) });
    await it.outbox.append([event(1, 900), chunk('a', 0, 900), chunk('b', 0, 900), event(2, 900)]);
    expect(it.outbox.state()).toMatchObject({ records: 3, drops: { 'bulk.total': 1 } });
  });

  test('age: a week of bulk goes, but a clock that jumps two years makes nothing old', async () => {
    await using folder = await temporaryFolder('outbox');
    await using it = await opened(folder.path);
    await it.outbox.append([chunk('a', 0), event(1)]);
    it.clock.move(2 * 365 * DAY);
    expect(await it.outbox.next(10)).toHaveLength(2);
    for (let day = 0; day < 7; day += 1) {
      it.clock.move(DAY);
      await it.outbox.next(10);
    }
    expect(it.outbox.state()).toMatchObject({ drops: { 'bulk.age': 1 } });
    it.outbox.rewind();
    expect(told(await it.outbox.next(10))).toEqual([{ reason: 'bulk.age', ranges: [[1, 1]] }]);
  });
});

/** Every number that was used is sent, or told as given up; and what was accepted is among it. */
async function expectAllAccountedFor(outbox: DurableOutbox, accepted: readonly number[]): Promise<void> {
  const seen = new Set<number>();
  const numbers = new Set<unknown>();
  for (let batch = await outbox.next(50); batch.length > 0; batch = await outbox.next(50)) {
    for (const record of batch) {
      expect(seen.has(record.seq) && record.kind !== 'dropped').toBe(false);
      seen.add(record.seq);
      numbers.add((parse(record).data as { n?: number }).n);
    }
    for (const { ranges } of told(batch)) {
      for (const [from, to] of ranges) for (let seq = from; seq <= to; seq += 1) seen.add(seq);
    }
  }
  for (const n of accepted) expect(numbers.has(n)).toBe(true);
  expect(seen.size).toBe(outbox.state().next - 1);
}

describe.skipIf(!mayMount())('a full disk (needs the right to mount a tmpfs)', () => {
  test('refuses with store.full; what was accepted is kept, later numbers are new, and the cloud waits for nothing', async () => {
    await using folder = await temporaryFolder('outbox-full');
    await using disk = await smallDisk(folder.path, 12);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(8 * 1024 * 1024));
    const accepted: number[] = [];
    {
      await using it = await opened(disk.path);
      const fill = async () => {
        for (let n = 0; n < 1000; n += 1) {
          await it.outbox.append([event(n, 50_000)]);
          accepted.push(n);
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'store.full' });
      expect(it.outbox.state().records).toBe(accepted.length);
      await expect(it.outbox.append([event(0, 50_000)])).rejects.toMatchObject({ code: 'store.full' });
      await rm(join(disk.path, 'ballast'));
      await it.outbox.append([event(5000)]);
      accepted.push(5000);
      await expectAllAccountedFor(it.outbox, accepted);
    }
    await using it = await opened(disk.path, { boot: 2 });
    await expectAllAccountedFor(it.outbox, accepted);
  });
});

/** What the outbox must be, in a few lines: every number that was given out is kept, told as dropped, or acknowledged. */
test('property: through any appends, sends, acknowledgements and restarts, every number is accounted for once', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), what: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }) }),
    fc.record({ do: fc.constant('send' as const), limit: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ do: fc.constant('ack' as const) }),
    fc.record({ do: fc.constant('rewind' as const) }),
    fc.record({ do: fc.constant('restart' as const) }),
    fc.record({ do: fc.constant('day' as const) }),
  );
  const kinds: ((n: number) => NewRecord)[] = [
    (n) => event(n, 300),
    (n) => event(n),
    (n) => section('gateway', n),
    (n) => section('pbxs', n),
    (n) => section('pbxs', n, 'section.unchanged'),
    (n) => chunk('a', n, 200),
    (n) => chunk('b', n, 200),
    (n) => chunk(`r${n % 5}`, n, 100),
    () => result('x'),
    (n) => event(n, 50),
  ];
  const limits: OutboxLimits = {
    bytes: 6000,
    classes: {
      result: { bytes: 1500, ageMs: 3 * DAY },
      event: { bytes: 2500, ageMs: 3 * DAY },
      state: { bytes: 3000, ageMs: Number.POSITIVE_INFINITY },
      bulk: { bytes: 2500, ageMs: 2 * DAY },
    },
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using folder = await temporaryFolder('outbox-model');
      const clock = manualClock();
      let boot = 1;
      let it = await opened(folder.path, { limits, clock, boot });
      // The cloud: what it was sent or told, and how far that reaches without a hole.
      const seen = new Set<number>();
      const texts = new Map<number, string>();
      let upTo = 0;
      const receive = (records: SendableRecord[]) => {
        for (const record of records) {
          const before = texts.get(record.seq);
          expect(before === undefined || before === record.payload, 'a number has one content for ever').toBe(true);
          texts.set(record.seq, record.payload);
          seen.add(record.seq);
          for (const { ranges } of told([record])) {
            for (const [from, to] of ranges) for (let seq = from; seq <= to; seq += 1) seen.add(seq);
          }
        }
        while (seen.has(upTo + 1)) upTo += 1;
      };
      let next = it.outbox.state().next;
      let written = false;
      for (const [n, one] of steps.entries()) {
        if (one.do === 'append' && one.what.length > 0) written = true;
        if (one.do === 'append') await it.outbox.append(one.what.map((k) => (kinds[k] ?? event)(n)));
        if (one.do === 'send') receive(await it.outbox.next(one.limit));
        if (one.do === 'ack') await it.outbox.trim(upTo);
        if (one.do === 'rewind') it.outbox.rewind();
        if (one.do === 'day') clock.move(DAY);
        if (one.do === 'restart') {
          const before = it.outbox.state();
          await it.store.close();
          boot += 1;
          it = await opened(folder.path, { limits, clock, boot });
          const after = it.outbox.state();
          if (written) expect(after).toEqual(before);
          else upTo = after.next - 1;
        }
        const state = it.outbox.state();
        expect(state.next).toBeGreaterThanOrEqual(next);
        next = state.next;
        expect(state.low).toBeLessThanOrEqual(next);
      }
      it.outbox.rewind();
      for (let batch = await it.outbox.next(50); batch.length > 0; batch = await it.outbox.next(50)) receive(batch);
      expect(upTo, 'the cloud waits for nothing').toBe(it.outbox.state().next - 1);
      await it.outbox.trim(upTo);
      expect(it.outbox.state()).toMatchObject({ records: 0, bytes: 0, low: upTo + 1 });
      await it.store.close();
    }),
    { numRuns: 60 },
  );
});

test('100,000 records, kill -9 in the middle: nothing that was accepted is lost, no number is used twice', {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder('outbox-kill');
  const script = new URL('support/append-until-killed.ts', import.meta.url).pathname;
  const accepted: number[] = [];
  for (const [count, killAt] of [
    [100_000, 100_000],
    [5000, 1234],
    [5000, 2500],
  ] as const) {
    await using child = startProgram(process.execPath, [script, folder.path, String(count), '10']);
    const last = () =>
      Number(
        child
          .output()
          .trimEnd()
          .split('\n')
          .at(-1)
          ?.replace(/^rate.*/, String(count)) ?? 0,
      );
    await until(`${killAt} accepted`, 60_000, () => last() >= killAt, 1);
    child.process.kill('SIGKILL');
    await child.exited;
    accepted.push(last());
    if (count === 100_000)
      console.log('append', child.output().trimEnd().split('\n').at(-1), 'records/s in calls of 10');
  }
  const openedAt = performance.now();
  await using it = await opened(folder.path, { boot: 4 });
  console.log('reopen', Math.round(performance.now() - openedAt), 'ms with', it.outbox.state().records, 'records');
  const counts = new Map<number, number>();
  const seqs = new Set<number>();
  for (let batch = await it.outbox.next(1000); batch.length > 0; batch = await it.outbox.next(1000)) {
    for (const record of batch) {
      expect(seqs.has(record.seq)).toBe(false);
      seqs.add(record.seq);
      const { boot, seq } = parse(record);
      expect(seq).toBe(record.seq);
      counts.set(boot, (counts.get(boot) ?? 0) + 1);
    }
  }
  expect([...counts.keys()]).toEqual([1, 2, 3]);
  for (const [index, number] of accepted.entries()) expect(counts.get(index + 1)).toBeGreaterThanOrEqual(number);
  expect(it.outbox.state().next).toBe(seqs.size + 1);
});
