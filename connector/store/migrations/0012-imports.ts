import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE import_job (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  state TEXT NOT NULL,
  may_assign INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  wanted INTEGER NOT NULL,
  next_row INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  person_name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (id)
)`,
  `CREATE INDEX import_job_by_account ON import_job (account_id, id)`,
  `CREATE TABLE import_row (
  import_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  account_id TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_lc TEXT NOT NULL,
  role TEXT NOT NULL,
  own INTEGER NOT NULL,
  PRIMARY KEY (import_id, n)
)`,
  // By which an address that stands in the sheet twice is found.
  `CREATE INDEX import_row_by_email ON import_row (import_id, email_lc)`,
  `CREATE INDEX import_row_by_account ON import_row (account_id)`,
];

/** Imports of users: what was read of a spreadsheet waits here until its rows are good and applied. */
export const imports: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
