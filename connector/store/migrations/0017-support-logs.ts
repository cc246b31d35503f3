import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE support_log (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT,
  product TEXT NOT NULL,
  title TEXT NOT NULL,
  title_lc TEXT NOT NULL,
  report TEXT NOT NULL,
  attachments TEXT NOT NULL,
  reporter_id TEXT NOT NULL,
  reporter_name TEXT NOT NULL,
  reporter_email TEXT NOT NULL,
  state TEXT NOT NULL,
  notes TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  reminded_at TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE INDEX support_log_by_account_created_at ON support_log (account_id, created_at)`,
  `CREATE INDEX support_log_open ON support_log (reminded_at) WHERE state = 'Open'`,
];

/** Issues that people report. */
export const supportLogs: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
