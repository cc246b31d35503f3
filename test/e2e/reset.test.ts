import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Account, Command, GatewayDetail } from '#contract/api.ts';
import type { EnrolmentAnswer, StatusAnswer } from '#contract/wizard/gateway.ts';
import { fakeClock } from '#test/support/fake-clock.ts';
import { hasProgram, until } from '#test/support/program.ts';
import { ADMIN, type Site, startSite } from '#test/support/site.ts';
import { enrol } from '#test/support/stack.ts';

const PHYSICAL = { DEMARC_VIRTUAL: 'no' };
const VIRTUAL = { DEMARC_VIRTUAL: 'yes' };

/** Waits until the daemon answers as one that belongs to nobody; it has a new token after a wipe. */
async function unclaimed(site: Site, limitMs = 40_000): Promise<StatusAnswer> {
  let status: StatusAnswer | undefined;
  await until('the gateway belongs to nobody', limitMs, async () => {
    status = await site.status().catch(() => undefined);
    return status?.enrolment.state === 'unclaimed' && !existsSync(join(site.daemon.state, 'reset.json'));
  });
  if (status === undefined) throw new Error('no status');
  return status;
}

const wiped = async (site: Site) => {
  const status = await unclaimed(site);
  expect(status).toMatchObject({ pbxs: [], cloud: { url: null } });
  const names = await readdir(site.daemon.state);
  expect(names.filter((name) => /^(identity|key-|enrolment)/.test(name))).toEqual([]);
};

const released = async (site: Site) => {
  const status = await unclaimed(site);
  expect(status).toMatchObject({ pbxs: [{ id: site.pbxs.directory }], cloud: { url: null } });
};

const gateway = (site: Site) => site.api.get<GatewayDetail>(`/api/v1/gateways/${site.gateway}`);

describe('a factory reset from the console', () => {
  it('succeeds in the cloud before the appliance forgets who it was, and leads back to the wizard', async () => {
    await using site = await startSite({ users: 20, daemonEnv: PHYSICAL });
    await site.enrol();
    await site.addDirectory();
    await until('the cloud knows that it is an appliance', 20_000, async () => (await gateway(site)).virtual === false);
    const command = await site.command('gateway.factory-reset', { confirm: 'revert' });
    expect(command).toMatchObject({ state: 'succeeded', output: { wiped: true } });
    await wiped(site);
    expect(await gateway(site)).toMatchObject({ presence: 'Released', quarantined: 0 });
    expect(await site.events('gateway.left')).toBe(1);
    // As from the box: it can be claimed again, and its PBX is new there.
    await site.enrol();
    expect((await site.addDirectory()).outcome).toBe('Successful');
    expect(await gateway(site)).toMatchObject({ presence: 'Online', quarantined: 0, users: 20 });
  });

  it('releases a virtual machine instead', async () => {
    await using site = await startSite({ users: 20, daemonEnv: VIRTUAL });
    await site.enrol();
    await site.addDirectory();
    const command = await site.command('gateway.factory-reset', { confirm: 'revert' });
    expect(command).toMatchObject({ state: 'succeeded', output: { wiped: false } });
    await released(site);
  });

  it('killed_between_the_wish_and_its_result: the next start tells the cloud, then wipes', async () => {
    await using site = await startSite({ users: 20, daemonEnv: PHYSICAL });
    await site.enrol();
    await site.addDirectory();
    const { id } = await site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, {
      name: 'gateway.factory-reset',
      args: { confirm: 'revert' },
    });
    await until('the wish is on disk', 10_000, () => existsSync(join(site.daemon.state, 'reset.json')), 1);
    await site.daemon.stop('SIGKILL');
    await site.daemon.start();
    expect(await site.commandEnd(id)).toMatchObject({ state: 'succeeded', output: { wiped: true } });
    await wiped(site);
  });
});

describe('an account that is deleted', () => {
  it('resets the appliance that is connected', async () => {
    await using site = await startSite({ users: 20, daemonEnv: PHYSICAL });
    await site.enrol();
    await site.addDirectory();
    await site.api.expect('DELETE', `/api/v1/accounts/${site.account.id}?confirm=delete`);
    await wiped(site);
  });

  it.skipIf(!hasProgram('faketime'))(
    'releases the virtual machine that comes back months later with an expired certificate (needs faketime)',
    async () => {
      await using site = await startSite({ users: 20, daemonEnv: VIRTUAL });
      await site.enrol();
      await site.addDirectory();
      await site.daemon.stop();
      await site.api.expect('DELETE', `/api/v1/accounts/${site.account.id}?confirm=delete`);
      // The cloud is restarted, so that nothing is known but what is on disk.
      await site.connector.stop('SIGKILL');
      await site.connector.start({ env: fakeClock('+200d') });
      await site.daemon.start({ env: fakeClock('+200d') });
      await released(site);
    },
  );
});

describe('a gateway on site', () => {
  it('is wiped by whoever is there, also with the cloud away, and never by the cloud’s silence', async () => {
    await using site = await startSite({ users: 20, daemonEnv: PHYSICAL });
    await site.enrol();
    await site.addDirectory();
    await site.connector.stop();
    await until('the link is down', 20_000, async () => (await site.status()).cloud.state !== 'online');
    expect((await site.status()).enrolment.state).toBe('claimed');
    await expect(site.daemon.call('POST', '/api/reset', { confirm: 'yes' })).rejects.toThrow('revert');
    await site.daemon.call('POST', '/api/reset', { confirm: 'revert' });
    await wiped(site);
  });

  it('takes its PBXs to another account, where nothing of the first one arrives', async () => {
    await using site = await startSite({ users: 20, daemonEnv: VIRTUAL });
    await site.enrol();
    await site.addDirectory();
    const [before, first] = [site.pbxs.directory, site.gateway];
    await site.api.expect('DELETE', `/api/v1/gateways/${first}`);
    await released(site);
    const other = await site.api.post<Account>('/api/v1/accounts', { name: 'Second customer', country: 'FR' });
    site.gateway = await enrol(site.daemon, site.connector, site.api, other.id);
    await site.online();
    let pbxs: { id: string }[] = [];
    await until('the second account has the users', 30_000, async () => {
      pbxs = (await site.daemon.call<{ pbxs: { id: string }[] }>('GET', '/api/pbxs')).pbxs;
      return (await gateway(site)).users === 20;
    });
    expect(pbxs).toHaveLength(1);
    expect(pbxs[0]?.id).not.toBe(before);
    expect(await gateway(site)).toMatchObject({ account: other.id, quarantined: 0 });
    // The first account keeps what it had, until somebody there deletes what no gateway has any more.
    expect((await site.users(before)).size).toBe(20);
    await site.api.expect('DELETE', `/api/v1/pbxs/${before}`);
    expect((await site.users(before)).size).toBe(0);
    expect((await gateway(site)).users).toBe(20);
    expect((await site.daemon.call<EnrolmentAnswer>('GET', '/api/enrolment')).state).toBe('claimed');
    await site.api.signIn(ADMIN.email, ADMIN.password);
  });
});
