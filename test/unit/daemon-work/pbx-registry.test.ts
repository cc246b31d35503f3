import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { ConfigFile } from '#config/daemon-settings.ts';
import type { GatewayEvent } from '#contract/events.ts';
import { type PbxEvent, PbxRegistry } from '#daemon/pbxs/pbx-registry.ts';
import { RemovedPbxs } from '#daemon/pbxs/removed-pbxs.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { pbxsDocument } from '#daemon/sections/builders.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { startDirectory } from '#test/lab/directory.ts';
import { type LabEntry, labEntries } from '#test/lab/directory-entries.ts';
import { collect } from '#test/support/adapter-parts.ts';
import { freePort } from '#test/support/program.ts';
import { quiet, storeBench } from './support.ts';

const PASSWORD = 'hunter2-very-secret';

async function bench(types = adapterTypes) {
  const base = await storeBench('pbxs');
  const path = join(base.folder, 'config.json');
  const news: GatewayEvent[] = [];
  const make = async () =>
    new PbxRegistry({
      config: await ConfigFile.load(path),
      types,
      sealer: await SecretBox.load(base.folder),
      deviceKey: 'k',
      store: base.store,
      removed: await RemovedPbxs.open(base),
      tempFolder: join(base.folder, 'adapters'),
      onEvent: (event) => news.push(event),
      newId: () => ulid(),
      clock: base.clock,
      log: quiet,
    });
  const registry = await make();
  const events: PbxEvent[] = [];
  registry.onChange((event) => events.push(event));
  return Object.assign(base, { registry, make, path, events, news });
}

const directory = async () => ({
  type: 'mivoice-5000' as const,
  name: 'Head office',
  syncMinutes: 20,
  connection: {
    host: '127.0.0.1',
    port: await freePort(),
    tls: 'none',
    baseDn: 'dc=example',
    bindDn: 'cn=reader',
    password: PASSWORD,
  },
});

describe('PBX registry', () => {
  test('a link says what it gives with its settings, not what its family could give', async () => {
    await using b = await bench();
    const folder = join(b.folder, 'forms');
    await mkdir(folder, { recursive: true });
    const { id } = await b.registry.add({
      type: 'mivoice-business',
      name: 'Plant',
      syncMinutes: 20,
      connection: { folder },
    });
    await b.registry.adapterFor(id);
    expect(b.registry.get(id).capabilities).toMatchObject({ users: { via: 'form export' }, activity: { via: 'none' } });
  });

  test('a PBX is kept over a restart; its secret is sealed on disk and never shown', async () => {
    await using b = await bench();
    const view = await b.registry.add(await directory());
    expect(await readFile(b.path, 'utf8')).not.toContain(PASSWORD);
    const again = await b.make();
    expect(again.list()).toEqual([view]);
    expect(JSON.stringify(again.list())).not.toContain(PASSWORD);
    expect(view).toMatchObject({
      secrets: ['password'],
      address: `127.0.0.1:${String(view.connection['port'])}`,
      lastProbe: null,
    });
    expect((await again.adapterFor(view.id)).type).toBe('mivoice-5000');
    expect(b.events).toEqual([{ kind: 'added', id: view.id }]);
  });

  test('an edit keeps the secret that is not given again, and changes the one that is', async () => {
    await using b = await bench();
    const input = await directory();
    const { id } = await b.registry.add(input);
    const { password: _, ...others } = input.connection;
    const before = await b.registry.adapterFor(id);
    await b.registry.edit(id, { connection: { ...others, baseDn: 'dc=other' } });
    expect(b.registry.get(id)).toMatchObject({ connection: { baseDn: 'dc=other' }, secrets: ['password'] });
    expect(await b.registry.adapterFor(id)).not.toBe(before);
    await b.registry.edit(id, { name: 'Renamed', syncMinutes: 5 });
    expect(b.registry.get(id)).toMatchObject({ name: 'Renamed', syncMinutes: 5, connection: { baseDn: 'dc=other' } });
  });

  test.each([
    ['a missing field', { host: '127.0.0.1' }],
    ['a misspelt field', { host: '127.0.0.1', tls: 'none', baseDn: 'dc=x', basedn: 'x' }],
    ['a port out of range', { host: '127.0.0.1', tls: 'none', baseDn: 'dc=x', port: 99_999 }],
  ])('%s is refused and nothing is saved', async (_what, connection) => {
    await using b = await bench();
    const input = { ...(await directory()), connection };
    await expect(b.registry.add(input)).rejects.toMatchObject({ code: 'config.invalid' });
    expect((await b.make()).list()).toEqual([]);
    expect(b.events).toEqual([]);
  });

  test('two changes at one time are both kept; two PBXs of one name are not', async () => {
    await using b = await bench();
    const input = await directory();
    await Promise.all([b.registry.add(input), b.registry.add({ ...input, name: 'Branch' })]);
    expect((await b.make()).list()).toHaveLength(2);
    await expect(b.registry.add({ ...input, name: 'BRANCH' })).rejects.toMatchObject({ code: 'api.conflict' });
  });

  test('a removed PBX is gone, and unknown ids are said to be unknown', async () => {
    await using b = await bench();
    const { id } = await b.registry.add(await directory());
    await b.registry.remove(id);
    expect(b.registry.list()).toEqual([]);
    const signal = new AbortController().signal;
    await expect(b.registry.remove(id)).rejects.toMatchObject({ code: 'sync.unknown-pbx' });
    await expect(b.registry.probe(id, signal)).rejects.toMatchObject({ code: 'sync.unknown-pbx' });
    await expect(b.registry.adapterFor(id)).rejects.toMatchObject({ code: 'sync.unknown-pbx' });
  });

  test('a probe against a closed port reports its cause and is kept', async () => {
    await using b = await bench();
    const { id } = await b.registry.add(await directory());
    const report = await b.registry.probe(id, AbortSignal.timeout(10_000));
    expect(report).toMatchObject({ ok: false, error: { code: 'pbx.unreachable' } });
    expect(b.registry.get(id).lastProbe?.report).toEqual(report);
  });

  test('a secret that another device sealed is a probe result with a next step, not a crash', async () => {
    await using b = await bench();
    const { id } = await b.registry.add(await directory());
    await writeFile(join(b.folder, 'device.key'), randomBytes(32).toString('base64url'));
    const other = await b.make();
    expect(await other.probe(id, AbortSignal.timeout(5000))).toMatchObject({
      ok: false,
      error: { code: 'secret.unreadable' },
    });
    expect(other.list()).toHaveLength(1);
  });
});

