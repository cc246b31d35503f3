/** What a connector offers of what lies in its folder. */
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ReleaseFolder } from '#connector/releases/release-folder.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { recordedLog } from '../daemon-spine/support/log.ts';

async function bench() {
  const home = await temporaryFolder('releases');
  const channel = join(home.path, 'stable');
  await mkdir(channel);
  const { log, codes } = recordedLog();
  const put = async (version: string, more: object = {}) => {
    const file = `demarc-${version}-linux-x64.tar.gz`;
    const content = `archive of ${version}`;
    const manifest = JSON.stringify({
      product: 'demarc-gateway',
      version,
      platform: 'linux-x64',
      createdAt: '2026-03-01T12:00:00.000Z',
      archive: { file, bytes: content.length, sha256: 'a'.repeat(64) },
      unpacked: { files: 1, bytes: 1 },
      ...more,
    });
    await writeFile(join(channel, file), content);
    await writeFile(join(channel, `demarc-${version}.release.json`), JSON.stringify({ manifest, signature: 'c2ln' }));
  };
  const releases = new ReleaseFolder({ folder: home.path, log });
  const find = async (version?: string, platform = 'linux-x64') => {
    const found = await releases.find('stable', platform, version);
    return found && (JSON.parse(found.manifest) as { version: string }).version;
  };
  return { channel, put, find, releases, codes, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}

describe('the folder of releases', () => {
  it('offers the newest of the platform by the order of versions, or the one that is asked for', async () => {
    await using b = await bench();
    for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1', '1.2.0']) await b.put(version);
    await b.put('9.0.0', { platform: 'linux-arm64' });
    expect(await b.find()).toBe('1.10.0');
    expect(await b.find('1.2.0')).toBe('1.2.0');
    expect(await b.find('3.0.0')).toBeUndefined();
    expect(await b.find(undefined, 'linux-arm64')).toBe('9.0.0');
    expect(await b.releases.find('beta', 'linux-x64', undefined)).toBeUndefined();
  });

  it('does not offer what is half copied or not of the form, says so, and offers the rest', async () => {
    await using b = await bench();
    await b.put('1.0.0');
    await b.put('1.1.0');
    await truncate(join(b.channel, 'demarc-1.1.0-linux-x64.tar.gz'), 3);
    await b.put('1.2.0');
    await rm(join(b.channel, 'demarc-1.2.0-linux-x64.tar.gz'));
    await b.put('1.3.0', { archive: { file: '../../ca.key', bytes: 1, sha256: 'a'.repeat(64) } });
    await writeFile(join(b.channel, 'a.release.json'), 'garbage');
    await writeFile(join(b.channel, 'b.release.json'), Buffer.alloc(300_000, 32));
    await mkdir(join(b.channel, 'c.release.json'));
    await symlink('/nowhere', join(b.channel, 'd.release.json'));
    expect(await b.find()).toBe('1.0.0');
    expect(b.codes().filter((code) => code === 'update.bad-manifest')).toHaveLength(7);
  });

  it('gives archives of offered releases only, from any byte on', async () => {
    await using b = await bench();
    await b.put('1.0.0');
    await writeFile(join(b.channel, 'other.tar.gz'), 'not offered');
    const archive = await b.releases.archive('stable', 'demarc-1.0.0-linux-x64.tar.gz');
    expect(archive && (await text(archive.read({ start: 8, end: archive.bytes - 1 })))).toBe('of 1.0.0');
    expect(await b.releases.archive('stable', 'other.tar.gz')).toBeUndefined();
  });
});
