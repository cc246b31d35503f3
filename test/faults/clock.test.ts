/** A gateway whose clock is two years off: an empty battery, or a host that was set wrongly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChecksAnswer } from '#daemon/api/answers.ts';
import { fakeClock } from '#test/support/fake-clock.ts';
import { freePort, hasProgram, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { DaemonProcess, localRequest } from '#test/support/stack.ts';

describe.skipIf(!hasProgram('faketime'))('clock_two_years_off (needs faketime)', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ users: 50 });
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  it.each([['-2y'], ['+2y']])(
    '%s: the clock is named as the cause, the certificate is kept, and all is well again with the right time',
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

  it('a new gateway is told of its clock before it is enrolled', async () => {
    const state = `${site.folder}/wrong-clock`;
    await using daemon = new DaemonProcess({ state, port: await freePort() });
    await daemon.start({ env: fakeClock('-2y') });
    const cloud = { url: site.connector.url, caFile: site.connector.caFile };
    await expect(daemon.call('POST', '/api/enrolment', { cloud })).rejects.toThrow(/enrolment\.clock-wrong/);
    expect((await localRequest(`${daemon.url}/healthz`)).status).toBe(200);
  });
});
