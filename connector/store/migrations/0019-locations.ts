import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE location (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_lc TEXT NOT NULL,
  city_lc TEXT NOT NULL,
  address TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE UNIQUE INDEX location_by_account_name_lc ON location (account_id, name_lc)`,
  `CREATE TABLE gateway_location (
  gateway_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  location_id TEXT NOT NULL,
  PRIMARY KEY (gateway_id)
)`,
  `CREATE INDEX gateway_location_by_location ON gateway_location (location_id)`,
];

/** Places of accounts, and which gateways stand there. */
export const locations: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
