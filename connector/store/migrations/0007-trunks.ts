import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE trunk (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  pbx_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_lc TEXT NOT NULL,
  host_lc TEXT NOT NULL,
  port INTEGER NOT NULL,
  settings TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (account_id, name_lc)
)`,
  `CREATE INDEX trunk_by_account_gateway ON trunk (account_id, gateway_id)`,
  // Counts changes of a gateway's trunks, so that what it is told has a version of its own.
  `ALTER TABLE gateway ADD COLUMN trunks_revision INTEGER NOT NULL DEFAULT 0`,
];

/** SIP trunks as people set them. */
export const trunks: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
