/** Files that are replaced and never silently empty. */
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeFolder, removeFile, replaceFile } from '#config/atomic-file.ts';
import { DocumentFile } from '#config/document.ts';
import { startProgram, temporaryFolder, until } from '#test/support/program.ts';

const CHILD = new URL('support/replace-until-killed.ts', import.meta.url).pathname;

describe('replacing a file', () => {
  test('a kill -9 at any instant leaves the old content or the new one, whole', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder('replace');
    const path = join(folder.path, 'document');
    const met = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      await using child = startProgram(process.execPath, [CHILD, path]);
      await until('the child writes', 20_000, () => child.output().includes('ready'));
      await sleep(Math.random() * 40);
      await child.stop('SIGKILL');
      const content = await readFile(path, 'utf8');
      expect(content).toHaveLength(1_000_000);
      expect(new Set(content).size).toBe(1);
      met.add(content.slice(0, 1));
    }
    expect(met.size).toBeGreaterThan(1);
    await replaceFile(path, 'after');
    expect([await readFile(path, 'utf8'), await readdir(folder.path)]).toEqual(['after', ['document']]);
  });

  test('makes the folders above for their owner alone, and the file for its owner alone', async () => {
    await using folder = await temporaryFolder('replace');
    const path = join(folder.path, 'a', 'b', 'document');
    await replaceFile(path, 'x');
    const modes = [path, join(folder.path, 'a'), join(folder.path, 'a', 'b')].map(
      async (one) => (await stat(one)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o600, 0o700, 0o700]);
    await makeFolder(join(folder.path, 'a', 'b'));
  });

  test.each([
    ['a folder that is a file', (folder: string) => join(folder, 'file', 'document')],
    ['a folder below one that is a file', (folder: string) => join(folder, 'file', 'x', 'document')],
    ['a place where nothing can be made', () => '/proc/self/demarc/x/document'],
    ['a path that is a folder', (folder: string) => join(folder, 'folder')],
    ['a temporary file that cannot be removed', (folder: string) => join(folder, 'stuck')],
  ])('%s is config.unwritable, within seconds', { timeout: 5000 }, async (_what, pathIn) => {
    await using folder = await temporaryFolder('replace');
    await writeFile(join(folder.path, 'file'), '');
    await mkdir(join(folder.path, 'folder', 'full'), { recursive: true });
    await mkdir(join(folder.path, 'stuck.tmp', 'full'), { recursive: true });
    await expect(replaceFile(pathIn(folder.path), 'x')).rejects.toMatchObject({ code: 'config.unwritable' });
  });

  test('removing what is not there is no error', async () => {
    await using folder = await temporaryFolder('replace');
    await removeFile(join(folder.path, 'nothing'));
    await removeFile(join(folder.path, 'no', 'folder'));
  });
});

describe('a document', () => {
  const Schema = z.strictObject({ n: z.int() });
  const bench = async () => {
    const folder = await temporaryFolder('document');
    const path = join(folder.path, 'document.json');
    const file = new DocumentFile(path, Schema);
    await file.save({ n: 1 });
    return { file, path, good: `${path}.good`, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };

  test('that was never written is not there, and that is no repair', async () => {
    await using folder = await temporaryFolder('document');
    const file = new DocumentFile(join(folder.path, 'document.json'), Schema);
    expect(await file.load()).toEqual({ value: undefined, repaired: false });
  });

  test.each([
    ['cut short', (path: string) => truncate(path, 4)],
    ['emptied', (path: string) => truncate(path, 0)],
    ['not of the agreed form', (path: string) => writeFile(path, '{"n":"one"}')],
    ['gone', (path: string) => removeFile(path)],
  ])('that is %s is replaced by its good copy, and that is told', async (_what, damage) => {
    await using b = await bench();
    await damage(b.path);
    expect(await b.file.load()).toEqual({ value: { n: 1 }, repaired: true });
    expect(await b.file.load()).toEqual({ value: { n: 1 }, repaired: false });
  });

  test('is used when only its good copy is damaged; the next save mends that', async () => {
    await using b = await bench();
    await truncate(b.good, 2);
    expect(await b.file.load()).toEqual({ value: { n: 1 }, repaired: false });
    await b.file.save({ n: 2 });
    await truncate(b.path, 2);
    expect(await b.file.load()).toEqual({ value: { n: 2 }, repaired: true });
  });

  test('whose both copies are damaged is config.invalid and stays as it is, for a person to look at', async () => {
    await using b = await bench();
    await writeFile(b.path, '{"n":');
    await writeFile(b.good, '{}');
    await expect(b.file.load()).rejects.toMatchObject({ code: 'config.invalid', detail: `${b.path}: not JSON` });
    expect([await readFile(b.path, 'utf8'), await readFile(b.good, 'utf8')]).toEqual(['{"n":', '{}']);
  });

  test('is not written when it does not have the agreed form', async () => {
    await using b = await bench();
    await expect(b.file.save({ n: 1.5 })).rejects.toMatchObject({ code: 'config.invalid' });
    expect((await b.file.load()).value).toEqual({ n: 1 });
  });
});
