import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `ALTER TABLE command ADD COLUMN bulk_id TEXT`,
  `ALTER TABLE command ADD COLUMN cancel_requested_at TEXT`,
  `ALTER TABLE command ADD COLUMN cancel_requested_by TEXT`,
  `ALTER TABLE command ADD COLUMN cancel_requester_id TEXT`,
  `CREATE INDEX command_by_bulk ON command (bulk_id) WHERE bulk_id IS NOT NULL`,
];

/** Commands that were issued together, and the wish to end one early, which stands until its gateway has answered. */
export const bulkCommands: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
