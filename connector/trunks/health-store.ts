/** The health of trunks as it is stored: what gateways tell goes in, what people and alerts look at comes out. */
import type { Selectable } from 'kysely';
import {
  TrunkEnd,
  TrunkEndHealth,
  type TrunkHealth,
  type TrunkHistory,
  type TrunksSection,
} from '#contract/trunk-health.ts';
import type { RecordDelivery } from '../ingest/delivery.ts';
import type { Tables } from '../store/schema.ts';
import type { Db, Store } from '../store/store.ts';

/** Gateways tell of stretches of five minutes; others are brought to these. */
const SLOT_MS = 300_000;
const DAY_SLOTS = 288;
const KEEP_MS = 7 * 24 * 3_600_000;
/** Rows of one statement: SQLite takes a bounded number of values. */
const ROWS = 100;

/** Takes section `trunks`. A trunk that is not this gateway's (any more) is passed over. */
export async function takeTrunkHealth(delivery: RecordDelivery, { trunks }: TrunksSection): Promise<void> {
  const { work, sender, now } = delivery;
  const { account, gateway } = sender.address;
  const own = await work.db
    .selectFrom('trunk')
    .select('id')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .execute();
  const ids = new Set(own.map(({ id }) => id));
  await work.db
    .deleteFrom('trunk_health')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .execute();
  for (const { id, ends } of trunks) {
    if (!ids.has(id)) continue;
    for (const { history, ...health } of ends) {
      const { end, state, since } = health;
      const values = {
        account_id: account,
        gateway_id: gateway,
        state,
        since,
        document: JSON.stringify(health),
        told_at: now,
      };
      await work.db
        .insertInto('trunk_health')
        .values({ trunk_id: id, end, ...values })
        .onConflict((conflict) => conflict.columns(['trunk_id', 'end']).doUpdateSet(values))
        .execute();
      if (history !== undefined) await takeHistory(work.db, { account_id: account, trunk_id: id, end }, history);
    }
    work.changed({ topic: 'trunk', account, ref: id });
  }
}

/** A stretch is told again until it is over, so the newest telling counts. */
async function takeHistory(
  db: Db,
  whose: { account_id: string; trunk_id: string; end: TrunkEnd },
  history: TrunkHistory,
): Promise<void> {
  const from = Date.parse(history.from);
  const bySlot = new Map(
    history.points.flatMap((point, index) => {
      if (point === null) return [];
      const [tries, answered, accepted, average_ms, worst_ms] = point;
      const slot = Math.floor((from + index * history.stepSeconds * 1000) / SLOT_MS);
      return [[slot, { ...whose, slot, tries, answered, accepted, average_ms, worst_ms }] as const];
    }),
  );
  const rows = [...bySlot.values()];
  for (let at = 0; at < rows.length; at += ROWS) {
    await db
      .insertInto('trunk_history')
      .values(rows.slice(at, at + ROWS))
      .onConflict((conflict) =>
        conflict.columns(['trunk_id', 'end', 'slot']).doUpdateSet((eb) => ({
          tries: eb.ref('excluded.tries'),
          answered: eb.ref('excluded.answered'),
          accepted: eb.ref('excluded.accepted'),
          average_ms: eb.ref('excluded.average_ms'),
          worst_ms: eb.ref('excluded.worst_ms'),
        })),
      )
      .execute();
  }
}

/** Every end of a trunk with its picture of the 24 hours up to `now`; empty while its gateway has told nothing. */
export async function trunkHealth(db: Db, trunk: string, now: number): Promise<TrunkHealth> {
  const rows = await db.selectFrom('trunk_health').selectAll().where('trunk_id', '=', trunk).execute();
  const first = Math.floor(now / SLOT_MS) - DAY_SLOTS + 1;
  const points = await db
    .selectFrom('trunk_history')
    .selectAll()
    .where('trunk_id', '=', trunk)
    .where('slot', '>=', first)
    .where('slot', '<', first + DAY_SLOTS)
    .execute();
  const ends = rows.map((row) => {
    const bySlot = new Map(points.filter(({ end }) => end === row.end).map((point) => [point.slot, point]));
    return { ...healthOf(row), toldAt: row.told_at, history: historyOf(first, bySlot) };
  });
  const order = TrunkEnd.options;
  return { trunk, ends: ends.sort((a, b) => order.indexOf(a.end) - order.indexOf(b.end)) };
}

function historyOf(first: number, bySlot: ReadonlyMap<number, Selectable<Tables['trunk_history']>>): TrunkHistory {
  return {
    from: new Date(first * SLOT_MS).toISOString(),
    stepSeconds: SLOT_MS / 1000,
    points: Array.from({ length: DAY_SLOTS }, (_, index) => {
      const point = bySlot.get(first + index);
      return point === undefined
        ? null
        : [point.tries, point.answered, point.accepted, point.average_ms, point.worst_ms];
    }),
  };
}

/** One end as its gateway told it. */
export const healthOf = (row: Pick<Selectable<Tables['trunk_health']>, 'document'>): TrunkEndHealth =>
  TrunkEndHealth.parse(JSON.parse(row.document));

/** Removes points that no picture needs, and what is known of trunks that are gone. */
export async function pruneTrunkHealth(store: Store, now: number): Promise<void> {
  await store.write(async ({ db }) => prune(db, now));
}

async function prune(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('trunk_history')
    .where('slot', '<', Math.floor((now - KEEP_MS) / SLOT_MS))
    .execute();
  for (const table of ['trunk_history', 'trunk_health'] as const) {
    await db
      .deleteFrom(table)
      .where('trunk_id', 'not in', (trunks) => trunks.selectFrom('trunk').select('id'))
      .execute();
  }
}
