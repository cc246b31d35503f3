import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE api_token (
  id TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  account_id TEXT,
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  role TEXT NOT NULL,
  role_id TEXT,
  made_by TEXT NOT NULL,
  made_by_name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  used_from TEXT,
  PRIMARY KEY (id),
  UNIQUE (token_hash)
)`,
  `CREATE INDEX api_token_by_account ON api_token (account_id, created_at)`,
  `CREATE INDEX api_token_by_partner ON api_token (partner_id, created_at)`,
];

/** Tokens by which programs use the API. */
export const apiTokens: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
