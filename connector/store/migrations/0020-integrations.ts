import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE integration (
  account_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  added_at TEXT NOT NULL,
  PRIMARY KEY (account_id, kind)
)`,
  `CREATE TABLE integration_off (
  account_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (account_id, subject)
)`,
];

/** What an account chose from the catalogue, and what it switched off on the way to deleting it. */
export const integrations: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
