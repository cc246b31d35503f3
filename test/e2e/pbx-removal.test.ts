import { expect, it } from 'vitest';
import type { IntegrationsPanel } from '#contract/api/integrations.ts';
import type { GatewayDetail } from '#contract/api.ts';
import { until } from '#test/support/program.ts';
import { startSite } from '#test/support/site.ts';

const USERS = 30;

it('a PBX goes with its users: removed on site while the cloud is away, and by a command from the console', async () => {
  await using site = await startSite({ users: USERS });
  await site.enrol();
  await Promise.all([site.addDirectory(), site.addExports()]);
  const panel = async () => {
    const { items } = await site.api.get<IntegrationsPanel>(`/api/v1/integrations?account=${site.account.id}`);
    return items.flatMap(({ kind, subject, name }) => (kind === 'demarc-gateway' || subject === null ? [] : [name]));
  };
  expect(new Set(await panel())).toEqual(new Set(['Head office', 'Plant']));

  // A last run is still in the queue when the PBX goes.
  await site.connector.stop();
  await until('the link is down', 20_000, async () => (await site.status()).cloud.state !== 'online');
  await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`, { full: true });
  await site.daemon.call('DELETE', `/api/pbxs/${site.pbxs.directory}`);
  await site.connector.start();
  await site.online();
  await until('the users of the directory are gone', 30_000, async () => (await panel()).join() === 'Plant');
  expect((await site.users(site.pbxs.directory)).size).toBe(0);
  expect((await site.users(site.pbxs.exports)).size).toBe(USERS);
  expect(await site.events('pbx.removed')).toBe(1);

  const command = await site.command('pbx.remove', { pbx: site.pbxs.exports, confirm: 'delete' });
  expect(command).toMatchObject({ state: 'succeeded', output: { name: 'Plant' } });
  await until('the last PBX is gone', 30_000, async () => (await panel()).length === 0);
  expect((await site.users(site.pbxs.exports)).size).toBe(0);
  expect((await site.status()).pbxs).toEqual([]);
  const gateway = await site.api.get<GatewayDetail>(`/api/v1/gateways/${site.gateway}`);
  expect(gateway).toMatchObject({ users: 0, pbxs: 0, quarantined: 0, links: [] });
  const again = await site.command('pbx.remove', { pbx: site.pbxs.exports, confirm: 'delete' });
  expect(again).toMatchObject({ state: 'failed', reason: { code: 'sync.unknown-pbx' } });
});
