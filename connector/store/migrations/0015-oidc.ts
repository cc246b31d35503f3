import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE oidc_provider (
  partner_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_secret TEXT,
  enabled INTEGER NOT NULL,
  sign_out INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (partner_id),
  UNIQUE (id)
)`,
  // Sign-ins that are under way at a provider.
  `CREATE TABLE oidc_flow (
  state_hash TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  browser_hash TEXT NOT NULL,
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  return_to TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (state_hash)
)`,
  `CREATE INDEX oidc_flow_by_expires_at ON oidc_flow (expires_at)`,
  // Who a subject of a provider is here.
  `CREATE TABLE oidc_identity (
  partner_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person_id TEXT NOT NULL,
  linked_at TEXT NOT NULL,
  PRIMARY KEY (partner_id, issuer, subject)
)`,
  `CREATE INDEX oidc_identity_by_person ON oidc_identity (person_id)`,
  `ALTER TABLE session ADD COLUMN oidc_provider_id TEXT`,
  `ALTER TABLE session ADD COLUMN oidc_id_token TEXT`,
];

/** Signing in by an OpenID provider. */
export const oidc: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
