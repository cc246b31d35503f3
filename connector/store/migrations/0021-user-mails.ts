import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  `CREATE TABLE user_mail (
  id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  person_id TEXT NOT NULL,
  person_name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  next_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (user_id, kind)
)`,
  `CREATE INDEX user_mail_by_next ON user_mail (next_at)`,
  `CREATE INDEX user_mail_by_account ON user_mail (account_id)`,
];

/** Welcome mails and links for new passwords that have still to be sent to users. */
export const userMails: Migration = {
  async up(db) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
