import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE launch (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  tunnel TEXT NOT NULL,
  name TEXT NOT NULL,
  person_id TEXT NOT NULL,
  person_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  ended_at TEXT,
  end_reason TEXT,
  ended_by TEXT,
  requests INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE INDEX launch_by_account ON launch (account_id, id)`,
  `CREATE TABLE launch_request (
  launch_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  account_id TEXT NOT NULL,
  at TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (launch_id, n)
)`,
];

/** Sessions of remote access and what was asked for in them. */
export const launches: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
