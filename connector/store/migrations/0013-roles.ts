import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  // Roles of a partner's own: a base without some of its rights, and the accounts where one can be given.
  `CREATE TABLE role (
  id TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_lc TEXT NOT NULL,
  description TEXT NOT NULL,
  base TEXT NOT NULL,
  minus TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (partner_id, name_lc)
)`,
  `CREATE TABLE role_account (
  account_id TEXT NOT NULL,
  role_id TEXT NOT NULL,
  assigned_at TEXT NOT NULL,
  PRIMARY KEY (account_id, role_id)
)`,
  `CREATE INDEX role_account_by_role ON role_account (role_id)`,
  `ALTER TABLE membership ADD COLUMN role_id TEXT`,
  `CREATE INDEX membership_by_role ON membership (role_id) WHERE role_id IS NOT NULL`,
  // People: how they are told things, who last changed them, and whether they reach only accounts assigned to them.
  `ALTER TABLE person ADD COLUMN language TEXT`,
  `ALTER TABLE person ADD COLUMN manager INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE person ADD COLUMN updated_at TEXT`,
  `ALTER TABLE person ADD COLUMN updated_by TEXT`,
  `ALTER TABLE person ADD COLUMN revision INTEGER NOT NULL DEFAULT 1`,
  `CREATE INDEX person_by_partner_name ON person (partner_id, name)`,
  `CREATE TABLE person_link (
  token_hash TEXT NOT NULL,
  person_id TEXT NOT NULL,
  made_by TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (token_hash)
)`,
  `CREATE INDEX person_link_by_person ON person_link (person_id)`,
  // Sessions as their person sees them.
  `ALTER TABLE session ADD COLUMN public_id TEXT`,
  `ALTER TABLE session ADD COLUMN address TEXT`,
  `ALTER TABLE session ADD COLUMN agent TEXT`,
  // What an account's information page shows.
  `ALTER TABLE account ADD COLUMN address_1 TEXT`,
  `ALTER TABLE account ADD COLUMN address_2 TEXT`,
  `ALTER TABLE account ADD COLUMN city TEXT`,
  `ALTER TABLE account ADD COLUMN postal_code TEXT`,
  `ALTER TABLE account ADD COLUMN province TEXT`,
  `ALTER TABLE account ADD COLUMN language TEXT`,
  `ALTER TABLE account ADD COLUMN business_type TEXT`,
  `ALTER TABLE account ADD COLUMN billing_number TEXT`,
];

/** Roles of a partner's own, people and their sessions, and the particulars of accounts. */
export const roles: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