const BASE = 'ou=people,o=lab';

/** A lab directory of 40 people as a PBX of the registry. */
async function withDirectory(password?: string) {
  const b = await bench();
  const lab = await startDirectory({ entries: labEntries(40, BASE), baseDn: BASE });
  const { host, port, bindDn } = lab;
  const connection = { host, port, tls: 'none', baseDn: BASE, bindDn, password: password ?? lab.password };
  const { id } = await b.registry.add({ type: 'mivoice-5000', name: 'Lab', syncMinutes: 20, connection });
  const signal = AbortSignal.timeout(20_000);
  const read = async () => (await collect((await b.registry.adapterFor(id)).users(signal))).users;
  return {
    ...b,
    lab,
    id,
    read,
    probe: () => b.registry.probe(id, signal),
    async [Symbol.asyncDispose]() {
      await lab.stop();
      await b[Symbol.asyncDispose]();
    },
  };
}

/** The same people in a directory whose attributes have other names. */
const renamed = (entries: LabEntry[], from: string, to: string): LabEntry[] =>
  entries.map(({ dn, attributes }) => ({
    dn,
    attributes: new Map([...attributes].map(([name, values]) => [name === from ? to : name, values])),
  }));

describe('refused log-ins', () => {
  test('probes and syncs together make two refused log-ins and no third, also after an edit and a restart', async () => {
    await using b = await withDirectory('wrong');
    const failures = await Promise.allSettled([b.probe(), b.read(), b.probe(), b.read()]);
    expect(failures.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(b.lab.binds).toEqual([49, 49]);
    const { connection } = b.registry.get(b.id);
    await b.registry.edit(b.id, { connection: { ...connection, pageSize: 10 } });
    expect(await b.probe()).toMatchObject({ ok: false, error: { code: 'pbx.login-stopped' } });
    const again = await b.make();
    expect(await again.probe(b.id, AbortSignal.timeout(5000))).toMatchObject({ error: { code: 'pbx.login-stopped' } });
    expect(b.lab.binds).toEqual([49, 49]);
  });

  test('a run that goes on with the old password does not spoil the count of the new one', async () => {
    await using b = await withDirectory('wrong');
    const old = await b.registry.adapterFor(b.id);
    const { connection } = b.registry.get(b.id);
    await b.registry.edit(b.id, { connection: { ...connection, password: 'wrong too' } });
    await b.probe();
    await b.probe();
    await expect(collect(old.users(AbortSignal.timeout(5000)))).rejects.toMatchObject({ code: 'pbx.bad-credentials' });
    const again = await b.make();
    expect(await again.probe(b.id, AbortSignal.timeout(5000))).toMatchObject({ error: { code: 'pbx.login-stopped' } });
  });
});

describe('a learned mapping', () => {
  test('is fixed by the first run that went well, is marked as learned, and holds over restarts', async () => {
    await using b = await withDirectory();
    const users = await b.read();
    await b.registry.keepChosen(b.id);
    const { connection, learned } = b.registry.get(b.id);
    expect(learned).toEqual(['mapping']);
    expect(connection['mapping']).toMatchObject({ email: ['mail'] });
    expect((await b.make()).get(b.id)).toMatchObject({
      learned: ['mapping'],
      connection: { mapping: connection['mapping'] },
    });
    expect(await b.read()).toEqual(users);
    const events = b.events.length;
    await b.registry.keepChosen(b.id);
    expect(b.events).toHaveLength(events);
  });

  test('stays when the directory later suggests another one; that is told once', async () => {
    await using b = await withDirectory();
    await b.read();
    await b.registry.keepChosen(b.id);
    await b.probe();
    expect(b.news).toEqual([]);
    b.lab.entries = renamed(b.lab.entries, 'mail', 'emailAddress');
    const report = await b.probe();
    expect(report.proposed).toMatchObject({ mapping: { email: ['emailAddress'] } });
    await b.probe();
    expect(b.news).toEqual([expect.objectContaining({ name: 'pbx.proposal-differs', severity: 'warning' })]);
    expect(b.registry.get(b.id).connection['mapping']).toMatchObject({ email: ['mail'] });
  });

  test('of a test is saved when the installer confirms it; from then on nothing is compared', async () => {
    await using b = await withDirectory();
    const { learned } = await b.probe();
    const { connection } = b.registry.get(b.id);
    await b.registry.edit(b.id, { connection: { ...connection, mapping: learned?.['mapping'] } });
    expect(b.registry.get(b.id)).toMatchObject({ learned: [], connection: { mapping: learned?.['mapping'] } });
    b.lab.entries = renamed(b.lab.entries, 'mail', 'emailAddress');
    await b.probe();
    expect(b.news).toEqual([]);
  });

  test('of a run that began before an edit is not kept', async () => {
    await using b = await withDirectory();
    const old = await b.registry.adapterFor(b.id);
    await b.registry.edit(b.id, { connection: { ...b.registry.get(b.id).connection, baseDn: 'o=lab' } });
    await collect(old.users(AbortSignal.timeout(5000)));
    await b.registry.keepChosen(b.id);
    expect(b.registry.get(b.id).learned).toEqual([]);
  });
});

test('a form export that is much smaller than the one before is told after a restart too', async () => {
  await using b = await bench();
  const folder = join(b.folder, 'exports');
  await mkdir(folder);
  const rows = Array.from({ length: 50 }, (_, n) => `Muster,Anna,${1000 + n},a${n}@example.com`);
  const write = (count: number) =>
    writeFile(join(folder, 'users.csv'), `Last Name,First Name,Number,Email\n${rows.slice(0, count).join('\n')}\n`);
  await write(50);
  const { id } = await b.registry.add({
    type: 'mivoice-business',
    name: 'Branch',
    syncMinutes: 20,
    connection: { folder },
  });
  await collect((await b.registry.adapterFor(id)).users(AbortSignal.timeout(20_000)));
  await write(10);
  const report = await (await b.make()).probe(id, AbortSignal.timeout(20_000));
  expect(JSON.stringify(report.steps)).toMatch(/before \d+/);
});

test('a removed PBX is told of over restarts, also when the process died before the configuration was saved', async () => {
  await using b = await bench();
  const facts = async () => ({
    syncOf: () => ({ running: null, last: null, lastSuccessAt: null, users: 0, kept: 0 }) as never,
    nextSyncAt: () => null,
    numbersOf: () => 0,
    callsOf: () => undefined,
    removed: (await RemovedPbxs.open(b)).list(),
  });
  const { id } = await b.registry.add(await directory());
  const { id: kept } = await b.registry.add({ ...(await directory()), name: 'Second' });
  await b.registry.remove(id);
  // Noted, and then the power went: it is still configured, so it was not removed.
  await (await RemovedPbxs.open(b)).note({ id: kept, type: 'mivoice-5000', name: 'Second' });
  await b.reopen();
  const registry = await b.make();
  const at = new Date(b.clock.time).toISOString();
  expect(pbxsDocument(registry.list(), await facts())).toMatchObject({
    links: [{ id: kept }],
    removed: [{ id, type: 'mivoice-5000', name: 'Head office', at }],
  });
  await registry.remove(kept);
  expect((await facts()).removed.map((removed) => removed.id).sort()).toEqual([id, kept].sort());
});

test('no more removed PBXs are kept than a section names; the oldest go', async () => {
  await using b = await bench();
  const removed = await RemovedPbxs.open(b);
  const ids = Array.from({ length: 53 }, () => ulid());
  for (const id of ids) {
    b.clock.time += 1000;
    await removed.note({ id, type: 'mx-one', name: id });
  }
  const newest = ids.toReversed().slice(0, 50);
  expect(removed.list().map(({ id }) => id)).toEqual(newest);
  await b.reopen();
  expect((await RemovedPbxs.open(b)).list().map(({ id }) => id)).toEqual(newest);
});
