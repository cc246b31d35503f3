import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { countBoot } from '#daemon/store/boot.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { mayMount, smallDisk } from './support/disk.ts';
import { manualClock, recordedLog } from './support/log.ts';

const Person = z.object({ name: z.string() });

async function opened(folder: string) {
  const recorded = recordedLog();
  const store = await DaemonStore.open({ folder, log: recorded.log, clock: manualClock() });
  return { ...recorded, store, people: store.table('people', Person), [Symbol.asyncDispose]: () => store.close() };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a table', () => {
  test('keeps to its own keys and its order', async () => {
    await using folder = await temporaryFolder('store');
    await using it = await opened(folder.path);
    const other = it.store.table('people2', Person);
    await other.put('a', { name: 'other' });
    for (const key of ['c', 'a', 'b', '~', '!']) await it.people.put(key, { name: key });
    expect(await collect(it.people.keys())).toEqual(['!', 'a', 'b', 'c', '~']);
    expect(await collect(it.people.keys({ gt: 'a', lte: 'c' }))).toEqual(['b', 'c']);
    expect(await collect(it.people.keys({ gte: 'a', lt: 'c', reverse: true, limit: 1 }))).toEqual(['b']);
    await it.people.clear({ gte: 'b' });
    expect(await collect(it.people.keys())).toEqual(['!', 'a']);
    expect(await collect(other.entries())).toEqual([['a', { name: 'other' }]]);
  });

  test('a batch over several tables is written whole and survives closing', async () => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      await it.people.put('gone', { name: 'x' });
      const cities = it.store.table('cities', Person);
      await it.store.batch([
        it.people.putOperation('a', { name: 'A' }),
        cities.putOperation('b', { name: 'B' }),
        it.people.removeOperation('gone'),
      ]);
    }
    await using it = await opened(folder.path);
    expect(await it.people.get('a')).toEqual({ name: 'A' });
    expect(await it.store.table('cities', Person).get('b')).toEqual({ name: 'B' });
    expect(await it.people.get('gone')).toBeUndefined();
    expect(it.store.health).toEqual({ status: 'ok', at: null });
  });

  test('a value that does not fit is set aside and said, and the rest is read', async () => {
    await using folder = await temporaryFolder('store');
    await using it = await opened(folder.path);
    await it.store.table('people', z.unknown()).put('b', { name: 7 });
    await it.people.put('a', { name: 'A' });
    await it.people.put('c', { name: 'C' });
    expect(await collect(it.people.keys())).toEqual(['a', 'b', 'c']);
    expect((await collect(it.people.entries())).map(([key]) => key)).toEqual(['a', 'c']);
    expect(it.codes()).toEqual(['store.value-invalid']);
    expect(await collect(it.people.keys())).toEqual(['a', 'c']);
    expect(await it.people.get('b')).toBeUndefined();
  });

  test('a trusted table is not checked', async () => {
    await using folder = await temporaryFolder('store');
    await using it = await opened(folder.path);
    await it.store.table('people', z.unknown()).put('b', { name: 7 });
    expect(await it.store.table('people', Person, { trusted: true }).get('b')).toEqual({ name: 7 });
  });
});

