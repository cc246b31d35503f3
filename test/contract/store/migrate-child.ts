/** Migrates the database that is named and stops in the middle of the second migration, until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { migrate } from '#connector/store/migrations/index.ts';
import { sqliteDialect } from '#connector/store/sqlite.ts';
import { createTable, halfDone } from './migrations.ts';

const db = new Kysely({ dialect: sqliteDialect(process.argv[2] ?? '') });
const first = { '0001': createTable('first') };
await migrate(db, first);
const endless = halfDone(async () => {
  process.stdout.write('in the middle\n');
  await sleep(60_000);
  throw new Error('nobody killed it');
});
await migrate(db, { ...first, '0002': endless });
