/** What lies between gateway and cloud is bad: packets get lost, the line is slow, names cannot be resolved. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChecksAnswer } from '#contract/wizard/gateway.ts';
import { until } from '#test/support/program.ts';
import { CountingGateway } from './counting-gateway.ts';
import { NetworkSite, noBadNetwork } from './network.ts';

const USERS = 300;
const reason = noBadNetwork();

describe.skipIf(reason !== undefined)(`a bad network (${reason ?? 'in namespaces'})`, () => {
  let network: NetworkSite;
  let counting: CountingGateway;

  beforeAll(async () => {
    network = await NetworkSite.start(USERS);
    await network.site.enrol(network.cloudUrl);
    await network.site.addExports();
    counting = await CountingGateway.enrol(network.site, network.cloudUrl, network.second);
  });
  afterAll(async () => {
    await counting[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    network.fair();
    await counting.kill();
  });

  async function everythingOnce(): Promise<void> {
    await counting.said('drained', 90_000);
    expect(counting.output()).toContain('drained {}');
    await counting.kill();
    expect(counting.stored(network.site)).toEqual({ missing: [], doubled: [] });
    expect((await network.site.users(network.site.pbxs.exports)).size).toBe(USERS);
  }

  it('packets_lost: with 20 % of all packets lost each way, everything arrives once and the gateway stays Online', async () => {
    network.lose(0.2);
    await counting.start(300);
    const { site } = network;
    const run = await site.sync(site.pbxs.exports);
    expect(run).toMatchObject({ outcome: 'Successful', counts: { unchanged: USERS } });
    expect(await site.command('pbx.sync', { pbx: site.pbxs.exports, full: true })).toMatchObject({
      state: 'succeeded',
    });
    await everythingOnce();
    expect(await site.presence()).toMatchObject({ presence: 'Online' });
  });

  it('packets_lost: a gateway that starts into it comes online', async () => {
    const { site } = network;
    await site.daemon.stop('SIGKILL');
    network.lose(0.2);
    await site.daemon.start();
    await until(
      'the gateway says that it is online',
      60_000,
      async () => (await site.status()).cloud.state === 'online',
    );
    await site.online();
  });

  it('slow_line: at 256 kbit/s a full run of users takes its time, and commands and presence do not suffer', async () => {
    const { site } = network;
    network.slow(256);
    await counting.start(200);
    const full = site.command('pbx.sync', { pbx: site.pbxs.exports, full: true });
    expect(await site.command('gateway.self-test')).toMatchObject({ state: 'succeeded' });
    expect(await full).toMatchObject({ state: 'succeeded' });
    await everythingOnce();
    expect(await site.presence()).toMatchObject({ presence: 'Online', quarantined: 0 });
  });

  it('names_gone: the gateway says so, goes on with its work, and is back by itself', async () => {
    const { site } = network;
    await counting.start(20);
    await counting.said('drained');
    await network.silenceNames();
    // An open connection needs no names; the next one does.
    await site.daemon.stop();
    await counting.kill();
    await site.daemon.start();
    await counting.start(50);
    await until('the cause is said', 30_000, async () => (await site.status()).cloud.lastError?.code === 'link.dns');
    expect((await site.status()).cloud).toMatchObject({
      state: 'offline',
      lastError: { nextStep: expect.stringContaining('DNS') },
    });
    const { checks } = await site.daemon.call<ChecksAnswer>('POST', '/api/checks');
    expect(checks.filter(({ status }) => status === 'error').map(({ code }) => code)).toContain('link.dns');
    expect(await site.presence()).toMatchObject({ presence: 'Offline' });
    expect(await site.daemon.call('POST', `/api/pbxs/${site.pbxs.exports}/sync`)).toMatchObject({
      outcome: 'Successful',
    });
    await until('all are accepted', 20_000, () => counting.acceptedNow === 50);
    await network.answerNames();
    await site.online();
    await until('nothing waits', 30_000, async () => (await site.status()).outbox.records === 0);
    expect((await site.status()).cloud).not.toHaveProperty('lastError');
    await everythingOnce();
  });
});
