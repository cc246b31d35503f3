import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigFile } from '#config/daemon-settings.ts';
import { finishReset } from '#daemon/reset/finish.ts';
import { RESET_STATES, type ResetKind, ResetMarkerFile } from '#daemon/reset/marker.ts';
import { temporaryFolder } from '#test/support/program.ts';

const PBX_ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const AT = '2026-03-01T10:00:00.000Z';
const PBX = { type: 'mivoice-5000', name: 'Head office', connection: {}, secrets: { password: 'v1.abc' } } as const;

/** A state folder as a gateway has it that works for account A. */
async function gateway(phase: 'wanted' | 'due', kind: ResetKind) {
  const folder = await temporaryFolder('reset');
  const stateFolder = folder.path;
  const configFile = join(stateFolder, 'config.json');
  const files = {
    'identity.json': JSON.stringify({ account: '01ARZ3NDEKTSV4RRFFQ69G5FAA', gateway: 'gw' }),
    'identity.json.good': JSON.stringify({ account: '01ARZ3NDEKTSV4RRFFQ69G5FAA', gateway: 'gw' }),
    'identity.new.json': '{}',
    'key-0123456789abcdef.pem': 'the key of A',
    'key-fedcba9876543210.pem': 'the key of an enrolment under way',
    'enrolment.json': JSON.stringify({ keyFile: 'key-fedcba9876543210.pem' }),
    'enrolment.json.good': JSON.stringify({ keyFile: 'key-fedcba9876543210.pem' }),
    'device.key': 'opens every secret',
    'admin-token': 'token',
    'cloud-ca.pem': 'ca',
    'boot.json': '{"boot":7}',
    'outbox.mark': '{"next":9}',
    'a-file-of-a-later-version': 'data',
    'network.json': '{}',
    'tunnels.json': '{}',
    'tunnels-off': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(stateFolder, name), text);
  for (const name of ['store', 'store.damaged-1', 'logs', 'adapters', 'compile-cache']) {
    await mkdir(join(stateFolder, name, 'deep'), { recursive: true });
    await writeFile(join(stateFolder, name, 'deep', 'file'), 'data');
  }
  const config = await ConfigFile.load(configFile);
  await config.update((before) => ({
    ...before,
    cloud: { url: 'https://cloud.example' },
    pbxs: [{ ...PBX, id: PBX_ID, syncMinutes: 20, learned: [] }],
  }));
  await new ResetMarkerFile(stateFolder).save({ kind, phase, at: AT, by: 'cloud', starts: 0 });
  const names = async () => (await readdir(stateFolder)).toSorted();
  return { places: { stateFolder, configFile }, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const read = (folder: string, name: string) => readFile(join(folder, name), 'utf8');

describe('a reset that is due', () => {
  it('wipes everything, also what only a later version knows, and keeps compiled code and the network', async () => {
    await using g = await gateway('due', 'wipe');
    expect(await finishReset(g.places)).toMatchObject({ kind: 'wipe', by: 'cloud' });
    expect(await g.names()).toEqual(['compile-cache', 'network.json']);
  });

  it('removes a configuration that lies elsewhere, with its good copy', async () => {
    await using g = await gateway('due', 'wipe');
    await using elsewhere = await temporaryFolder('config');
    const configFile = join(elsewhere.path, 'demarc.json');
    for (const name of [configFile, `${configFile}.good`, join(elsewhere.path, 'other')]) await writeFile(name, '{}');
    await finishReset({ ...g.places, configFile });
    expect(await readdir(elsewhere.path)).toEqual(['other']);
  });

  it('releases: the cloud’s part goes, the PBXs with their passwords and ids stay', async () => {
    await using g = await gateway('due', 'release');
    await finishReset(g.places);
    const { stateFolder, configFile } = g.places;
    const names = await g.names();
    expect(names.filter((name) => /^(identity|key-|enrolment|store|outbox|cloud-ca|reset)/.test(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['device.key', 'logs', 'boot.json', 'admin-token']));
    expect((await ConfigFile.load(configFile)).current).toMatchObject({ pbxs: [{ ...PBX, id: PBX_ID }] });
    expect((await ConfigFile.load(configFile)).current.cloud).toBeUndefined();
    expect(JSON.parse(await read(stateFolder, 'former-account.json'))).toEqual({
      account: '01ARZ3NDEKTSV4RRFFQ69G5FAA',
    });
  });

  it('moves to another account: new PBX ids, nothing of the old account, and the enrolment can go on', async () => {
    await using g = await gateway('due', 'move');
    await finishReset(g.places);
    const { stateFolder, configFile } = g.places;
    const { pbxs, cloud } = (await ConfigFile.load(configFile)).current;
    expect(pbxs).toMatchObject([PBX]);
    expect(pbxs[0]?.id).not.toBe(PBX_ID);
    expect(cloud).toEqual({ url: 'https://cloud.example' });
    expect(await read(stateFolder, 'key-fedcba9876543210.pem')).toContain('under way');
    const gone = (name: string) => /^(identity|key-0|store|outbox|former|reset)/.test(name);
    expect((await g.names()).filter(gone)).toEqual([]);
  });

  it.each(RESET_STATES.filter(({ phase }) => phase === 'due'))(
    'was cut short anywhere in a $kind and is finished by the next start',
    async ({ kind }) => {
      await using whole = await gateway('due', kind);
      await finishReset(whole.places);
      const expected = await whole.names();
      // Whatever single thing was removed already when the power went.
      await using first = await gateway('due', kind);
      for (const name of (await first.names()).filter((one) => !one.startsWith('reset.json'))) {
        await using g = await gateway('due', kind);
        if (!expected.includes(name)) await rm(join(g.places.stateFolder, name), { recursive: true });
        await finishReset(g.places);
        const missing = name.startsWith('identity.json') ? [] : expected.filter((one) => !one.startsWith('former'));
        expect(await g.names()).toEqual(expect.arrayContaining(missing));
        expect((await g.names()).filter((one) => !expected.includes(one))).toEqual([]);
      }
      expect(await finishReset(whole.places)).toBeUndefined();
    },
  );
});

describe('a reset that is not due', () => {
  it.each(RESET_STATES.filter(({ phase }) => phase === 'wanted'))('touches nothing: $kind', async ({ kind }) => {
    await using g = await gateway('wanted', kind);
    const before = await g.names();
    expect(await finishReset(g.places)).toBeUndefined();
    expect(await g.names()).toEqual(before);
  });

  it('does not keep the gateway from starting when nobody can read the wish any more', async () => {
    await using g = await gateway('due', 'wipe');
    for (const name of ['reset.json', 'reset.json.good']) await writeFile(join(g.places.stateFolder, name), '\0\0');
    expect(await finishReset(g.places)).toBeUndefined();
    expect(await g.names()).not.toContain('reset.json');
    expect(await g.names()).toContain('device.key');
  });
});
