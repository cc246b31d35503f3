import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // Ends of equal length compare as text as they do as numbers, and keep the zeros in front.
  `CREATE TABLE extension_range (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  pbx_id TEXT NOT NULL,
  lower_end TEXT NOT NULL,
  upper_end TEXT NOT NULL,
  source TEXT NOT NULL,
  location_id TEXT,
  updated_at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE UNIQUE INDEX extension_range_by_account_pbx_ends ON extension_range (account_id, pbx_id, lower_end, upper_end)`,
  `CREATE INDEX extension_range_by_location ON extension_range (location_id) WHERE location_id IS NOT NULL`,
  `CREATE TABLE did (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  pbx_id TEXT NOT NULL,
  number TEXT NOT NULL,
  number_to TEXT,
  lower_end TEXT NOT NULL,
  upper_end TEXT NOT NULL,
  target TEXT,
  target_to TEXT,
  source TEXT NOT NULL,
  location_id TEXT,
  updated_at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE UNIQUE INDEX did_by_account_pbx_ends ON did (account_id, pbx_id, lower_end, upper_end)`,
  `CREATE INDEX did_by_account_lower_end ON did (account_id, lower_end)`,
  `CREATE INDEX did_by_location ON did (location_id) WHERE location_id IS NOT NULL`,
  `CREATE TABLE number_reading (
  pbx_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  read_at TEXT NOT NULL,
  omitted INTEGER NOT NULL,
  PRIMARY KEY (pbx_id)
)`,
];

/** Extension ranges and direct-dial numbers, as PBXs tell them and as people enter them. */
export const numbers: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
