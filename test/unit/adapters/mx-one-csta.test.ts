/** The calls of an MX-ONE: its CSTA service beside the shell of its Service Node. */
import { describe, expect, it } from 'vitest';
import type { PbxActivity } from '#pbx-adapters/adapter.ts';
import { MxOneConnection } from '#pbx-adapters/mx-one/connection.ts';
import { cstaPlace } from '#pbx-adapters/mx-one/csta.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { startMxOne } from '#test/lab/mx-one/server.ts';
import { sitePeople } from '#test/lab/mx-one/site.ts';
import type { CstaNasty } from '#test/lab/office-400/csta-devices.ts';
import { startCsta } from '#test/lab/office-400/csta-server.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';

const signal = () => AbortSignal.timeout(15_000);

async function site(nasty: CstaNasty = {}) {
  const people = { users: 6 };
  const devices = Array.from(sitePeople(people), ({ dir }) => ({ number: dir, category: 'station' }));
  const csta = await startCsta({ devices, nasty });
  const server = await startMxOne(people);
  const { host, port, user, password, hostKeyFingerprint } = server;
  const shell = { host, port, user, password, hostKeyFingerprint };
  return {
    csta,
    server,
    shell,
    adapter: (activity?: object) =>
      adapterTypes['mx-one'].create(activity ? { ...shell, activity } : shell, adapterParts()),
    async [Symbol.asyncDispose]() {
      await csta.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('calls of an MX-ONE', () => {
  it('are counted by CSTA when that is switched on, of as many phones as was said', async () => {
    await using pbx = await site({ greet: ['normal'] });
    const adapter = pbx.adapter({ port: pbx.csta.port, maxPhones: 4 });
    expect(adapter.capabilities().activity.via).toBe('CSTA');
    const stop = new AbortController();
    const told: PbxActivity[] = [];
    const running = (async () => {
      for await (const one of adapter.activity?.(stop.signal) ?? []) told.push(one);
    })();
    try {
      await expect.poll(() => told.length, { timeout: 8000 }).toBe(1);
      expect(pbx.csta.received.filter((name) => name === 'MonitorStart')).toHaveLength(4);
      pbx.csta.begin({ id: '1', numbers: ['0001', '0002'] });
      pbx.csta.begin({ id: '2', numbers: ['0005', '+43 1'] });
      pbx.csta.begin({ id: '3', numbers: ['+43 1', '0003'] });
      await expect.poll(() => told.at(-1)?.callsToday).toBe(2);
    } finally {
      stop.abort();
      await running;
    }
  });

  it('are not followed unless that is switched on, and the capability says so', async () => {
    await using pbx = await site();
    const adapter = pbx.adapter();
    expect(adapter).toHaveProperty('activity', undefined);
    expect(adapter.capabilities().activity).toMatchObject({ via: 'none', note: expect.stringContaining('8882') });
    await adapter.probe(signal());
    expect(pbx.csta.received).toEqual([]);
  });

  it('are asked for without the log-in of the shell, which CSTA would send in the clear', () => {
    const shell = { host: 'pbx', user: 'reader', password: 'very-secret' };
    const place = cstaPlace(MxOneConnection.parse({ ...shell, activity: {} }));
    expect(place).toMatchObject({ host: 'pbx', port: 8882, maxPhones: 50 });
    expect(place).not.toHaveProperty('user');
    expect(place).not.toHaveProperty('password');
  });
});

describe('the step of the probe', () => {
  const step = async (pbx: Awaited<ReturnType<typeof site>>) => {
    const report = await pbx.adapter({ port: pbx.csta.port }).probe(signal());
    // Whatever CSTA says, the people are read.
    expect(report).toMatchObject({ ok: true, users: 6 });
    return report.steps.find(({ id }) => id === 'csta');
  };

  it('says how many phones CSTA lists', async () => {
    await using pbx = await site({ greet: ['normal'] });
    expect(await step(pbx)).toMatchObject({ status: 'ok', detail: expect.stringContaining('lists 6 phones') });
  });

  it('says what to raise when third parties see no phone', async () => {
    await using pbx = await site({ greet: ['normal'] });
    pbx.csta.devices.length = 0;
    expect(await step(pbx)).toMatchObject({ status: 'warning', nextStep: expect.stringContaining('--csta-support') });
  });

  it('of a service that hangs up is a warning with a next step', async () => {
    await using pbx = await site({ dropAtOnce: true });
    const found = await step(pbx);
    expect(found?.status).toBe('warning');
    expect(found?.nextStep).toBeTruthy();
  });
});
