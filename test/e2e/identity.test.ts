import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GatewayDetail, ProvisioningToken } from '#contract/api.ts';
import type { EnrolmentAnswer } from '#contract/wizard/gateway.ts';
import { fakeClock } from '#test/support/fake-clock.ts';
import { hasProgram, until } from '#test/support/program.ts';
import { ADMIN, differences, directoryPeople, move, type Site, startSite } from '#test/support/site.ts';

const gateway = (site: Site) => site.api.get<GatewayDetail>(`/api/v1/gateways/${site.gateway}`);

describe('who the gateway is', () => {
  it('is enrolled by a provisioning token without a person, and the token is used up', async () => {
    await using site = await startSite({ users: 20 });
    const { token } = await site.api.post<ProvisioningToken>('/api/v1/provisioning-tokens', {
      account: site.account.id,
      siteName: 'Warehouse',
    });
    const cloud = { url: site.connector.url, caFile: site.connector.caFile };
    await site.daemon.call('POST', '/api/enrolment', { cloud, provisioningToken: token });
    let answer: EnrolmentAnswer | undefined;
    await until('the gateway is claimed', 20_000, async () => {
      answer = await site.daemon.call<EnrolmentAnswer>('GET', '/api/enrolment');
      return answer.state === 'claimed';
    });
    site.gateway = answer?.gateway ?? '';
    await site.online();
    expect(await gateway(site)).toMatchObject({ account: site.account.id, name: 'Warehouse' });
    const { items } = await site.api.get<{ items: ProvisioningToken[] }>(
      `/api/v1/provisioning-tokens?account=${site.account.id}`,
    );
    expect(items).toMatchObject([{ uses: 1, maxUses: 1 }]);
    expect((await site.addDirectory()).outcome).toBe('Successful');
  });

  it('is told when it was released, is free at once, and comes back with its users', async () => {
    await using site = await startSite({ users: 100 });
    await site.enrol();
    await site.addDirectory();
    const released = site.gateway;
    await site.api.expect('DELETE', `/api/v1/gateways/${released}`);
    await until('the daemon knows', 30_000, async () => {
      const status = await site.status().catch(() => undefined);
      return status?.enrolment.state === 'unclaimed' && status.cloud.url === null;
    });
    expect((await gateway(site)).presence).toBe('Released');
    expect(await site.daemon.call('GET', '/api/pbxs')).toMatchObject({ pbxs: [{ id: site.pbxs.directory }] });

    await site.enrol();
    move(site.lab, [1, 2], 'Moved while released');
    // It builds on a revision that belongs to the old identity, so the cloud asks for everybody.
    await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
    await until('its users are in the cloud again', 30_000, async () => {
      const users = await site.users(site.pbxs.directory);
      return users.size === 100 && [...users.values()].every((user) => user.gateway === site.gateway);
    });
    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { unchanged: 100 } });
    expect(await site.events('gateway.records-lost')).toBe(0);
    expect(await gateway(site)).toMatchObject({ quarantined: 0, users: 100 });
    expect((await site.status()).cloud.state).toBe('online');
  });

  it.skipIf(!hasProgram('faketime'))(
    'renews its certificate after two thirds of its life, and uses the new one only once the cloud took it (needs faketime)',
    async () => {
      await using site = await startSite({ users: 20 });
      await site.enrol();
      const identityFile = join(site.daemon.state, 'identity.json');
      const before = await readFile(identityFile, 'utf8');
      const { certificateExpiresAt: firstEnd } = await gateway(site);
      await site.daemon.stop();
      await site.connector.stop();
      // Both clocks, because a gateway whose clock is not the cloud's does not judge certificates.
      await site.connector.start({ env: fakeClock('+61d') });
      await site.daemon.start({ env: fakeClock('+61d') });
      await site.api.signIn(ADMIN.email, ADMIN.password);
      await until('the renewed certificate is in use', 30_000, async () => {
        return (await readFile(identityFile, 'utf8')) !== before;
      });
      await site.online();
      const { certificateExpiresAt: secondEnd } = await gateway(site);
      const days = (Date.parse(secondEnd ?? '') - Date.parse(firstEnd ?? '')) / 86_400_000;
      expect(Math.round(days)).toBe(61);
      expect(existsSync(join(site.daemon.state, 'identity.new.json'))).toBe(false);
      const keys = (await readdir(site.daemon.state)).filter((name) => name.startsWith('key-'));
      expect(keys).toEqual([(JSON.parse(await readFile(identityFile, 'utf8')) as { keyFile: string }).keyFile]);
      expect(await site.events('certificate.renewed')).toBe(1);
      // In this order: stored, connected with it, promoted.
      const log = site.daemon.output();
      const [stored, connected, promoted] = [
        log.indexOf('a renewed certificate is there'),
        log.lastIndexOf('connected to the cloud'),
        log.indexOf('the renewed certificate is in use'),
      ];
      expect(stored).toBeGreaterThan(0);
      expect(promoted).toBeGreaterThan(stored);
      expect(connected).toBeGreaterThan(stored);
    },
  );
});
