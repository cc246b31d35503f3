import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application, Page, Platform, UserSummary } from '#contract/api.ts';
import type { Irregularity } from '#contract/words.ts';
import { FaultProxy } from '#test/faults/fault-proxy.ts';
import { generatePeople } from '#test/lab/people.ts';
import { differences, directoryPeople, move, type Site, startSite } from '#test/support/site.ts';

const USERS = 300;

/** What is irregular about the people that the lab generated, counted from its own list. */
function irregularitiesOf(seed: number, duplicateExtension?: number): Record<Irregularity, number> {
  const irregular = duplicateExtension === undefined ? {} : { duplicateExtension };
  const people = [...generatePeople({ count: USERS, seed, irregular })];
  const shared = (values: (string | undefined)[]) =>
    values.filter((value) => value !== undefined && values.indexOf(value) !== values.lastIndexOf(value)).length;
  const emails = people.map(({ email }) => email);
  const valid = emails.map((email) => (email?.includes(' ') ? undefined : email));
  return {
    'no-email': emails.filter((email) => email === undefined).length,
    'invalid-email': emails.filter((email) => email?.includes(' ')).length,
    'email-not-unique': shared(valid),
    'duplicate-extension': shared(people.map(({ extension }) => extension)),
  };
}

// One site over all tests, in their order: a customer's life from the first day on.
describe('the journey of a user record', () => {
  let site: Site;
  let proxy: FaultProxy;
  let firstSyncBytes = 0;

  beforeAll(async () => {
    site = await startSite({ users: USERS });
    proxy = await FaultProxy.start(site.connector.port);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  it('begins with a gateway that an admin claims by its code', async () => {
    await site.enrol(proxy.url);
    expect(await site.presence()).toMatchObject({ presence: 'Online', account: site.account.id });
    expect((await site.status()).enrolment).toMatchObject({ state: 'claimed', accountName: site.account.name });
  });

  it('brings every person of both PBXs, with the irregularities that the lab made', async () => {
    const before = proxy.traffic.up;
    const directory = await site.addDirectory();
    firstSyncBytes = proxy.traffic.up - before;
    const exports = await site.addExports();
    const none = { rejected: 0, changed: 0, removed: 0, unchanged: 0 };
    expect(directory).toMatchObject({ outcome: 'Successful', counts: { read: USERS, added: USERS, ...none } });
    expect(exports).toMatchObject({ outcome: 'Successful', counts: { read: USERS, added: USERS, ...none } });

    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
    const plant = [...generatePeople({ count: USERS, seed: 2, irregular: { duplicateExtension: 0 } })];
    const expected = plant.map(
      ({ name, extension, department }) => [extension, { name, extension, department }] as const,
    );
    expect(differences(new Map(expected), await site.users(site.pbxs.exports))).toEqual([]);

    for (const [pbx, counts] of [
      [site.pbxs.directory, irregularitiesOf(1)],
      [site.pbxs.exports, irregularitiesOf(2, 0)],
    ] as const) {
      const summary = await site.api.get<UserSummary>(`/api/v1/users/summary?filter=pbx:eq:${pbx}`);
      expect(summary.total).toBe(USERS);
      expect(summary.irregularities).toMatchObject(counts);
      expect(counts['no-email'] + counts['email-not-unique']).toBeGreaterThan(0);
    }
  });

  it('shows the platform and the applications', async () => {
    const platforms = await site.api.get<Page<Platform>>(`/api/v1/platforms?account=${site.account.id}`);
    expect(platforms.items).toHaveLength(1);
    expect(platforms.items[0]?.memory.value).toBeGreaterThan(0);
    const report = await site.command('inventory.report');
    expect(report).toMatchObject({ state: 'succeeded', output: { platforms: 1, applications: 3 } });
    const applications = await site.api.get<Page<Application>>(`/api/v1/applications?account=${site.account.id}`);
    // A form export tells no version, but the PBX is there.
    expect(applications.items.map(({ type }) => type).sort()).toEqual([
      'demarc-gateway',
      'mivoice-5000',
      'mivoice-business',
    ]);
  });

  it('sends five changed users as a delta, not all of them', async () => {
    move(site.lab, [3, 50, 51, 200, 299], 'Moved');
    const before = proxy.traffic.up;
    const run = await site.sync(site.pbxs.directory);
    const bytes = proxy.traffic.up - before;
    expect(run).toMatchObject({
      outcome: 'Successful',
      counts: { read: USERS, added: 0, changed: 5, removed: 0, unchanged: USERS - 5 },
    });
    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
    // Sections and births go the same way, so this says only that it cannot have been everybody.
    expect(bytes).toBeLessThan(firstSyncBytes / 3);
  });

  it('takes an empty directory as a failure and removes nobody', async () => {
    const all = site.lab.directory.entries;
    site.lab.directory.entries = all.slice(0, 1);
    const run = await site.sync(site.pbxs.directory);
    site.lab.directory.entries = all;
    expect(run.outcome).toBe('Failed');
    expect(run.reason?.nextStep).toBeTruthy();
    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
  });

  it('holds a run in which 60 % vanished, and keeps them when the admin rejects', async () => {
    const all = site.lab.directory.entries;
    site.lab.directory.entries = all.slice(0, 1 + USERS * 0.4);
    const kept = [...directoryPeople(site.lab).keys()];
    const held = await site.sync(site.pbxs.directory);
    expect(held).toMatchObject({ outcome: 'Held', hold: 'open', counts: { removed: USERS * 0.6 } });
    const list = await site.api.get<Page<{ key: string }>>(`/api/v1/sync-runs/${held.id}/held-users?limit=200`);
    expect(list.total).toBe(USERS * 0.6);
    expect(list.items.filter(({ key }) => kept.includes(key))).toEqual([]);
    expect((await site.users(site.pbxs.directory)).size).toBe(USERS);

    const { id } = await site.api.post<{ id: string }>(`/api/v1/sync-runs/${held.id}/decision`, { action: 'keep' });
    expect(await site.commandEnd(id)).toMatchObject({ state: 'succeeded', output: { outcome: 'Partial' } });
    expect((await site.users(site.pbxs.directory)).size).toBe(USERS);
    // Decided is decided: the same vanished people ask nobody again.
    expect(await site.sync(site.pbxs.directory)).toMatchObject({
      outcome: 'Partial',
      counts: { added: 0, changed: 0, removed: 0 },
    });
    const again = await site.api.send('POST', `/api/v1/sync-runs/${held.id}/decision`, { action: 'remove' });
    expect(again.status).toBe(409);

    site.lab.directory.entries = all;
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { removed: 0 } });
    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
  });

  it('removes them when the admin confirms', async () => {
    site.lab.directory.entries = site.lab.directory.entries.slice(0, 1 + USERS * 0.4);
    const held = await site.sync(site.pbxs.directory);
    expect(held).toMatchObject({ outcome: 'Held', hold: 'open' });
    const { id } = await site.api.post<{ id: string }>(`/api/v1/sync-runs/${held.id}/decision`, { action: 'remove' });
    const command = await site.commandEnd(id);
    expect(command).toMatchObject({ state: 'succeeded', output: { outcome: 'Successful' } });
    await site.run((command.output as { run: string }).run);
    expect(differences(directoryPeople(site.lab), await site.users(site.pbxs.directory))).toEqual([]);
    expect(await site.api.get(`/api/v1/sync-runs/${held.id}`)).toMatchObject({ hold: 'removing' });
  });

  it('stops after two refused log-ins, so that no account is locked by us', async () => {
    const { directory } = site.lab;
    const right = directory.password;
    directory.password = 'changed by the directory’s admin';
    directory.binds.length = 0;
    const runs = [];
    for (let n = 0; n < 4; n += 1) runs.push(await site.sync(site.pbxs.directory));
    expect(runs.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => 'Failed'));
    expect(runs.map(({ reason }) => reason?.code).slice(2)).toEqual(['pbx.login-stopped', 'pbx.login-stopped']);
    // Neither a test from the cloud nor the self-test tries the password again.
    await site.command('pbx.test', { pbx: site.pbxs.directory });
    await site.command('gateway.self-test');
    expect(directory.binds).toEqual([49, 49]);
    directory.password = right;
    const connection = { ...site.lab.mivoice5000, tls: 'none' };
    await site.daemon.call('PATCH', `/api/pbxs/${site.pbxs.directory}`, { connection });
    expect((await site.users(site.pbxs.directory)).size).toBe(USERS * 0.4);
  });
});
