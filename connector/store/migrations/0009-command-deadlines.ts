import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Commands that have not ended, by their deadline: they are looked for every few seconds, among all that ever were. In
 * part only, so that the many that have ended cost nothing.
 */
export const commandDeadlines: Migration = {
  async up(db) {
    await sql
      .raw(
        `CREATE INDEX command_open_by_deadline ON command (deadline_at)
  WHERE state IN ('queued', 'sent', 'accepted', 'running')`,
      )
      .execute(db);
  },
};
