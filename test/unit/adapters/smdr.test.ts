/** Call records: lines, columns, the missing year, counting, and a stream that breaks. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callsToday, dayOf, noCalls, withCall } from '#pbx-adapters/activity/counter.ts';
import { smdrActivity } from '#pbx-adapters/activity/smdr-activity.ts';
import type { PbxActivity } from '#pbx-adapters/adapter.ts';
import { SmdrLines } from '#pbx-adapters/channels/smdr/lines.ts';
import { readRecord } from '#pbx-adapters/channels/smdr/record.ts';
import { SmdrAccess, SmdrLayout } from '#pbx-adapters/channels/smdr/settings.ts';
import { instantOf } from '#pbx-adapters/channels/smdr/year.ts';
import { type LabCall, smdrLine, startSmdr } from '#test/lab/mivoice-business/smdr-server.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';
import { until } from '#test/support/program.ts';

const call: LabCall = {
  start: { month: 2, day: 17, hour: 19, minute: 5 },
  seconds: 3723,
  from: '2002',
  to: '2001',
  answered: 4,
};
const base = SmdrLayout.parse({});

describe('a record', () => {
  it.each([90, 101, 112, 120, 131])('of %i columns is read when that length is declared', (length) => {
    const found = readRecord(smdrLine(call, length), SmdrLayout.parse({ length }));
    expect(found).toEqual({
      start: { month: 2, day: 17, hour: 19, minute: 5, second: 0 },
      durationSeconds: 3723,
      calling: '2002',
      answerSeconds: 4,
      // Where other options move the columns behind the digits, the called party is not guessed.
      ...(length === 90 || length === 112 ? { called: '2001' } : {}),
    });
  });

  it('declared columns count: seconds in the start, four digits of hours', () => {
    const layout = SmdrLayout.parse({
      length: 112,
      start: [8, 15],
      afternoon: [16, 16],
      duration: [17, 26],
      calling: [28, 31],
      answer: [33, 36],
      called: [65, 68],
    });
    const line = ' 02/17 19:05:39 0000:00:15 2002 0004 2001';
    expect(readRecord(line, layout)).toMatchObject({ start: { second: 39 }, durationSeconds: 15, answerSeconds: 4 });
  });

  it.each([
    ['after noon', 17, 17],
    ['at noon', 12, 12],
    ['before noon', 9, 9],
  ])('with 12 hours %s', (_when, hour, expected) => {
    const line = smdrLine({ ...call, start: { ...call.start, hour } }, 90, true);
    expect(readRecord(line, base)?.start.hour).toBe(expected);
  });

  it('not answered has no time to answer', () => {
    expect(readRecord(smdrLine({ ...call, answered: -1 }), base)).not.toHaveProperty('answerSeconds');
  });

  it.each<[string, string]>([
    ['one column too far right', ` ${smdrLine(call)}`],
    ['one column too far left', smdrLine(call).slice(1)],
    ['longer than declared', smdrLine(call, 112)],
    ['a day that no month has', smdrLine({ ...call, start: { ...call.start, day: 31 } })],
    ['month 13', smdrLine({ ...call, start: { ...call.start, month: 13 } })],
    ['hour 24', smdrLine({ ...call, start: { ...call.start, hour: 24 } })],
    ['a log line', '2026-02-17 19:05:39 login of user system'],
    ['a control character', smdrLine(call).replace('A', '\u0007')],
  ])('%s is none', (_what, line) => {
    expect(readRecord(line, base)).toBeUndefined();
  });

  it('cut at any column is the same call or none, never another one', () => {
    const line = smdrLine(call);
    const whole = readRecord(line, base);
    for (let length = 0; length < line.length; length += 1) {
      const cut = readRecord(line.slice(0, length), base);
      if (!cut) continue;
      expect(whole).toMatchObject({ start: cut.start, durationSeconds: cut.durationSeconds });
      expect(whole?.calling.startsWith(cut.calling)).toBe(true);
    }
    // Without its essential columns it is none.
    expect(readRecord(line.slice(0, 23), base)).toBeUndefined();
  });

  it('random text gives a call in its bounds or none', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 140 }),
      fc.stringMatching(/^[ -]\d\d\/\d\d \d\d:\d\d[ p] [\d: ]{8} \w{4} .{0,60}$/),
    );
    fc.assert(
      fc.property(text, (line) => {
        const found = readRecord(line, base);
        if (!found) return;
        expect(found.start.month).toBeLessThanOrEqual(12);
        expect(found.start.hour).toBeLessThanOrEqual(23);
      }),
      { numRuns: 2000, interruptAfterTimeLimit: 4000 },
    );
  });
});

describe('lines', () => {
  it('come out the same however the stream is cut into segments', () => {
    const lines = fc.array(fc.stringMatching(/^[ -~]{0,131}$/), { maxLength: 8 });
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(lines, sizes, (all, cuts) => {
        const bytes = Buffer.from(all.map((line) => `${line}\r\n`).join(''));
        const splitter = new SmdrLines();
        const found: (string | undefined)[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = Number(cuts.next().value);
          found.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found).toEqual(all);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 4000 },
    );
  });

  it('a line of 10 MB is one unreadable line, and takes no memory; the next one is read', () => {
    const splitter = new SmdrLines();
    const piece = Buffer.alloc(64 * 1024, 0x41);
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 160; at += 1) expect(splitter.push(piece)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
    expect(splitter.push(Buffer.from('\nnext\n'))).toEqual([undefined, 'next']);
  });
});

describe('the year of a record', () => {
  const time = (month: number, day: number, hour = 12) => ({ month, day, hour, minute: 0, second: 0 });
  it.each([
    ['of yesterday', time(11, 21), '2026-11-22T10:00:00Z', '2026-11-21T12:00:00Z'],
    ['of December, read in January', time(12, 31), '2026-01-01T00:30:00Z', '2025-12-31T12:00:00Z'],
    [
      'of January, from a clock that is ahead in December',
      time(1, 1, 0),
      '2025-12-31T23:50:00Z',
      '2026-01-01T00:00:00Z',
    ],
    ['of a clock an hour ahead', time(11, 22, 11), '2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z'],
    ['of a date that is two days ahead', time(11, 24), '2026-11-22T10:00:00Z', '2025-11-24T12:00:00Z'],
    ['of 29 February', time(2, 29), '2028-03-01T00:00:00Z', '2028-02-29T12:00:00Z'],
  ])('%s', (_what, record, now, expected) => {
    const found = instantOf(record, Date.parse(now), 'UTC');
    expect(found === undefined ? undefined : new Date(found).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('of 29 February is unknown where no year near has one', () => {
    expect(instantOf(time(2, 29), Date.parse('2027-03-01T00:00:00Z'), 'UTC')).toBeUndefined();
  });

  it.each([
    ['Europe/Berlin', time(7, 1), '2026-07-01T10:00:00.000Z'],
    ['Europe/Berlin', time(1, 10), '2026-01-10T11:00:00.000Z'],
    ['America/St_Johns', time(1, 10), '2026-01-10T15:30:00.000Z'],
    ['Pacific/Auckland', time(7, 1, 1), '2026-06-30T13:00:00.000Z'],
  ])('and its zone %s', (zone, record, expected) => {
    expect(new Date(instantOf(record, Date.parse('2026-08-01T00:00:00Z'), zone) ?? 0).toISOString()).toBe(expected);
  });

  it('never lies more than a day ahead, nor a year back', () => {
    const dates = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }));
    fc.assert(
      fc.property(dates, fc.integer({ min: 1e12, max: 4e12 }), ([month, day], now) => {
        const found = instantOf(time(month, day), now, 'UTC') ?? Infinity;
        expect(found - now).toBeLessThanOrEqual(86_400_000);
        expect(now - found).toBeLessThan(366 * 86_400_000);
      }),
      { numRuns: 500, interruptAfterTimeLimit: 4000 },
    );
  });
});

describe('counting', () => {
  const at = (text: string) => Date.parse(text);
  it('a day starts at midnight of the PBX, and late records of the day before do not count today', () => {
    const calls = ['2026-11-21T22:30:00Z', '2026-11-21T23:30:00Z', '2026-11-21T22:50:00Z', '2026-11-22T08:00:00Z'];
    const count = calls.reduce((all, text) => withCall(all, at(text), 'Europe/Berlin'), noCalls);
    expect(count).toEqual({ day: '2026-11-22', calls: 2, lastCallMs: at('2026-11-22T08:00:00Z') });
    expect(callsToday(count, at('2026-11-22T22:59:00Z'), 'Europe/Berlin')).toBe(2);
    expect(callsToday(count, at('2026-11-22T23:00:00Z'), 'Europe/Berlin')).toBe(0);
  });

  it('the order of the records of one day does not matter', () => {
    const instants = fc.array(fc.integer({ min: at('2026-11-22T00:00:00Z'), max: at('2026-11-22T23:59:59Z') }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(instants, (all) => {
        const count = all.reduce((sum, ms) => withCall(sum, ms, 'UTC'), noCalls);
        expect(count).toEqual({ day: dayOf(all[0] ?? 0, 'UTC'), calls: all.length, lastCallMs: Math.max(...all) });
      }),
      { numRuns: 200, interruptAfterTimeLimit: 4000 },
    );
  });
});

describe('the stream', () => {
  async function listening(settings: object = {}) {
    const lab = await startSmdr();
    const parts = adapterParts();
    const place = { ...SmdrAccess.parse({ port: lab.port, timeZone: 'UTC', ...settings }), host: lab.host };
    const now = Date.parse('2026-02-17T20:00:00Z');
    const heard: PbxActivity[] = [];
    const controller = new AbortController();
    const listen = async () => {
      const with_ = { ...parts, clock: { now: () => now }, random: () => 0.5, firstWaitMs: 20 };
      for await (const activity of smdrActivity(place, with_, controller.signal)) heard.push(activity);
    };
    const listeningNow = listen();
    await until('it listens', 5000, () => lab.connections > 0);
    return {
      lab,
      heard,
      lines: parts.lines,
      [Symbol.asyncDispose]: async () => {
        controller.abort();
        await listeningNow;
        await lab.stop();
      },
    };
  }

  it('counts calls from segments of three bytes, and keeps nobody’s number', async () => {
    await using site = await listening();
    site.lab.nasty.split = 3;
    await site.lab.push(`${smdrLine(call)}\r\n${smdrLine(call)}\r\ngarbage\r\n\r\n${smdrLine(call)}\r\n`);
    await until('all came', 5000, () => site.heard.at(-1)?.callsToday === 3);
    expect(site.heard.at(-1)).toEqual({ callsToday: 3, lastCallAt: '2026-02-17T19:05:00.000Z', unreadable: 1 });
    expect(JSON.stringify([site.heard, site.lines])).not.toMatch(/2002|2001/);
  });

  it('hands on the parties when that is switched on', async () => {
    await using site = await listening({ keepParties: true });
    await site.lab.push(`${smdrLine(call)}\r\n`);
    await until('it came', 5000, () => site.heard.length > 0);
    expect(site.heard[0]?.calls).toEqual([
      { at: '2026-02-17T19:05:00.000Z', from: '2002', to: '2001', durationSeconds: 3723 },
    ]);
  });

  it('comes back after lost connections and goes on counting', async () => {
    await using site = await listening();
    await site.lab.push(`${smdrLine(call)}\r\n`);
    await until('the first', 5000, () => site.heard.length === 1);
    site.lab.nasty.dropAtOnce = true;
    site.lab.drop();
    await until('it tried twice in vain', 5000, () => site.lab.connections >= 3);
    site.lab.nasty.dropAtOnce = false;
    const before = site.lab.connections;
    await until('it is back', 5000, () => site.lab.connections > before);
    await until('the second', 5000, async () => {
      await site.lab.push(`${smdrLine(call)}\r\n`);
      return (site.heard.at(-1)?.callsToday ?? 0) >= 2;
    });
  });

  it('says once that the declared layout must be wrong, without the line', async () => {
    await using site = await listening({ layout: { length: 90 } });
    await site.lab.push(`${smdrLine(call, 112)}\r\n`.repeat(50));
    await until('all came', 5000, () => site.heard.at(-1)?.unreadable === 50);
    expect(site.lines.filter((line) => line['code'] === 'smdr.layout')).toMatchObject([{ declared: 90, found: 112 }]);
  });
});
