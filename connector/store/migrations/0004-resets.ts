import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What gateways are told that come back after they were let go, also when their account is gone by then. */
export const resets: Migration = {
  async up(db) {
    await sql`CREATE TABLE gateway_farewell (
  gateway_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  gateway_name TEXT NOT NULL,
  standing TEXT NOT NULL,
  said_at TEXT NOT NULL,
  told_at TEXT,
  PRIMARY KEY (gateway_id)
)`.execute(db);
  },
};
