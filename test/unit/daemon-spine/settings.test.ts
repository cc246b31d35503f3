import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigFile, DaemonConfig, daemonSettings } from '#config/daemon-settings.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { temporaryFolder } from '#test/support/program.ts';

describe('process settings', () => {
  test('have the defaults that the documentation names', () => {
    expect(daemonSettings({})).toEqual({
      stateFolder: './daemon-state',
      webNames: [],
      announce: 'demarc',
      failurePageSeconds: 0,
      configFile: 'daemon-state/config.json',
      webPort: 9443,
      webRedirectPort: 8080,
      rebootProgram: ['systemctl', 'reboot'],
      bootIdFile: '/proc/sys/kernel/random/boot_id',
      networkFolder: '/etc/systemd/network',
      networkctl: 'networkctl',
      sipPort: 5060,
      webHost: '0.0.0.0',
      logLevel: 'info',
    });
  });

  test.each([
    [{ DEMARC_WEB_PORT: '70000' }, /DEMARC_WEB_PORT/],
    [{ DEMARC_WEB_PORT: 'x' }, /DEMARC_WEB_PORT/],
    [{ DEMARC_WEB_REDIRECT_PORT: '0' }, /DEMARC_WEB_REDIRECT_PORT/],
    [{ DEMARC_WEB_REDIRECT_PORT: 'on' }, /DEMARC_WEB_REDIRECT_PORT/],
    [{ DEMARC_LOG_LEVEL: 'loud' }, /DEMARC_LOG_LEVEL/],
    [{ DEMARC_DAEMON_STATE: '' }, /DEMARC_DAEMON_STATE/],
    [{ DEMARC_REBOOT_PROGRAM: 'systemctl reboot' }, /DEMARC_REBOOT_PROGRAM.*JSON array/],
    [{ DEMARC_REBOOT_PROGRAM: '["a", 5]' }, /DEMARC_REBOOT_PROGRAM/],
    [{ DEMARC_REBOOT_PROGRAM: '["a\\u0000b"]' }, /DEMARC_REBOOT_PROGRAM/],
  ])('%o is refused with the name of the variable', (env, message) => {
    expect(() => daemonSettings(env)).toThrow(message);
  });

  test('a program is an argument vector; an empty one is none', () => {
    expect(daemonSettings({ DEMARC_REBOOT_PROGRAM: '["sudo","reboot"]' }).rebootProgram).toEqual(['sudo', 'reboot']);
    expect(daemonSettings({ DEMARC_REBOOT_PROGRAM: '[]' }).rebootProgram).toEqual([]);
  });

  test.each([
    [{}, 8080],
    [{ DEMARC_WEB_PORT: '9443' }, 8080],
    [{ DEMARC_WEB_PORT: '9444' }, undefined],
    [{ DEMARC_WEB_PORT: '' }, 8080],
    [{ DEMARC_WEB_PORT: '9444', DEMARC_WEB_REDIRECT_PORT: '80' }, 80],
    [{ DEMARC_WEB_REDIRECT_PORT: 'off' }, undefined],
    [{ DEMARC_WEB_REDIRECT_PORT: '' }, 8080],
  ])('with %o the redirect listens on %s', (env, port) => {
    expect(daemonSettings(env).webRedirectPort).toBe(port);
  });
});

const PBX = { id: '01K00000000000000000000PBX', type: 'mivoice-5000', name: 'HQ', connection: { host: 'h' } } as const;

describe('the configuration document', () => {
  test('an empty one has every default', () => {
    expect(DaemonConfig.parse({ version: 1 })).toEqual({
      version: 1,
      site: { name: '', timeZone: 'UTC' },
      pbxs: [],
      guard: { percent: 10, users: 50 },
      phonePolicy: 'All',
      update: { channel: 'stable', keys: [], limitSeconds: 180, settleSeconds: 10 },
    });
    expect(DaemonConfig.parse({ version: 1, pbxs: [PBX] }).pbxs).toEqual([
      { ...PBX, syncMinutes: 20, secrets: {}, learned: [] },
    ]);
  });

  test.each([
    ['a misspelt field', { sites: {} }],
    ['plain HTTP', { cloud: { url: 'http://cloud.example' } }],
    [
      'a password in clear text',
      { cloud: { url: 'https://c.example', proxy: { url: 'http://p:1', password: 'hello' } } },
    ],
    ['a secret of a PBX in clear text', { pbxs: [{ ...PBX, secrets: { password: 'hello' } }] }],
    ['a time zone that does not exist', { site: { timeZone: 'Europe/Atlantis' } }],
    ['no sync at all', { pbxs: [{ ...PBX, syncMinutes: 0 }] }],
    ['more than a week between syncs', { pbxs: [{ ...PBX, syncMinutes: 10_081 }] }],
    ['one id twice', { pbxs: [PBX, PBX] }],
    ['a fingerprint that is too short', { cloud: { url: 'https://c.example', fingerprint: 'AB:CD' } }],
  ])('%s is refused', (_name, part) => {
    expect(DaemonConfig.safeParse({ version: 1, ...part }).success).toBe(false);
  });

  test('changes are made one after the other, told, and refused whole', async () => {
    await using folder = await temporaryFolder('config');
    const path = join(folder.path, 'config.json');
    const file = await ConfigFile.load(path);
    const told: string[] = [];
    const stop = file.onChange((now, before) => told.push(`${before.site.name}>${now.site.name}`));
    const rename = (name: string) => file.update((config) => ({ ...config, site: { ...config.site, name } }));
    await Promise.all([rename('A'), rename('B')]);
    await expect(rename('x'.repeat(300))).rejects.toMatchObject({ code: 'config.invalid' });
    stop();
    await rename('C');
    expect(told).toEqual(['>A', 'A>B']);
    expect((await ConfigFile.load(path)).current.site.name).toBe('C');
    await writeFile(path, '{"version":1,');
    const repaired = await ConfigFile.load(path);
    expect([repaired.current.site.name, repaired.repaired]).toEqual(['C', true]);
  });
});

describe('secrets', () => {
  test('property: what was sealed opens, also after a restart, and never looks like the text', async () => {
    await using folder = await temporaryFolder('secrets');
    const box = await SecretBox.load(folder.path);
    const later = await SecretBox.load(folder.path);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = box.seal(text);
        expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
        expect(later.open(sealed)).toBe(text);
        expect(box.seal(text)).not.toBe(sealed);
      }),
    );
    expect((await stat(join(folder.path, 'device.key'))).mode & 0o777).toBe(0o600);
  });

  test('anything changed, cut, or sealed by another device is unreadable', async () => {
    await using folder = await temporaryFolder('secrets');
    await using other = await temporaryFolder('secrets');
    const box = await SecretBox.load(folder.path);
    const sealed = box.seal('password');
    const middle = sealed.length - 5;
    const flipped = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
    const stranger = (await SecretBox.load(other.path)).seal('password');
    for (const bad of [flipped, stranger, sealed.slice(0, 20), '', 'v1.', 'password', sealed.replace('v1.', 'v2.')]) {
      expect(() => box.open(bad)).toThrow(expect.objectContaining({ code: 'secret.unreadable' }));
    }
    await writeFile(join(folder.path, 'device.key'), 'short');
    await expect(SecretBox.load(folder.path)).rejects.toMatchObject({ code: 'secret.unreadable' });
    expect(await readFile(join(folder.path, 'device.key'), 'utf8')).toBe('short');
  });
});
