import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What of a run's records a person should look at, as JSON. */
export const syncRunNotes: Migration = {
  async up(db) {
    await sql`ALTER TABLE sync_run ADD COLUMN notes TEXT`.execute(db);
  },
};
