import { sql } from 'kysely';
import type { Scope } from '../access/may.ts';
import type { Db } from '../store/store.ts';
import type { Condition } from './fields.ts';
import type { Within } from './list.ts';

/**
 * The rows of the accounts in the scope, or of one of them. A scope that comes to one account is that account, so that
 * the indexes, which the account leads, serve it.
 */
export async function withinScope(db: Db, scope: Scope, column: string, account?: string): Promise<Within> {
  const accounts = account === undefined ? await accountsOf(db, scope) : [account];
  const ref = sql.ref(column);
  const [only] = accounts;
  if (only === undefined) return { condition: sql`1 = 0`, indexed: true };
  if (accounts.length === 1) return { condition: sql`${ref} = ${only}`, indexed: true };
  const condition: Condition =
    scope.accounts === 'all'
      ? sql`${ref} in (select id from account where partner_id = ${scope.partner})`
      : sql`${ref} in (${sql.join(accounts)})`;
  return { condition, indexed: false };
}

async function accountsOf(db: Db, scope: Scope): Promise<readonly string[]> {
  if (scope.accounts !== 'all') return [...new Set(scope.accounts)];
  const rows = await db.selectFrom('account').select('id').where('partner_id', '=', scope.partner).limit(2).execute();
  return rows.map((row) => row.id);
}
