/** What of an archive gets onto the disk. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { unpackRelease } from '#daemon/update/unpack.ts';
import { temporaryFolder } from '#test/support/program.ts';

type Entry = Partial<Header> & { name: string; content?: string };

const GOOD: Entry[] = [
  { name: 'package.json', content: '{}' },
  { name: 'dist/daemon/main.mjs', content: 'code' },
  { name: 'bin/node', content: 'program', mode: 0o4777 },
];

async function archiveOf(path: string, entries: readonly Entry[]): Promise<{ files: number; bytes: number }> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  await writeFile(path, gzipSync(Buffer.concat(chunks)));
  return { files: entries.length, bytes: entries.reduce((sum, { content = '' }) => sum + content.length, 0) };
}

async function unpacked(
  entries: readonly Entry[],
  change: (
    archive: string,
    folder: string,
  ) => Promise<Partial<{ files: number; bytes: number }> | void> = async () => {},
) {
  const home = await temporaryFolder('unpack');
  const archive = join(home.path, 'release.tar.gz');
  const folder = join(home.path, 'slots/b');
  await mkdir(folder, { recursive: true });
  const limits = await archiveOf(archive, entries);
  const changed = (await change(archive, folder)) ?? {};
  const signal = new AbortController().signal;
  const result = await unpackRelease({
    archive,
    folder,
    limits: { ...limits, ...changed },
    manifest: 'M',
    signal,
  }).then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? 'no error of ours',
  );
  return {
    home,
    folder,
    result,
    isComplete: existsSync(join(folder, 'release.json')),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

describe('unpacking a release', () => {
  it('writes its files with rights of our own choice, and what makes the slot complete', async () => {
    await using done = await unpacked(GOOD, async (_archive, folder) => writeFile(join(folder, 'old'), 'old'));
    expect(done.result).toBe('ok');
    expect(await readFile(join(done.folder, 'release.json'), 'utf8')).toBe('M');
    expect((await readdir(done.folder)).sort()).toEqual(['bin', 'dist', 'package.json', 'release.json']);
    expect((await stat(join(done.folder, 'bin/node'))).mode & 0o7777).toBe(0o755);
    expect((await stat(join(done.folder, 'package.json'))).mode & 0o111).toBe(0);
  });

  it.each<[string, Entry]>([
    ['a way up', { name: '../evil', content: 'x' }],
    ['a way up in the middle', { name: 'dist/../../evil', content: 'x' }],
    ['a whole path', { name: '/tmp/demarc-evil', content: 'x' }],
    ['a symbolic link', { name: 'dist/link', type: 'symlink', linkname: '/etc/passwd' }],
    ['a hard link', { name: 'dist/hard', type: 'link', linkname: 'package.json' }],
    ['a device', { name: 'dev', type: 'character-device', devmajor: 1, devminor: 3 }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
    ['a folder', { name: 'folder', type: 'directory' }],
    ['a name twice', { name: 'package.json', content: '{"evil":1}' }],
    ['its own mark of completeness', { name: 'release.json', content: '{}' }],
    ['a hidden name', { name: '.profile', content: 'x' }],
    ['a name with a backslash', { name: 'dist\\evil', content: 'x' }],
    ['a name with a control character', { name: 'dist/e\nvil', content: 'x' }],
  ])('refuses %s, and the slot is not complete', async (_what, entry) => {
    await using done = await unpacked([...GOOD, entry]);
    expect(done).toMatchObject({ result: 'update.unsafe-archive', isComplete: false });
    expect(existsSync('/tmp/demarc-evil')).toBe(false);
    expect(await readdir(done.home.path)).toEqual(['release.tar.gz', 'slots']);
  });

  it('refuses more files or bytes than were signed before they are written', async () => {
    await using files = await unpacked(GOOD, async () => ({ files: 2 }));
    expect(files).toMatchObject({ result: 'update.unsafe-archive', isComplete: false });
    await using bytes = await unpacked(GOOD, async () => ({ bytes: 5 }));
    expect(bytes).toMatchObject({ result: 'update.unsafe-archive', isComplete: false });
  });

  it('refuses fewer of them', async () => {
    await using done = await unpacked(GOOD, async () => ({ files: 4 }));
    expect(done).toMatchObject({ result: 'update.bad-archive', isComplete: false });
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['that ends early', (bytes) => bytes.subarray(0, bytes.length - 30)],
    ['that is no gzip', () => Buffer.from('nonsense')],
    ['that is empty', () => Buffer.alloc(0)],
    ['whose tar ends in the middle of a file', (bytes) => gzipSync(gunzipSync(bytes).subarray(0, 520))],
  ])('refuses an archive %s', async (_what, damage) => {
    await using done = await unpacked(GOOD, async (archive) => writeFile(archive, damage(await readFile(archive))));
    expect(done).toMatchObject({ result: 'update.bad-archive', isComplete: false });
  });

  it('does not follow what stands in the slot', async () => {
    await using done = await unpacked(GOOD, async (archive, folder) => {
      await mkdir(join(archive, '../outside'));
      await symlink(join(archive, '../outside'), join(folder, 'dist'));
    });
    expect(done.result).toBe('ok');
    expect(await readdir(join(done.home.path, 'outside'))).toEqual([]);
  });
});
