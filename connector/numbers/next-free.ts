import { sql } from 'kysely';
import type { NextFree } from '#contract/api/numbers.ts';
import type { Db } from '../store/store.ts';
import { after } from './ends.ts';

/**
 * The lowest number of a PBX's extension ranges that nobody has: no user, and no direct-dial number leads to it (MVB-3).
 * Ranges are looked at from the lowest up.
 */
export async function nextFree(db: Db, pbx: { id: string; account_id: string }): Promise<NextFree> {
  const ranges = await db
    .selectFrom('extension_range')
    .select(['lower_end', 'upper_end'])
    .where('account_id', '=', pbx.account_id)
    .where('pbx_id', '=', pbx.id)
    .orderBy('lower_end')
    .execute();
  for (const { lower_end: lower, upper_end: upper } of ranges) {
    const used = await usedWithin(db, pbx, { lower, upper });
    let free: string | undefined = lower;
    while (free !== undefined && free <= upper && used.has(free)) free = after(free);
    if (free !== undefined && free <= upper) return { number: free, lower, upper };
  }
  return { number: null, lower: null, upper: null };
}

async function usedWithin(
  db: Db,
  pbx: { id: string; account_id: string },
  { lower, upper }: { lower: string; upper: string },
): Promise<ReadonlySet<string>> {
  const width = lower.length;
  const { rows } = await sql<{ number: string; last: string }>`
    select u.extension as number, u.extension as last from directory_user as u
      where u.account_id = ${pbx.account_id} and u.pbx_id = ${pbx.id} and u.extension between ${lower} and ${upper}
        and length(u.extension) = ${width}
    union all
    select d.target as number, coalesce(d.target_to, d.target) as last from did as d
      where d.account_id = ${pbx.account_id} and d.pbx_id = ${pbx.id} and d.target is not null
        and length(d.target) = ${width} and d.target <= ${upper} and coalesce(d.target_to, d.target) >= ${lower}`.execute(
    db,
  );
  const used = new Set<string>();
  for (const { number, last } of rows) {
    let one: string | undefined = number;
    // A destination may be no number at all (*55), and then stands for itself.
    if (!/^\d+$/.test(number)) continue;
    while (one !== undefined && one <= last && one <= upper) {
      used.add(one);
      one = after(one);
    }
  }
  return used;
}
