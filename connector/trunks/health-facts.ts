/** What alerts and metrics look at of the health of trunks. */
import type { TrunkEndHealth } from '#contract/trunk-health.ts';
import type { TrunkFacts } from '../alerts/rules.ts';
import type { Db } from '../store/store.ts';
import { healthOf } from './health-store.ts';

/** The trunks of gateways that somebody has told of, by gateway. */
export async function trunkFacts(db: Db, gateways: readonly string[]): Promise<Map<string, TrunkFacts[]>> {
  const rows = await db
    .selectFrom('trunk_health as h')
    .innerJoin('trunk as t', 't.id', 'h.trunk_id')
    .select(['h.trunk_id', 'h.document', 't.name', 't.gateway_id'])
    .where('t.gateway_id', 'in', gateways)
    .orderBy('h.trunk_id')
    .execute();
  const found = new Map<string, TrunkFacts[]>();
  for (const trunk of Map.groupBy(rows, (row) => row.trunk_id).values()) {
    const [first] = trunk;
    if (first === undefined) continue;
    const down = trunk.flatMap((row) => downOf(healthOf(row))).sort((a, b) => a.since - b.since)[0] ?? null;
    const facts = { id: first.trunk_id, name: first.name, down };
    found.set(first.gateway_id, [...(found.get(first.gateway_id) ?? []), facts]);
  }
  return found;
}

function downOf({ end, state, since, last, lastFailure }: TrunkEndHealth) {
  if (state !== 'down' || since === null) return [];
  const probe = lastFailure ?? last;
  const what = probe?.failure ?? [probe?.status, probe?.reason].filter(Boolean).join(' ');
  return [{ end, since: Date.parse(since), what }];
}