describe('a store that cannot be opened', () => {
  test('is refused when another has it', async () => {
    await using folder = await temporaryFolder('store');
    await using _first = await opened(folder.path);
    await expect(opened(folder.path)).rejects.toMatchObject({ code: 'store.locked' });
  });

  test('is repaired when its CURRENT file is empty, loudly', async () => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      for (let n = 0; n < 100; n += 1) await it.people.put(String(n), { name: 'x' });
    }
    await truncate(join(folder.path, 'store', 'CURRENT'), 0);
    await using it = await opened(folder.path);
    expect(it.store.health.status).toBe('repaired');
    expect(await collect(it.people.keys())).toHaveLength(100);
    expect(it.codes()).toEqual(['store.damaged', 'store.repaired']);
  });

  test('is moved aside when repair does not help, and an empty one takes its place', async () => {
    await using folder = await temporaryFolder('store');
    await writeFile(join(folder.path, 'store'), 'not a folder');
    await using it = await opened(folder.path);
    expect(it.store.health.status).toBe('rebuilt');
    expect(it.codes()).toEqual(['store.damaged', 'store.rebuilt']);
    expect(await readFile(join(folder.path, 'store.damaged'), 'utf8')).toBe('not a folder');
    await it.people.put('a', { name: 'A' });
  });

  test('begins empty, and says so, when the repair finds no record in what is there', async () => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      await it.people.put('a', { name: 'A' });
    }
    const store = join(folder.path, 'store');
    for (const name of await readdir(store)) await writeFile(join(store, name), 'garbage '.repeat(500));
    await using it = await opened(folder.path);
    expect(it.store.health).toMatchObject({ status: 'rebuilt', detail: expect.stringContaining('no record') });
    expect(it.codes()).toEqual(['store.damaged', 'store.rebuilt']);
    await it.people.put('a', { name: 'A' });
  });

  const lastLog = async (folder: string) => {
    const names = (await readdir(join(folder, 'store'))).filter((name) => name.endsWith('.log')).sort();
    return join(folder, 'store', names.at(-1) ?? '');
  };

  test.each([10, 40_000, 120_000])('a hole in the log at byte %i is found before LevelDB skips it', async (at) => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      for (let n = 0; n < 400; n += 1) await it.people.put(String(n), { name: 'x'.repeat(500) });
    }
    const log = await lastLog(folder.path);
    const bytes = await readFile(log);
    bytes.fill(0, at, at + 3000);
    await writeFile(log, bytes);
    await using it = await opened(folder.path);
    expect(it.store.health).toMatchObject({ status: 'repaired', detail: expect.stringContaining('of the log') });
    expect((await collect(it.people.keys())).length).toBeLessThan(400);
    expect(it.codes()).toEqual(['store.repaired']);
  });

  test('a log that was never damaged, or whose last write broke off, is no damage', async () => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      for (let n = 0; n < 400; n += 1) await it.people.put(String(n), { name: 'x'.repeat(500) });
    }
    const log = await lastLog(folder.path);
    const bytes = await readFile(log);
    expect(bytes.length).toBeGreaterThan(200_000);
    await truncate(log, bytes.length - 100);
    await using it = await opened(folder.path);
    expect(it.store.health.status).toBe('ok');
    expect(await collect(it.people.keys())).toHaveLength(399);
  });

  test('damage met while reading is repaired at the next start', async () => {
    await using folder = await temporaryFolder('store');
    {
      await using it = await opened(folder.path);
      const operations = Array.from({ length: 40_000 }, (_, n) =>
        it.people.putOperation(String(n).padStart(6, '0'), { name: `${Math.sin(n)}`.repeat(8) }),
      );
      await it.people.writeMany(operations, { sync: true });
    }
    {
      await using _compacts = await opened(folder.path);
    }
    const tables = (await readdir(join(folder.path, 'store'))).filter((name) => name.endsWith('.ldb'));
    expect(tables.length).toBeGreaterThan(0);
    const path = join(folder.path, 'store', tables[0] ?? '');
    const bytes = await readFile(path);
    bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 4096);
    await writeFile(path, bytes);
    {
      await using it = await opened(folder.path);
      await expect(collect(it.people.entries())).rejects.toMatchObject({ code: 'store.damaged' });
    }
    await using it = await opened(folder.path);
    expect(it.store.health.status).toBe('repaired');
    expect((await collect(it.people.entries())).length).toBeGreaterThan(10_000);
  });
});

describe.skipIf(!mayMount())('a full disk (needs the right to mount a tmpfs)', () => {
  test('is said with store.full, and writing goes on after space was freed', async () => {
    await using folder = await temporaryFolder('store');
    await using disk = await smallDisk(folder.path, 12);
    await using it = await opened(disk.path);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(8 * 1024 * 1024));
    const name = 'x'.repeat(50_000);
    let kept = 0;
    const fill = async () => {
      for (; kept < 1000; kept += 1) await it.people.put(String(kept).padStart(5, '0'), { name });
    };
    await expect(fill()).rejects.toMatchObject({ code: 'store.full' });
    await expect(it.people.put('again', { name })).rejects.toMatchObject({ code: 'store.full' });
    expect(kept).toBeGreaterThan(10);
    expect(await it.people.get('00000'), 'reading goes on').toEqual({ name });
    expect(await collect(it.people.keys({ lt: '9' })), 'reading goes on').toHaveLength(kept);
    await rm(join(disk.path, 'ballast'));
    await it.people.put('after', { name: 'A' });
    const keys = await collect(it.people.keys({ lt: '9' }));
    expect(keys.slice(0, kept)).toEqual(Array.from({ length: kept }, (_, n) => String(n).padStart(5, '0')));
    expect(await it.people.get('after')).toEqual({ name: 'A' });
  });
});

describe('the boot counter', () => {
  test('counts starts, survives a damaged file, and never goes back when both copies are damaged', async () => {
    await using folder = await temporaryFolder('boot');
    const { log, codes } = recordedLog();
    const clock = manualClock();
    const options = { folder: folder.path, clock, log };
    expect(await countBoot(options)).toBe(1);
    expect(await countBoot(options)).toBe(2);
    await writeFile(join(folder.path, 'boot.json'), '');
    expect(await countBoot(options)).toBe(3);
    await writeFile(join(folder.path, 'boot.json'), '{');
    await writeFile(join(folder.path, 'boot.json.good'), '');
    const after = await countBoot(options);
    expect(after).toBeGreaterThan(400_000);
    expect(after).toBeLessThan(2 ** 21);
    expect(await countBoot(options)).toBe(after + 1);
    expect(codes()).toEqual(['config.invalid']);
  });
});
