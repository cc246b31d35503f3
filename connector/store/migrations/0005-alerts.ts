import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE alert_rules (
  account_id TEXT NOT NULL,
  document TEXT NOT NULL,
  revision INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id)
)`,
  `CREATE TABLE alert (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  subject_name TEXT,
  severity TEXT NOT NULL,
  details TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  resolved_at TEXT,
  told_at TEXT,
  finished INTEGER NOT NULL,
  acknowledged_at TEXT,
  acknowledged_by TEXT,
  muted_until TEXT,
  PRIMARY KEY (id)
)`,
  // One open alert for each subject, whatever happens.
  `CREATE UNIQUE INDEX alert_open ON alert (gateway_id, rule, subject) WHERE resolved_at IS NULL`,
  `CREATE INDEX alert_by_account_opened_at_id ON alert (account_id, opened_at, id)`,
  `CREATE INDEX alert_unfinished ON alert (account_id) WHERE finished = 0`,
  `CREATE TABLE alert_mark (
  gateway_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  lost BIGINT NOT NULL,
  raised_at TEXT,
  PRIMARY KEY (gateway_id)
)`,
  `CREATE TABLE alert_target (
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  account_id TEXT,
  name TEXT NOT NULL,
  name_lc TEXT NOT NULL,
  address TEXT NOT NULL,
  language TEXT NOT NULL,
  secret TEXT,
  enabled INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  last_delivered_at TEXT,
  failing_since TEXT,
  failure TEXT,
  dropped INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE INDEX alert_target_by_account ON alert_target (account_id)`,
  `CREATE INDEX alert_target_by_partner ON alert_target (partner_id)`,
  `CREATE TABLE alert_delivery (
  id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at TEXT NOT NULL,
  next_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE INDEX alert_delivery_by_target ON alert_delivery (target_id, id)`,
  `CREATE INDEX alert_delivery_by_next_at ON alert_delivery (next_at)`,
  // What is looked for every minute must not need a walk through the whole history.
  `CREATE INDEX sync_run_held_open ON sync_run (gateway_id) WHERE hold = 'open'`,
  `CREATE INDEX command_by_updated_at ON command (updated_at)`,
];

/** Alerts: the rules of an account, what is open or was, whom to tell, and what waits to be delivered. */
export const alerts: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
