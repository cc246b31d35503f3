/** Migrations that go well, fail or never end, for the tests of how they are run. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const createTable = (table: string): Migration => ({
  up: async (db) => {
    await sql`create table ${sql.table(table)} (id integer)`.execute(db);
  },
});

/** Does half of its work, then whatever it is given. */
export const halfDone = (then: () => Promise<never>): Migration => ({
  up: async (db) => {
    await sql`create table half (id integer)`.execute(db);
    await sql`insert into half values (1)`.execute(db);
    await then();
  },
});

export const failingMigration = halfDone(() => Promise.reject(new Error('on purpose')));
