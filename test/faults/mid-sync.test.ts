/** A process or the connection goes in the middle of a sync run; afterwards every user is there once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#test/support/program.ts';
import { differences, directoryPeople, move, type Site, startSite } from '#test/support/site.ts';
import { FaultProxy } from './fault-proxy.ts';

const USERS = 1000;
const EVERYBODY = Array.from({ length: USERS }, (_, index) => index);

describe('in the middle of a sync', () => {
  let site: Site;
  let proxy: FaultProxy;
  let rounds = 0;

  beforeAll(async () => {
    site = await startSite({ users: USERS });
    proxy = await FaultProxy.start(site.connector.port);
    await site.enrol(proxy.url);
    await site.addDirectory();
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    rounds += 1;
    move(site.lab, EVERYBODY, `Round ${rounds}`);
  });

  /** Starts a run; it is in the middle of the sending when a part of its bytes has passed. */
  async function halfSent(fault: () => void): Promise<void> {
    const reached = proxy.afterUp(20_000, fault);
    void site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`).catch(() => undefined);
    await reached;
  }

  /** Starts a run that stops in the middle of the reading. */
  async function halfRead(): Promise<void> {
    site.lab.directory.nasty.hangAfter = USERS / 2;
    void site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`).catch(() => undefined);
    await until('a part was read', 20_000, async () => {
      const [pbx] = (await site.status()).pbxs;
      return (pbx?.running?.read ?? 0) > 0;
    });
  }

  /** A daemon that lived on brings its run to the cloud by itself; one that was killed reads again. */
  async function everybodyIsThere(how: 'by itself' | 'after a new run'): Promise<void> {
    delete site.lab.directory.nasty.hangAfter;
    proxy.pass();
    await site.online();
    if (how === 'after a new run') await site.sync(site.pbxs.directory);
    let found: string[] = [];
    await until('everybody is there', 30_000, async () => {
      found = differences(directoryPeople(site.lab), await site.users(site.pbxs.directory));
      return found.length === 0;
    }).catch(() => expect(found).toEqual([]));
    expect((await site.sync(site.pbxs.directory)).counts).toMatchObject({ unchanged: USERS, changed: 0, added: 0 });
    expect(await site.presence()).toMatchObject({ quarantined: 0 });
  }

  it('killed_daemon_mid_sync: while it reads', async () => {
    await halfRead();
    await site.daemon.stop('SIGKILL');
    // The directory was half read: nothing of that may have taken effect.
    const departments = [...(await site.users(site.pbxs.directory)).values()].map(({ department }) => department);
    expect(departments).not.toContain(`Round ${rounds}`);
    await site.daemon.start();
    await everybodyIsThere('after a new run');
  });

  it('killed_daemon_mid_sync: while it sends', async () => {
    await halfSent(() => proxy.stall());
    await site.daemon.stop('SIGKILL');
    proxy.pass();
    await site.daemon.start();
    await everybodyIsThere('after a new run');
  });

  it('killed_connector_mid_sync', async () => {
    await halfSent(() => proxy.stall());
    await site.connector.stop('SIGKILL');
    proxy.pass();
    await site.connector.start();
    await everybodyIsThere('by itself');
  });

  it('both_killed_mid_sync', async () => {
    await halfSent(() => proxy.stall());
    await Promise.all([site.daemon.stop('SIGKILL'), site.connector.stop('SIGKILL')]);
    proxy.pass();
    await Promise.all([site.daemon.start(), site.connector.start()]);
    await everybodyIsThere('after a new run');
  });

  it.each([
    ['in order', () => proxy.cut()],
    ['by a reset', () => proxy.reset()],
  ])('connection_cut_mid_sync: %s', async (_how, fault) => {
    await halfSent(fault);
    await everybodyIsThere('by itself');
  });

  it('stalled_mid_sync: a connection that stands still and goes on loses nothing', async () => {
    await halfSent(() => proxy.stall());
    const before = (await site.status()).outbox.records;
    expect(before).toBeGreaterThan(0);
    await everybodyIsThere('by itself');
  });
});
