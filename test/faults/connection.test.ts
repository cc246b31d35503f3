/** What the cloud believes of a gateway when connections end in ways that nobody tells it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account, Command, Page } from '#contract/api.ts';
import { until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { CountingGateway } from './counting-gateway.ts';
import { FaultProxy } from './fault-proxy.ts';

describe('presence', () => {
  let site: Site;
  let proxy: FaultProxy;

  beforeAll(async () => {
    site = await startSite({ users: 20 });
    proxy = await FaultProxy.start(site.connector.port);
    await site.enrol(proxy.url);
    await site.addDirectory();
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  it('half_open_connection: the gateway is Offline within one and a half keep-alives', async () => {
    const keepalive = 2;
    await using way = await FaultProxy.start(site.connector.port);
    await using counting = await CountingGateway.enrol(site, way.url);
    const presence = async () => (await site.api.get<{ presence: string }>(`/api/v1/gateways/${counting.id}`)).presence;
    await counting.start(5, keepalive);
    await counting.said('drained');
    expect(await presence()).toBe('Online');
    way.halfOpen();
    // The same moment: nothing new gets in, so that its coming back cannot hide that it was gone.
    const began = Date.now();
    const offlines = () => site.events('gateway.offline');
    const before = await offlines();
    await until('the cloud has noticed', 20_000, async () => (await offlines()) > before);
    const seconds = (Date.now() - began) / 1000;
    console.log(`noticed after ${seconds.toFixed(1)} s with a keep-alive of ${keepalive} s`);
    expect(seconds).toBeLessThan(keepalive * 1.5 + 3);
    // The gateway notices by itself, too, and comes back on a new connection.
    await until('it is online again', 20_000, async () => (await presence()) === 'Online');
  });

  it('connector_restarted_loses_no_presence_truth: a gateway that went meanwhile is Offline', async () => {
    await site.connector.stop('SIGKILL');
    await site.daemon.stop('SIGKILL');
    await site.connector.start();
    expect(await site.presence()).toMatchObject({ presence: 'Offline' });
    await site.daemon.start();
    await site.online();
  });

  it('connector_restarted_loses_no_presence_truth: a gateway that is there is Online again by itself', async () => {
    await site.connector.stop('SIGKILL');
    await site.connector.start();
    await site.online();
    await until('the gateway knows it', 5000, async () => (await site.status()).cloud.state === 'online');
  });

  it('broker_session_lost: a command issued into the gap runs once, and settings arrive', async () => {
    await site.connector.stop('SIGKILL');
    await site.connector.start();
    // The broker keeps its sessions in memory: it knows neither subscriptions nor what was under way.
    const issued = await site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, {
      name: 'pbx.sync',
      args: { pbx: site.pbxs.directory },
    });
    const path = `/api/v1/accounts/${site.account.id}`;
    const { etag } = await site.api.get<Account>(path);
    await site.api.expect('PATCH', path, { phonePolicy: 'None' }, { 'if-match': etag });
    const command = await site.commandEnd(issued.id);
    expect(command).toMatchObject({ state: 'succeeded' });
    const runs = async () => {
      const { items } = await site.api.get<Page<{ id: string; startedAt: string }>>(
        `/api/v1/sync-runs?account=${site.account.id}&limit=200`,
      );
      return items.filter(({ startedAt }) => startedAt >= issued.issuedAt);
    };
    await until('its run is there', 20_000, async () => (await runs()).length > 0);
    expect(await runs()).toHaveLength(1);
    await until('the new policy is in force', 20_000, async () => {
      await site.sync(site.pbxs.directory);
      const users = [...(await site.users(site.pbxs.directory)).values()];
      return users.length === 20 && users.every(({ workPhone, mobilePhone }) => !workPhone && !mobilePhone);
    });
  });

  it('records_with_a_hole: what the disk lost is told, and the rest is not held up', async () => {
    await using counting = await CountingGateway.enrol(site, proxy.url);
    proxy.refuse();
    await counting.start(20);
    await until('all are accepted', 20_000, () => counting.acceptedNow === 20);
    await counting.kill();
    await counting.lose([3, 4, 11]);
    proxy.pass();
    await counting.start(5);
    await counting.said('drained');
    await until('the others are stored', 20_000, async () => {
      const page = await site.api.get<Page<unknown>>(
        `/api/v1/events?filter=gateway:eq:${counting.id}&filter=name:eq:test.counted&limit=1`,
      );
      return page.total === 20 - 3 + 5;
    });
    expect(
      (await site.events('gateway.records-dropped')) + (await site.events('gateway.records-lost')),
    ).toBeGreaterThan(0);
  });

  it.each([3, 50])(
    'numbers_used_twice: a store that forgot its last %i numbers loses nothing of what it takes afterwards',
    async (numbers) => {
      await using counting = await CountingGateway.enrol(site, proxy.url);
      await counting.start(60);
      await counting.said('drained');
      await counting.kill();
      await counting.forget(numbers);
      proxy.refuse();
      // More than were forgotten, or fewer: the cloud must take neither for repetitions.
      await counting.start(20);
      await until('all are accepted', 20_000, () => counting.acceptedNow === 20);
      proxy.pass();
      await counting.said('drained');
      const stored = async () => {
        const { total } = await site.api.get<Page<unknown>>(
          `/api/v1/events?filter=gateway:eq:${counting.id}&filter=name:eq:test.counted&limit=1`,
        );
        return total;
      };
      expect(await stored()).toBe(80);
    },
  );
});
