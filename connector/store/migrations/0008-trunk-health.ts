import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE trunk_health (
  trunk_id TEXT NOT NULL,
  "end" TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  state TEXT NOT NULL,
  since TEXT,
  document TEXT NOT NULL,
  told_at TEXT NOT NULL,
  PRIMARY KEY (trunk_id, "end")
)`,
  `CREATE INDEX trunk_health_by_gateway ON trunk_health (account_id, gateway_id)`,
  `CREATE TABLE trunk_history (
  trunk_id TEXT NOT NULL,
  "end" TEXT NOT NULL,
  account_id TEXT NOT NULL,
  slot INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  average_ms REAL NOT NULL,
  worst_ms REAL NOT NULL,
  PRIMARY KEY (trunk_id, "end", slot)
)`,
  `CREATE INDEX trunk_history_by_slot ON trunk_history (slot)`,
];

/** How trunks are, as their gateways last told, and the points of their pictures: one for each five minutes. */
export const trunkHealth: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
