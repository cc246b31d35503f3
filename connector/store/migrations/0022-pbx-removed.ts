import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** PBXs that were removed stay as a mark, so that a message of theirs that comes late brings nothing back. */
export const pbxRemoved: Migration = {
  async up(db) {
    await sql.raw('ALTER TABLE pbx ADD COLUMN removed_at TEXT').execute(db);
  },
};
