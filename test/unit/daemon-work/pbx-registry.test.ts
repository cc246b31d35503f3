import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { ConfigFile } from '#config/daemon-settings.ts';
import { type PbxEvent, PbxRegistry } from '#daemon/pbxs/pbx-registry.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { freePort } from '#test/support/program.ts';
import { quiet, storeBench } from './support.ts';

const PASSWORD = 'hunter2-very-secret';

async function bench() {
  const base = await storeBench('pbxs');
  const path = join(base.folder, 'config.json');
  const make = async () =>
    new PbxRegistry({
      config: await ConfigFile.load(path),
      types: adapterTypes,
      sealer: await SecretBox.load(base.folder),
      deviceKey: 'k',
      store: base.store,
      newId: () => ulid(),
      clock: base.clock,
      log: quiet,
    });
  const registry = await make();
  const events: PbxEvent[] = [];
  registry.onChange((event) => events.push(event));
  return Object.assign(base, { registry, make, path, events });
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

  test('a family without an adapter is refused plainly', async () => {
    await using b = await bench();
    const input = { ...(await directory()), type: 'mx-one' as const };
    await expect(b.registry.add(input)).rejects.toMatchObject({ code: 'pbx.not-supported' });
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
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(b.folder, 'device.key'), randomBytes(32).toString('base64url'));
    const other = await b.make();
    expect(await other.probe(id, AbortSignal.timeout(5000))).toMatchObject({
      ok: false,
      error: { code: 'secret.unreadable' },
    });
    expect(other.list()).toHaveLength(1);
  });
});
