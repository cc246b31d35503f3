import { AlertRules } from '#contract/alerts.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Db } from '../store/store.ts';

/** The rules in force in an account, and their version for If-Match; the defaults before anybody changed them. */
export async function rulesOf(db: Db, account: string): Promise<{ rules: AlertRules; revision: number }> {
  const row = await db
    .selectFrom('alert_rules')
    .select(['document', 'revision'])
    .where('account_id', '=', account)
    .executeTakeFirst();
  // A document of another version may not fit any more; the defaults still watch.
  const rules = optionalJson(AlertRules, row?.document ?? null) ?? AlertRules.parse({});
  return { rules, revision: row?.revision ?? 0 };
}
