import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // Made anew because SQLite cannot take NOT NULL back: a user of the cloud alone has neither gateway nor PBX.
  `CREATE TABLE directory_user_new (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  gateway_id TEXT,
  pbx_id TEXT,
  source_key TEXT NOT NULL,
  name TEXT NOT NULL,
  name_lc TEXT NOT NULL,
  first_name TEXT,
  last_name TEXT,
  email TEXT,
  email_lc TEXT,
  extension TEXT,
  work_phone TEXT,
  mobile_phone TEXT,
  login_id TEXT,
  department TEXT,
  irregular INTEGER NOT NULL,
  search TEXT NOT NULL,
  modified_at TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT 'pbx',
  status TEXT NOT NULL DEFAULT 'Active',
  role TEXT NOT NULL DEFAULT 'User',
  filled INTEGER NOT NULL DEFAULT 0,
  modified_by TEXT,
  revision BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  UNIQUE (account_id, pbx_id, source_key)
)`,
  `INSERT INTO directory_user_new (id, account_id, gateway_id, pbx_id, source_key, name, name_lc, first_name, last_name,
    email, email_lc, extension, work_phone, mobile_phone, login_id, department, irregular, search, modified_at)
  SELECT id, account_id, gateway_id, pbx_id, source_key, name, name_lc, first_name, last_name,
    email, email_lc, extension, work_phone, mobile_phone, login_id, department, irregular, search, modified_at
  FROM directory_user`,
  `DROP TABLE directory_user`,
  `ALTER TABLE directory_user_new RENAME TO directory_user`,
  `CREATE INDEX directory_user_by_account_name_lc_id_search ON directory_user (account_id, name_lc, id, search)`,
  // Each order of the list, with the id that makes it a position to go on from.
  `CREATE INDEX directory_user_by_account_email_lc_id ON directory_user (account_id, email_lc, id)`,
  `CREATE INDEX directory_user_by_account_extension_id ON directory_user (account_id, extension, id)`,
  `CREATE INDEX directory_user_by_account_modified_at_id ON directory_user (account_id, modified_at, id)`,
  // Covers the counts beside the filters: without it they read every row.
  `CREATE INDEX directory_user_counts ON directory_user (account_id, source, status, role, irregular, pbx_id, email_lc)`,
  // What an admin set for a PBX's user; by the PBX's own key, so that it outlives the row (a removal that is taken back).
  `CREATE TABLE user_edit (
  account_id TEXT NOT NULL,
  pbx_id TEXT NOT NULL,
  source_key TEXT NOT NULL,
  first_name TEXT,
  last_name TEXT,
  email TEXT,
  email_lc TEXT,
  mobile_phone TEXT,
  status TEXT NOT NULL,
  role TEXT NOT NULL,
  edited_at TEXT NOT NULL,
  edited_by TEXT NOT NULL,
  PRIMARY KEY (account_id, pbx_id, source_key)
)`,
];

/** Users that the cloud alone has, and what admins set for those of PBXs, apart from what the PBX says. */
export const usersEdit: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
