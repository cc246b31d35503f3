import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE notification_mark (
  person_id TEXT NOT NULL,
  ref TEXT NOT NULL,
  read_at TEXT,
  deleted_at TEXT,
  marked_at TEXT NOT NULL,
  PRIMARY KEY (person_id, ref)
)`,
  `CREATE INDEX notification_mark_by_marked_at ON notification_mark (marked_at)`,
  // The oldest events are looked for every hour, over all accounts.
  `CREATE INDEX event_by_at ON event (at)`,
  // What a person has asked for, which their notifications tell of.
  `CREATE INDEX command_by_issuer_issued_at ON command (issuer_id, issued_at)`,
];

/** What people have read of their notifications, which themselves are alerts and commands. */
export const notifications: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
