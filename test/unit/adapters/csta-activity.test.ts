/** Counting calls by CSTA: monitors within the licence, one count a call, and what a lost link does not lose. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallTracker } from '#pbx-adapters/activity/call-tracker.ts';
import { cstaActivity } from '#pbx-adapters/activity/csta-activity.ts';
import type { PbxActivity } from '#pbx-adapters/adapter.ts';
import { callEvent } from '#pbx-adapters/channels/csta/calls.ts';
import { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import { parseMessage } from '#pbx-adapters/channels/csta/xml.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import type { CstaNasty } from '#test/lab/office-400/csta-devices.ts';
import { type LabCsta, startCsta } from '#test/lab/office-400/csta-server.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';

const devices = Array.from({ length: 12 }, (_, at) => ({ number: String(200 + at), category: 'station' }));

/** A service whose calls are followed until the end of the block. */
async function following(nasty: CstaNasty = {}, maxPhones = 50, before?: (lab: LabCsta) => void) {
  const lab = await startCsta({ devices, nasty });
  before?.(lab);
  const { host, port } = lab;
  const place = { ...CstaAccess.parse({ host, port, greetingMs: 30, operationMs: 500 }), maxPhones };
  const parts = { ...adapterParts(), random: () => 0.5, firstWaitMs: 20 };
  const stop = new AbortController();
  const told: PbxActivity[] = [];
  const running = (async () => {
    for await (const activity of cstaActivity(place, parts, stop.signal)) told.push(activity);
  })();
  return {
    lab,
    told,
    lines: parts.lines,
    last: () => told.at(-1),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await lab.stop();
    },
  };
}

const monitors = (lab: LabCsta) => lab.received.filter((name) => name === 'MonitorStart').length;
const started = (of: { told: unknown[] }, times = 1) =>
  expect.poll(() => of.told.length, { timeout: 5000 }).toBeGreaterThanOrEqual(times);

describe('calls', () => {
  it.each(['plain', 'prefixed', 'misspelt'] as const)(
    'are counted once each, whatever is heard of them (%s)',
    async (dialect) => {
      await using pbx = await following({ dialect });
      await started(pbx);
      expect(pbx.last()).toEqual({ callsToday: 0, lastCallAt: null, unreadable: 0 });
      pbx.lab.begin({ id: '1', numbers: ['200', '201'] });
      pbx.lab.begin({ id: '2', numbers: ['202', '+41 32'] });
      pbx.lab.end('1');
      pbx.lab.begin({ id: '3', numbers: ['+41 32', '203'] });
      await expect.poll(() => pbx.last()?.callsToday).toBe(3);
      expect(Date.now() - Date.parse(pbx.last()?.lastCallAt ?? '')).toBeLessThan(5000);
    },
  );

  it('tell nobody’s number', async () => {
    await using pbx = await following();
    await started(pbx);
    pbx.lab.begin({ id: '1', numbers: ['200', '+41326550000'] });
    await expect.poll(() => pbx.last()?.callsToday).toBe(1);
    expect(JSON.stringify([pbx.told, pbx.lines])).not.toContain('41326550000');
  });

  it('without an id are counted as unreadable', async () => {
    await using pbx = await following();
    await started(pbx);
    pbx.lab.begin({ id: '', numbers: ['200', '999'] });
    await expect.poll(() => pbx.last()).toMatchObject({ callsToday: 0, unreadable: 3 });
  });

  it('that were under way before the first link are not counted', async () => {
    await using pbx = await following({}, 50, (lab) => lab.begin({ id: '7', numbers: ['200', '201'] }));
    await started(pbx);
    expect(pbx.last()?.callsToday).toBe(0);
    pbx.lab.begin({ id: '8', numbers: ['202', '203'] });
    await expect.poll(() => pbx.last()?.callsToday).toBe(1);
  });
});

