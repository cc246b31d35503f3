/** What the gateway's disk may do to it. */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyncStatus } from '#contract/sections.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { differences, directoryPeople, move, type Site, startSite } from '#test/support/site.ts';
import { mayMount, smallDisk } from '#test/unit/daemon-spine/support/disk.ts';

const USERS = 500;

async function newest(folder: string, ending: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.includes(ending)).sort();
  const name = names.at(-1);
  if (name === undefined) throw new Error(`no ${ending} in ${folder}`);
  return join(folder, name);
}

async function zeroMiddle(path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  try {
    await file.write(Buffer.alloc(Math.floor(size / 3)), 0, Math.floor(size / 3), Math.floor(size / 3));
  } finally {
    await file.close();
  }
}

async function everybodyIsThere(site: Site): Promise<void> {
  let found: string[] = [];
  await until('everybody is there', 30_000, async () => {
    found = differences(directoryPeople(site.lab), await site.users(site.pbxs.directory));
    return found.length === 0;
  }).catch(() => expect(found).toEqual([]));
}

describe('a damaged disk', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ users: USERS });
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  const store = () => join(site.daemon.state, 'store');
  const damages: [string, () => Promise<void>, 'repaired' | 'rebuilt'][] = [
    // LevelDB takes a log that breaks off as the end of what was written, and says nothing.
    ['the log is cut short', async () => truncateHalf(await newest(store(), '.log')), 'repaired'],
    ['the log is empty', async () => truncate(await newest(store(), '.log'), 0), 'repaired'],
    ['the middle of the log is zero', async () => zeroMiddle(await newest(store(), '.log')), 'repaired'],
    ['the middle of a table is zero', async () => zeroMiddle(await newest(store(), '.ldb')), 'repaired'],
    ['the manifest is gone', async () => rm(await newest(store(), 'MANIFEST')), 'repaired'],
    ['CURRENT is empty', async () => truncate(join(store(), 'CURRENT'), 0), 'repaired'],
    ['CURRENT is gone', async () => rm(join(store(), 'CURRENT')), 'repaired'],
    ['all of it is gone', async () => rm(store(), { recursive: true }), 'rebuilt'],
    [
      'everything is garbage',
      async () => {
        for (const entry of await readdir(store(), { withFileTypes: true })) {
          if (entry.isFile()) await writeFile(join(store(), entry.name), randomBytes(5000));
        }
      },
      'rebuilt',
    ],
  ];
  const truncateHalf = async (path: string) => truncate(path, Math.floor((await stat(path)).size / 2));

  it.each(damages)('store_damaged: %s', async (what, damage, outcome) => {
    const told = await site.events(`store.${outcome}`);
    move(site.lab, [1, 2, 3], `Before ${what}`);
    await site.sync(site.pbxs.directory);
    // A restart puts what is in the log into tables; one more run makes a new log.
    await site.daemon.stop();
    await site.daemon.start();
    move(site.lab, [4, 5], `And ${what}`);
    await site.sync(site.pbxs.directory);
    await until('all is acknowledged', 20_000, async () => (await site.status()).outbox.records === 0);
    await site.daemon.stop();
    await damage();

    // Damage that is met only when it is read ends the process, and the next start repairs; systemd starts it again.
    await site.daemon.start().catch(() => site.daemon.start());
    await site.online();
    const { store: health } = await site.status();
    expect(health).toMatchObject({ status: outcome, detail: expect.stringMatching(/\w/) });
    await until('the history tells', 20_000, async () => (await site.events(`store.${outcome}`)) === told + 1);
    // The first may join the run that the damage itself began.
    await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
    move(site.lab, [6, 7, 8], `After ${what}`);
    await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
    await everybodyIsThere(site);
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful' });
    await until('nothing waits', 20_000, async () => (await site.status()).outbox.records === 0);
    expect(await site.presence()).toMatchObject({ quarantined: 0, presence: 'Online' });
    // And what it says from now on is heard.
    expect(await site.command('pbx.test', { pbx: site.pbxs.directory })).toMatchObject({ state: 'succeeded' });
  });

  it.each([
    ['cut in half', async (path: string) => truncate(path, 40)],
    ['empty', async (path: string) => truncate(path, 0)],
    ['gone', async (path: string) => rm(path)],
  ])('config_file_truncated: %s, and its last good copy stands in', async (_what, damage) => {
    const path = join(site.daemon.state, 'config.json');
    const before = await readFile(path, 'utf8');
    const told = await site.events('config.repaired');
    await site.daemon.stop();
    await damage(path);
    await site.daemon.start();
    await site.online();
    expect(await readFile(path, 'utf8')).toBe(before);
    expect((await site.status()).pbxs).toMatchObject([{ id: site.pbxs.directory, users: USERS }]);
    await until('the history tells', 20_000, async () => (await site.events('config.repaired')) === told + 1);
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { removed: 0 } });
  });

  it.each([
    ['cut in half', async (path: string) => truncateHalf(path)],
    ['zeroed', async (path: string) => writeFile(path, Buffer.alloc(700))],
    ['gone', async (path: string) => rm(path)],
  ])('identity_file_truncated: %s, and its last good copy stands in', async (_what, damage) => {
    await site.daemon.stop();
    await damage(join(site.daemon.state, 'identity.json'));
    await site.daemon.start();
    await site.online();
    expect((await site.status()).enrolment).toMatchObject({ state: 'claimed', gateway: site.gateway });
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { removed: 0 } });
  });

  it('config_file_destroyed: with its copy gone too it does not start empty, but names the file and the next step', async () => {
    await site.daemon.stop();
    const paths = ['config.json', 'config.json.good'].map((name) => join(site.daemon.state, name));
    const before = await Promise.all(paths.map(async (path) => readFile(path)));
    for (const path of paths) await truncate(path, 20);
    await expect(site.daemon.start()).rejects.toThrow(/config\.json.*not JSON/);
    expect(await readFile(paths[0] ?? '')).toHaveLength(20);
    await Promise.all(paths.map(async (path, at) => writeFile(path, before[at] ?? '')));
    await site.daemon.start();
    await site.online();
  });

  // The last one: the gateway is another one afterwards.
  it.each([
    ['both copies are zero', ['identity.json', 'identity.json.good']],
    ['its key is cut short', ['key-']],
  ])('identity_destroyed: %s; the gateway lives, says so, and is enrolled again by a person', async (_what, names) => {
    await site.daemon.stop();
    for (const file of await readdir(site.daemon.state)) {
      if (names.some((name) => file.startsWith(name))) await truncateHalf(join(site.daemon.state, file));
    }
    await site.daemon.start();
    const { enrolment, cloud } = await site.status();
    expect(enrolment).toMatchObject({ state: 'unclaimed', error: { code: 'identity.damaged' } });
    expect(cloud.state).toBe('offline');
    expect(await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`)).toMatchObject({
      outcome: 'Successful',
    });
    expect(await site.presence()).toMatchObject({ presence: 'Offline' });
    const before = site.gateway;
    await site.api.expect('DELETE', `/api/v1/gateways/${before}`);
    await site.enrol();
    expect(site.gateway).not.toBe(before);
    await everybodyIsThere(site);
    expect((await site.status()).enrolment).toMatchObject({ state: 'claimed' });
  });
});

// A small disk is mounted, which only root may do.
it.skipIf(!mayMount())(
  'disk_full_on_the_daemon: nothing is removed or doubled, and it goes on when there is room (needs root)',
  async () => {
    await using folder = await temporaryFolder('full');
    await using disk = await smallDisk(folder.path, 64);
    // What it compiled is on the small disk, too.
    const daemonEnv = { NODE_COMPILE_CACHE: undefined };
    await using site = await startSite({ users: USERS, state: join(disk.path, 'daemon'), daemonEnv });
    await site.enrol();
    await site.addDirectory();
    const filler = join(disk.path, 'filler');
    const fill = await open(filler, 'w');
    const block = Buffer.alloc(64 * 1024);
    try {
      for (;;) await fill.write(block);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      await fill.close();
    }
    move(
      site.lab,
      Array.from({ length: USERS }, (_, index) => index),
      'While full',
    );
    let last: SyncStatus | undefined;
    await until('a run met the full disk', 30_000, async () => {
      last = await site.daemon.call<SyncStatus>('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
      return last.outcome === 'Failed';
    });
    expect(last?.reason).toMatchObject({ code: 'store.full', nextStep: expect.stringMatching(/\w/) });
    // It lives, says what is wrong, and stays connected.
    expect((await site.status()).cloud.state).toBe('online');
    expect((await site.users(site.pbxs.directory)).size).toBe(USERS);

    await rm(filler);
    await until('a run is successful again', 30_000, async () => {
      const run = await site.daemon.call<SyncStatus>('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
      return run.outcome === 'Successful';
    });
    await everybodyIsThere(site);
    await until('nothing waits', 20_000, async () => (await site.status()).outbox.records === 0);
    expect(await site.presence()).toMatchObject({ quarantined: 0, presence: 'Online' });
  },
);
