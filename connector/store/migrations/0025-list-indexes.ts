import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // Searched by text and by product together, in the order of names, without reading a user.
  `DROP INDEX directory_user_by_account_name_lc_id_search`,
  `CREATE INDEX directory_user_search ON directory_user (account_id, name_lc, id, search, pbx_id)`,
  // Every filter of the list and every order it can be sorted by (but by department), without reading a user; the counts
  // beside the filters, too. Not the text that is searched: PostgreSQL keeps at most 2,704 bytes of a row in an index.
  `DROP INDEX directory_user_counts`,
  `CREATE INDEX directory_user_filter ON directory_user
    (account_id, source, status, role, irregular, pbx_id, email_lc, name_lc, extension, modified_at, id)`,
];

/** What a filter or a search finds among 100,000 users is found, counted and put in order in an index alone. */
export const listIndexes: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