describe('a lost link', () => {
  it('is opened again with all monitors, and the snapshot finds calls of the gap and counts none twice', async () => {
    await using pbx = await following();
    await started(pbx);
    pbx.lab.begin({ id: '1', numbers: ['200', '201'] });
    await expect.poll(() => pbx.last()?.callsToday).toBe(1);
    pbx.lab.cutAll();
    pbx.lab.calls.push({ id: '2', numbers: ['202', '203'] });
    await expect.poll(() => pbx.last()?.callsToday, { timeout: 5000 }).toBe(2);
    expect(monitors(pbx.lab)).toBe(24);
    pbx.lab.begin({ id: '3', numbers: ['204', '205'] });
    await expect.poll(() => pbx.last()?.callsToday).toBe(3);
    expect(pbx.lines).toContainEqual(expect.objectContaining({ code: 'pbx.unreachable' }));
  });

  it('is tried again until the PBX is back', async () => {
    await using pbx = await following({ dropAtOnce: true });
    await expect.poll(() => pbx.lines.length, { timeout: 5000 }).toBeGreaterThan(2);
    pbx.lab.nasty.dropAtOnce = false;
    await started(pbx);
  });
});

describe('licences', () => {
  it('as many phones are watched as the PBX allows, and it is said how many', async () => {
    await using pbx = await following({ maxMonitors: 5 });
    await started(pbx);
    expect(pbx.lines).toContainEqual(expect.objectContaining({ code: 'csta.limit', watched: 5, phones: 12 }));
    // The sixth was refused, and no seventh was tried.
    expect(monitors(pbx.lab)).toBe(6);
    pbx.lab.begin({ id: '1', numbers: ['200', '211'] });
    await expect.poll(() => pbx.last()?.callsToday).toBe(1);
  });

  it('no more are taken than the settings allow', async () => {
    await using pbx = await following({}, 3);
    await started(pbx);
    expect(monitors(pbx.lab)).toBe(3);
  });

  it('none at all is told, not passed over', async () => {
    await using pbx = await following({ maxMonitors: 0 });
    await expect.poll(() => pbx.lines.filter((line) => line['code'] === 'csta.limit').length).toBeGreaterThan(0);
    expect(pbx.told).toEqual([]);
  });
});

describe('the tracker', () => {
  it('counts a call once however its events are repeated, and an id again after its call is over', () => {
    const tracker = new CallTracker();
    expect([tracker.begins('a', 0), tracker.begins('a', 1), tracker.begins('b', 1)]).toEqual([true, false, true]);
    tracker.ends('a', 1000);
    expect(tracker.begins('a', 1500)).toBe(false);
    tracker.ends('a', 2000);
    expect(tracker.begins('a', 8000)).toBe(true);
  });

  it('counts as many calls as there are ids when nothing ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (ids) => {
        const tracker = new CallTracker();
        const counted = ids.filter((id, at) => tracker.begins(String(id), at)).length;
        expect(counted).toBe(new Set(ids).size);
      }),
    );
  });

  it('forgets the oldest of very many', () => {
    const tracker = new CallTracker();
    for (let id = 0; id <= 10_000; id += 1) tracker.begins(String(id), 0);
    expect(tracker.begins('10000', 0)).toBe(false);
    expect(tracker.begins('0', 0)).toBe(true);
  });
});

describe('the adapter', () => {
  const settings = { host: 'pbx', activity: { maxPhones: 5 } };
  const create = (more: object) => adapterTypes['mivoice-office-400'].create({ ...settings, ...more }, adapterParts());

  it('counts calls only when that is switched on, and says so', () => {
    expect(create({})).toMatchObject({ activity: expect.any(Function) });
    expect(create({}).capabilities().activity.via).toBe('CSTA');
    expect(create({ activity: undefined })).toMatchObject({ activity: undefined });
    expect(create({ activity: undefined }).capabilities().activity.via).toBe('none');
    expect(() => create({ csta: false, file: '/x' })).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});

describe('events', () => {
  it.each([
    ['<DeliveredEvent><connection><callID>9</callID></connection></DeliveredEvent>', { kind: 'begins', id: '9' }],
    ['<DeliveredEvent/>', { kind: 'begins', id: undefined }],
    [
      '<ConnectionClearedEvent><droppedConnection><callID>9</callID></droppedConnection></ConnectionClearedEvent>',
      { kind: 'ends', id: '9' },
    ],
    ['<DoNotDisturbEvent/>', undefined],
    ['<SwFunctionDevicesChanged/>', undefined],
  ])('%s', (xml, expected) => {
    expect(callEvent(parseMessage(Buffer.from(xml)))).toEqual(expected);
  });
});
