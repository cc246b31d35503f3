import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { topics } from '#contract/topics.ts';
import { START, type World, world } from './world.ts';

const at = new Date(START).toISOString();
const fact = (value: unknown) => ({ value, source: 'test', at });

const gatewayDocument = (hostName: string) => ({
  hostName,
  version: '0.2.0',
  addresses: ['192.0.2.1'],
  timeZone: 'Europe/Berlin',
  serial: 'S1',
  startedAt: at,
  certificateExpiresAt: '2026-05-01T00:00:00.000Z',
});

const platform = (id: string, hostName: string | null) => ({
  id,
  hostName: fact(hostName),
  platformType: fact('Virtual'),
  platformName: fact('kvm'),
  systemFamily: fact('Debian'),
  version: fact('13'),
  memory: fact(1e9),
  processor: fact('x86'),
  partitions: fact([]),
});

const application = (id: string, expiresAt: string | null = null) => ({
  id,
  platform: 'p1',
  type: 'demarc-gateway',
  version: fact('1.0'),
  licence: { type: 'Subscription', expiresAt },
});

const inventory = (platforms: unknown[], applications: unknown[]) => ({ collectedAt: at, platforms, applications });

const stored = (w: World, name: string) =>
  w.store.db.selectFrom('section').selectAll().where('section', '=', name).executeTakeFirst();

describe('section documents', () => {
  it('are kept whole and change what is shown of the gateway', async () => {
    await using w = await world();
    await w.send(w.section(1, 'gateway', 1, { ...gatewayDocument('gw-1'), somethingNew: true }));
    expect(JSON.parse((await stored(w, 'gateway'))?.document ?? '')).toMatchObject({ somethingNew: true });
    expect(await w.gateway()).toMatchObject({
      host_name: 'gw-1',
      serial: 'S1',
      certificate_expires_at: '2026-05-01T00:00:00.000Z',
      section_at: at,
    });
    expect(w.changes).toMatchObject([{ topic: 'gateway', ref: w.address.gateway, account: w.address.account }]);
  });

  it('count only when they are newer by boot, then by revision', async () => {
    await using w = await world();
    const boot2 = (sent: ReturnType<World['section']>) => ({
      ...sent,
      payload: { ...(sent.payload as object), boot: 2 },
    });
    await w.send(w.section(1, 'gateway', 5, gatewayDocument('five')));
    await w.send(w.section(2, 'gateway', 4, gatewayDocument('four')));
    expect((await w.gateway()).host_name).toBe('five');
    await w.send(boot2(w.section(3, 'gateway', 1, gatewayDocument('after the restart'))));
    await w.send(w.section(4, 'gateway', 9, gatewayDocument('late, of the boot before')));
    expect((await w.gateway()).host_name).toBe('after the restart');
    expect(await stored(w, 'gateway')).toMatchObject({ boot: 2, revision: 1 });
    expect((await w.gateway()).acked_seq).toBe(4);
  });

  it('that did not change are confirmed by their hash, and keep presence fresh', async () => {
    await using w = await world();
    await w.send(w.section(1, 'gateway', 1, gatewayDocument('gw'), 'abc'));
    w.clock.advance(3_600_000);
    await w.send(w.unchanged(2, 'gateway', 2, 'abc'));
    await w.settled();
    expect(w.took('ask')).toEqual([]);
    expect((await w.gateway()).section_at).toBe(w.clock.instant());
    expect(await stored(w, 'gateway')).toMatchObject({ revision: 2, received_at: w.clock.instant() });
  });

  it.each([
    ['another hash', 'xyz'],
    ['nothing stored', undefined],
  ])('that did not change are asked for when the cloud has %s', async (_what, hash) => {
    await using w = await world();
    if (hash !== undefined) await w.send(w.section(1, 'gateway', 1, gatewayDocument('gw'), hash));
    await w.send(w.unchanged(2, 'gateway', 2, 'abc'));
    await w.settled();
    expect(w.took('ask')).toEqual([{ what: 'section', section: 'gateway' }]);
  });

  it('of a name that is not known, or on the wrong topic, are set aside', async () => {
    await using w = await world();
    const wrong = w.record(topics.state(w.address, 'health'), 2, 'section', { section: 'gateway', revision: 1 });
    await w.send(w.section(1, 'weather', 1, {}), wrong, w.section(3, 'gateway', 1, { hostName: 7 }));
    expect((await w.quarantine()).map((row) => row.code).sort()).toEqual([
      'link.malformed',
      'link.malformed',
      'link.unknown-kind',
    ]);
  });

  it('of PBXs make each known, and rename it', async () => {
    await using w = await world();
    const link = (name: string) => ({
      id: pbx,
      type: 'mx-one',
      name,
      address: '192.0.2.2',
      capabilities: {},
      syncMinutes: 20,
      nextSyncAt: null,
      running: null,
      lastSync: null,
      lastSuccessAt: null,
      users: 0,
      numbers: 0,
    });
    const pbx = ulid();
    await w.send(w.section(1, 'pbxs', 1, { links: [link('Old')] }));
    await w.send(w.section(2, 'pbxs', 2, { links: [link('New')] }));
    expect(await w.store.db.selectFrom('pbx').selectAll().execute()).toMatchObject([
      { id: pbx, name: 'New', revision: 0, gateway_id: w.address.gateway },
    ]);
  });

  it('of the inventory replace the gateway’s set and keep the ids of what stays', async () => {
    await using w = await world();
    const first = inventory([platform('p1', 'Host-A'), platform('p2', null)], [application('a1'), application('a2')]);
    await w.send(w.section(1, 'inventory', 1, first));
    const before = await w.store.db.selectFrom('platform').selectAll().orderBy('platform_id').execute();
    const other = await w.addGateway(w.address.account, 'Other');
    await w.send(
      w.record(
        topics.state(other, 'inventory'),
        1,
        'section',
        { section: 'inventory', revision: 1, document: inventory([platform('p2', 'theirs')], []) },
        { hash: 'h' },
      ),
    );
    const second = inventory([platform('p1', 'Host-B')], [application('a2', '2027-01-01T00:00:00.000Z')]);
    await w.send(w.section(2, 'inventory', 2, second));
    const after = await w.store.db.selectFrom('platform').selectAll().orderBy('platform_id').execute();
    expect(after).toMatchObject([
      { id: before[0]?.id, platform_id: 'p1', host_lc: 'host-b' },
      { platform_id: 'p2', host_lc: 'theirs' },
    ]);
    expect(await w.store.db.selectFrom('application').selectAll().execute()).toMatchObject([
      { application_id: 'a2', licence_type: 'Subscription', licence_expires_at: '2027-01-01T00:00:00.000Z' },
    ]);
    await w.send(w.section(3, 'inventory', 3, inventory([], [])));
    expect(await w.store.db.selectFrom('platform').selectAll().execute()).toHaveLength(1);
    expect(w.changes.filter((change) => change.topic === 'inventory')).toHaveLength(4);
  });
});
