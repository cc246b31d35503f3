import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { NetworkSettings } from '#contract/wizard/network.ts';
import type { Before, NetworkDriver } from '#daemon/network/driver.ts';
import { networkPendingPath, SiteNetwork } from '#daemon/network/site-network.ts';
import { temporaryFolder, until } from '#test/support/program.ts';

const log = pino({ level: 'silent' });
const WANTED: NetworkSettings = { method: 'static', address: '192.0.2.60/24', dns: [] };

/** A host whose port has what was put in force last; `refuses` makes the next `apply` fail. */
class Host implements NetworkDriver {
  text: Before = 'before';
  address = '192.0.2.50/24';
  refuses = false;
  broken = 0;
  unsupported = async () => undefined;
  read = async () => [{ name: 'eth0', mac: '', addresses: [this.address, 'fe80::1/64'], settings: null }];
  before = async () => this.text;
  async apply(_port: string, settings: NetworkSettings): Promise<void> {
    if (settings.method === 'static') this.address = settings.address;
    this.text = JSON.stringify(settings);
    if (this.refuses) throw new DemarcError('network.failed', 'no such thing');
  }
  async revert(_port: string, before: Before): Promise<void> {
    if (this.broken-- > 0) throw new DemarcError('network.failed', 'the service is away');
    this.text = before;
    this.address = '192.0.2.50/24';
  }
}

async function world() {
  const folder = await temporaryFolder('network');
  const host = new Host();
  const events: string[] = [];
  let now = 1_800_000_000_000;
  const networks: SiteNetwork[] = [];
  const start = async (more: { bootId?: string; confirmMs?: number; passed?: number } = {}) => {
    now += more.passed ?? 0;
    const network = await SiteNetwork.open({
      folder: folder.path,
      driver: host,
      clock: { now: () => now },
      log,
      bootId: more.bootId ?? 'boot-1',
      onEvent: ({ name }) => events.push(name),
      confirmMs: more.confirmMs ?? 60_000,
      leadMs: 1,
    });
    networks.push(network);
    return network;
  };
  const onTrial = async (network: SiteNetwork) => {
    await network.set('eth0', WANTED);
    await until('it is in force', 2000, async () => (await network.state()).pending?.phase === 'applied');
  };
  const onDisk = () => existsSync(networkPendingPath(folder.path));
  return {
    host,
    events,
    start,
    onTrial,
    onDisk,
    async [Symbol.asyncDispose]() {
      for (const network of networks) await network.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('changed network settings', () => {
  it('stay when they were confirmed on the new address, and not on any other', async () => {
    await using w = await world();
    const network = await w.start();
    await w.onTrial(network);
    for (const address of ['127.0.0.1', '::1', '192.0.2.50', 'fe80::1', '']) {
      await expect(network.confirm(address)).rejects.toMatchObject({ code: 'network.wrong-way' });
    }
    await network.confirm('::ffff:192.0.2.60');
    expect(w.host.address).toBe('192.0.2.60/24');
    expect(await network.state()).toMatchObject({ pending: null, last: { outcome: 'confirmed' } });
    expect(w.onDisk()).toBe(false);
    expect(w.events).toEqual(['network.changed']);
    await expect(network.confirm('192.0.2.60')).rejects.toMatchObject({ code: 'network.nothing-pending' });
  });

  it('are taken back when nobody confirms them in time', async () => {
    await using w = await world();
    const network = await w.start({ confirmMs: 150 });
    await w.onTrial(network);
    await until('they are taken back', 2000, async () => (await network.state()).pending === null);
    expect(w.host.text).toBe('before');
    expect(w.events).toEqual(['network.reverted']);
    await expect(network.confirm('192.0.2.60')).rejects.toMatchObject({ code: 'network.nothing-pending' });
  });

  it('are taken back when they could not be put in force, and say why', async () => {
    await using w = await world();
    const network = await w.start();
    w.host.refuses = true;
    await network.set('eth0', WANTED);
    await until('it failed', 2000, async () => (await network.state()).last?.outcome === 'failed');
    expect(w.host.text).toBe('before');
    expect((await network.state()).last?.error?.code).toBe('network.failed');
  });

  it('are one at a time, on a port that there is, and checked', async () => {
    await using w = await world();
    const network = await w.start();
    await expect(network.set('eth7', WANTED)).rejects.toMatchObject({ code: 'network.unknown-port' });
    const wrong = { ...WANTED, gateway: '198.51.100.1' };
    await expect(network.set('eth0', wrong)).rejects.toMatchObject({ code: 'network.invalid' });
    expect(w.onDisk()).toBe(false);
    await network.set('eth0', WANTED);
    await expect(network.set('eth0', WANTED)).rejects.toMatchObject({ code: 'network.pending' });
  });
});

describe('a start in the middle of a trial', () => {
  it('killed_on_trial: goes on waiting for what is left of the time, and can still be confirmed', async () => {
    await using w = await world();
    await w.onTrial(await w.start());
    const again = await w.start({ passed: 20_000 });
    expect(w.host.address).toBe('192.0.2.60/24');
    await again.confirm('192.0.2.60');
    expect(w.onDisk()).toBe(false);
  });

  it.each([
    ['the time is over', { passed: 61_000 }],
    ['the machine was rebooted', { bootId: 'boot-2', passed: 1000 }],
    ['the clock was put back two years', { passed: -63_072_000_000 }],
    ['the clock was put forward two years', { passed: 63_072_000_000 }],
  ])('takes it back before anything else when %s', async (_why, more) => {
    await using w = await world();
    await w.onTrial(await w.start());
    const again = await w.start(more);
    expect(w.host.text).toBe('before');
    expect(await again.state()).toMatchObject({ pending: null, last: { outcome: 'reverted' } });
    expect(w.onDisk()).toBe(false);
  });

  it('killed_between_disk_and_act: takes back what was never in force without harm', async () => {
    await using w = await world();
    const network = await w.start();
    await network.set('eth0', WANTED);
    await network.stop();
    w.host.text = 'before';
    await w.start({ bootId: 'boot-2' });
    expect(w.host.text).toBe('before');
    expect(w.onDisk()).toBe(false);
  });

  it('keeps what is on disk while the network service is away, so that a later start takes it back', async () => {
    await using w = await world();
    await w.onTrial(await w.start());
    w.host.broken = 1;
    await w.start({ bootId: 'boot-2' });
    expect(w.onDisk()).toBe(true);
    await w.start({ bootId: 'boot-2' });
    expect(w.host.text).toBe('before');
    expect(w.onDisk()).toBe(false);
  });
});
