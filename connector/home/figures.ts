/** How many there are of what the home page counts, each within the accounts that the caller may see it in. */
import { type RawBuilder, sql } from 'kysely';
import type { Home } from '#contract/api/home.ts';
import { Presence, SwaStatus } from '#contract/words.ts';
import { all, type Condition, compileFilter } from '../lists/fields.ts';
import { gatewaysList } from '../lists/gateways.ts';
import { applicationsList } from '../lists/inventory.ts';
import type { Db } from '../store/store.ts';

const DAY_MS = 86_400_000;
/** How long before its end a certificate counts: it is renewed a month before, so this one was not. */
const CERTIFICATE_MS = 14 * DAY_MS;

const one = async <Row>(db: Db, query: RawBuilder<Row>): Promise<Row | undefined> => (await query.execute(db)).rows[0];

/** How many rows fall under each word of a computed field, in one pass. */
async function countByWord<W extends string>(
  db: Db,
  words: readonly W[],
  is: (word: W) => Condition,
  from: Condition,
  within: Condition,
): Promise<Record<W, number>> {
  const sums = words.map(
    (word, n) => sql`coalesce(sum(case when ${is(word)} then 1 else 0 end), 0) as ${sql.id(`n${n}`)}`,
  );
  const row = await one(db, sql<Record<string, number>>`select ${sql.join(sums)} from ${from} where ${within}`);
  return Object.fromEntries(words.map((word, n) => [word, row?.[`n${n}`] ?? 0])) as Record<W, number>;
}

export async function gatewayFigures(db: Db, within: Condition, now: number): Promise<Home['gateways']> {
  const presence = (word: Presence) => compileFilter(`presence:eq:${word}`, gatewaysList.fields, now);
  const byPresence = await countByWord(db, Presence.options, presence, sql`gateway as g`, within);
  const away = await one(
    db,
    sql<{ since: string | null }>`select min(g.presence_since) as since from gateway as g
      where ${all([within, presence('Offline')])}`,
  );
  const end = new Date(now + CERTIFICATE_MS).toISOString();
  const ending = await one(
    db,
    sql<{ n: number }>`select count(*) as n from gateway as g where ${within}
      and g.released_at is null and g.certificate_expires_at <> '' and g.certificate_expires_at < ${end}`,
  );
  return { byPresence, offlineSince: away?.since ?? null, certificates: ending?.n ?? 0 };
}

export async function syncFigures(db: Db, within: Condition): Promise<Home['syncs']> {
  const held = await one(
    db,
    sql<{ n: number }>`select count(*) as n from sync_run as r where ${within} and r.hold = 'open'`,
  );
  const failed = await one(
    db,
    sql<{ n: number }>`select count(*) as n from pbx as p join sync_run as r on r.id =
      (select n.id from sync_run as n where n.account_id = p.account_id and n.pbx_id = p.id
        order by n.started_at desc, n.id desc limit 1)
      where ${within} and p.removed_at is null and r.outcome = 'Failed'`,
  );
  return { held: held?.n ?? 0, failed: failed?.n ?? 0 };
}

export async function trunkFigures(db: Db, within: Condition): Promise<Home['trunks']> {
  const row = await one(
    db,
    sql<{ total: number; down: number }>`select count(*) as total, coalesce(sum(case when exists
      (select 1 from trunk_health as h where h.trunk_id = t.id and h.state = 'down') then 1 else 0 end), 0) as down
      from trunk as t where ${within}`,
  );
  return { total: row?.total ?? 0, down: row?.down ?? 0 };
}

export async function inventoryFigures(
  db: Db,
  within: { platforms: Condition; applications: Condition },
  now: number,
): Promise<Home['inventory']> {
  const is = (word: SwaStatus) => compileFilter(`swaStatus:eq:${word}`, applicationsList.fields, now);
  const swa = await countByWord(db, SwaStatus.options, is, sql`application as x`, within.applications);
  const platforms = await one(
    db,
    sql<{ n: number }>`select count(*) as n from platform as p where ${within.platforms}`,
  );
  const applications = Object.values(swa).reduce((sum, n) => sum + n, 0);
  return { platforms: platforms?.n ?? 0, applications, swa };
}

export async function alertFigures(db: Db, within: Condition): Promise<Home['alerts']> {
  const row = await one(
    db,
    sql<{ open: number; missed: number }>`select count(*) as open,
      coalesce(sum(case when t.rule = 'sync-missed' then 1 else 0 end), 0) as missed
      from alert as t where ${within} and t.resolved_at is null`,
  );
  return { open: row?.open ?? 0, missedSyncs: row?.missed ?? 0 };
}
