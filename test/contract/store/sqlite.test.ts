/** What SQLite alone has to be made to do: migrations that are cut short, and a disk that is really full. */
import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kysely, sql } from 'kysely';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { migrate } from '#connector/store/migrations/index.ts';
import type { Tables } from '#connector/store/schema.ts';
import { sqliteDialect } from '#connector/store/sqlite.ts';
import { Store } from '#connector/store/store.ts';
import { startProgram, temporaryFolder } from '#test/support/program.ts';
import { mayMount, smallDisk } from '#test/unit/daemon-spine/support/disk.ts';
import { createTable, failingMigration } from './migrations.ts';

const clock = { now: () => Date.parse('2026-03-01T12:00:00.000Z') };

async function tablesOf(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'
    and name not like 'kysely%' order by name`.execute(db);
  return rows.map((row) => row.name);
}

const open = (path: string) => new Kysely<Tables>({ dialect: sqliteDialect(path) });

describe('a migration', () => {
  it('that fails in the middle leaves nothing of itself or of those before it, and can be tried again', async () => {
    await using folder = await temporaryFolder('migration');
    const db = open(join(folder.path, 'a.db'));
    await expect(migrate(db, { '0001': createTable('first'), '0002': failingMigration })).rejects.toMatchObject({
      cause: { message: 'on purpose' },
    });
    expect(await tablesOf(db)).toEqual([]);
    await migrate(db, { '0001': createTable('first') });
    expect(await tablesOf(db)).toEqual(['first']);
    await migrate(db, { '0001': createTable('first'), '0002': createTable('second') });
    expect(await tablesOf(db)).toEqual(['first', 'second']);
    await db.destroy();
  });

  it('whose process is killed in the middle leaves the database as it was', async () => {
    await using folder = await temporaryFolder('migration');
    const path = join(folder.path, 'a.db');
    const child = fileURLToPath(new URL('./migrate-child.ts', import.meta.url));
    await using program = startProgram(process.execPath, [child, path]);
    await expect.poll(() => program.output(), { timeout: 20_000 }).toContain('in the middle');
    program.process.kill('SIGKILL');
    await program.exited;
    const db = open(path);
    expect(await tablesOf(db)).toEqual(['first']);
    await migrate(db, { '0001': createTable('first'), '0002': createTable('second') });
    expect(await tablesOf(db)).toEqual(['first', 'second']);
    await db.destroy();
  });
});

describe.skipIf(!mayMount())('a full disk (needs the right to mount a tmpfs)', () => {
  const partner = (size: number) => ({ id: ulid(), name: 'x'.repeat(size), created_at: '' });

  it('is named to whoever writes, costs nothing that was committed, and is over when there is room', async () => {
    await using folder = await temporaryFolder('full');
    await using disk = await smallDisk(folder.path, 4);
    const store = await Store.open({ path: join(disk.path, 'a.db'), clock });
    const write = (size: number) => store.write(({ db }) => db.insertInto('partner').values(partner(size)).execute());
    await write(1);
    const { bavail, bsize } = await statfs(disk.path);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(bavail * bsize - 64 * 1024));
    await expect(write(200_000)).rejects.toMatchObject({
      code: 'store.full',
      cause: { errstr: 'database or disk is full' },
    });
    await expect(write(200_000)).rejects.toMatchObject({ code: 'store.full' });
    expect(await store.db.selectFrom('partner').select('id').execute()).toHaveLength(1);
    await writeFile(join(disk.path, 'ballast'), '');
    await write(200_000);
    expect(await store.db.selectFrom('partner').select('id').execute()).toHaveLength(2);
    await store.close();
  });

  it('is named when the store cannot be made on it', async () => {
    await using folder = await temporaryFolder('full');
    await using disk = await smallDisk(folder.path, 1);
    const { bavail, bsize } = await statfs(disk.path);
    await writeFile(join(disk.path, 'ballast'), Buffer.alloc(bavail * bsize - 40 * 1024));
    await expect(Store.open({ path: join(disk.path, 'a.db'), clock })).rejects.toMatchObject({ code: 'store.full' });
  });
});
