import { sql } from 'kysely';
import type { EventChoices } from '#contract/api/events.ts';
import { eventsList } from '../lists/events.ts';
import { all } from '../lists/fields.ts';
import { compileWhere, type ListRequest, type Within } from '../lists/list.ts';
import type { Db } from '../store/store.ts';

const COLUMNS = {
  asset: 'e.asset',
  action: 'e.action',
  type: 'e.type',
  actorId: 'e.actor_id',
  severity: 'e.severity',
  result: 'e.result',
} as const;
/** Values of one field: nobody looks through more of them. */
const MOST = 200;

/**
 * What each filter can still be set to under all the others (EVT-26). A filter does not narrow its own field, so that it
 * can be widened. @throws InvalidField
 */
export async function eventChoices(
  db: Db,
  within: Within,
  request: Pick<ListRequest, 'q' | 'filter'>,
  now: number,
): Promise<EventChoices> {
  const filters = request.filter === undefined ? [] : [request.filter].flat();
  const of = async (field: keyof typeof COLUMNS) => {
    const others = filters.filter((filter) => !filter.startsWith(`${field}:`));
    const where = all([within.condition, ...compileWhere(eventsList, { q: request.q, filter: others }, now)]);
    const column = sql.ref(COLUMNS[field]);
    const { rows } = await sql<{ value: string; label: string; count: number }>`select ${column} as value,
      max(e.actor_name) as label, count(*) as count from event as e where ${where}
      group by ${column} order by count desc, value limit ${MOST}`.execute(db);
    return rows.map(({ value, label, count }) => ({ value, count, ...(field === 'actorId' && { label }) }));
  };
  return {
    asset: await of('asset'),
    action: await of('action'),
    type: await of('type'),
    actorId: await of('actorId'),
    severity: await of('severity'),
    result: await of('result'),
  };
}
