/** A gateway whose clock is two years off (an empty battery, a host that was set wrongly), and the changes of the hour. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#config/clock.ts';
import type { ChecksAnswer } from '#contract/wizard/gateway.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { fakeClock } from '#test/support/fake-clock.ts';
import { freePort, hasProgram, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { DaemonProcess, localRequest } from '#test/support/stack.ts';

describe.skipIf(!hasProgram('faketime'))('a wrong clock, and one that is changed (needs faketime)', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ users: 50 });
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  it.each([['-2y'], ['+2y']])(
    'clock_two_years_off: %s, the clock is named as the cause, the certificate is kept, and all is well again with the right time',
    async (offset) => {
      await site.daemon.stop();
      await site.daemon.start({ env: fakeClock(offset) });
      const { checks } = await site.daemon.call<ChecksAnswer>('POST', '/api/checks');
      const found = Object.fromEntries(checks.map(({ id, status, code }) => [id, { status, code }]));
      expect(found['cloud.clock']).toEqual({ status: 'error', code: 'check.clock' });
      // By such a clock no certificate can be judged: neither its own nor the cloud's.
      expect(checks.filter(({ code }) => code === 'identity.expired' || code === 'identity.revoked')).toEqual([]);
      expect((await site.status()).enrolment).toMatchObject({ state: 'claimed', gateway: site.gateway });
      // It is not on site alone that it works on: the PBX is read as ever.
      expect(await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`)).toMatchObject({
        outcome: 'Successful',
      });
      const log = site.daemon.output();
      expect(log).not.toContain('"code":"identity.expired"');

      await site.daemon.stop();
      await site.daemon.start();
      await site.online();
      await until('nothing waits', 20_000, async () => (await site.status()).outbox.records === 0);
      expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { unchanged: 50 } });
      expect((await site.users(site.pbxs.directory)).size).toBe(50);
      expect((await site.status()).outbox.drops).not.toHaveProperty('event.age');
    },
  );

  /** Starts the daemon at this time of the world, lets it look at its schedule, and tells when the self-test last began. */
  async function lastSelfTest(at: string): Promise<string> {
    const offset = Math.round((Date.parse(at) - Date.now()) / 1000);
    await site.daemon.start({ env: fakeClock(offset < 0 ? `${offset}s` : `+${offset}s`) });
    await site.daemon.stop();
    const store = await DaemonStore.open({
      folder: site.daemon.state,
      log: pino({ level: 'silent' }),
      clock: systemClock,
    });
    try {
      const lastRun = await store.table('schedule', z.number()).get('self-test');
      return new Date(lastRun ?? 0).toISOString().slice(0, 16);
    } finally {
      await store.close();
    }
  }

  // The self-test is due at 03:30 on the site's clock; in Vienna that is 02:30 UTC in winter and 01:30 in summer.
  it.each([
    [
      'daylight_saving_begins: the hour that is left out makes a daily job neither miss its day nor run twice',
      [
        ['2027-03-27T12:00Z', '2027-03-27T12:00'],
        ['2027-03-28T01:28Z', '2027-03-27T12:00'],
        ['2027-03-28T01:31Z', '2027-03-28T01:31'],
        ['2027-03-28T02:31Z', '2027-03-28T01:31'],
      ],
    ],
    [
      'daylight_saving_ends: the hour that comes twice makes a daily job neither early nor run twice',
      [
        ['2027-10-30T12:00Z', '2027-10-30T12:00'],
        ['2027-10-31T01:31Z', '2027-10-30T12:00'],
        ['2027-10-31T02:31Z', '2027-10-31T02:31'],
        ['2027-10-31T03:31Z', '2027-10-31T02:31'],
      ],
    ],
  ] as const)('%s', async (_what, steps) => {
    await site.daemon.stop();
    const path = join(site.daemon.state, 'config.json');
    const config = z.looseObject({ site: z.looseObject({}) }).parse(JSON.parse(await readFile(path, 'utf8')));
    await writeFile(path, JSON.stringify({ ...config, site: { ...config.site, timeZone: 'Europe/Vienna' } }));
    const found: [string, string][] = [];
    for (const [at] of steps) found.push([at, await lastSelfTest(at)]);
    expect(found).toEqual(steps);
    await site.daemon.start();
    await site.online();
  });

  it('a new gateway is told of its clock before it is enrolled', async () => {
    const state = `${site.folder}/wrong-clock`;
    await using daemon = new DaemonProcess({ state, port: await freePort() });
    await daemon.start({ env: fakeClock('-2y') });
    const cloud = { url: site.connector.url, caFile: site.connector.caFile };
    await expect(daemon.call('POST', '/api/enrolment', { cloud })).rejects.toThrow(/enrolment\.clock-wrong/);
    expect((await localRequest(`${daemon.url}/healthz`)).status).toBe(200);
  });
});
