import { type Selectable, sql } from 'kysely';
import type { Gateway } from '#contract/api.ts';
import { OutboxState } from '#contract/envelope.ts';
import { LEAVING_FOR_UPDATE } from '#contract/update.ts';
import { Presence } from '#contract/words.ts';
import { presenceOf, STALE_AFTER_MS, UPDATING_LIMIT_MS } from '../presence/presence.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import { backlogNow } from './backlog.ts';
import { all, type Condition } from './fields.ts';
import type { ListResource } from './list.ts';
import { optionalJson } from './stored-json.ts';

/** A row of the list of gateways. */
export type GatewayRow = Selectable<Tables['gateway']> & { account_name: string; pbxs: number; users: number };

/** `presenceOf` as a condition (a property test keeps both alike). */
function presenceIs(word: string, now: number): Condition {
  const cutoff = new Date(now - STALE_AFTER_MS).toISOString();
  const fresh = sql`(coalesce(g.presence_since, '') >= ${cutoff} or coalesce(g.section_at, '') >= ${cutoff})`;
  const held = sql`g.released_at is null`;
  const expected = new Date(now - UPDATING_LIMIT_MS).toISOString();
  const updating = sql`(g.online = 0 and g.last_seen_at is not null
    and coalesce(g.presence_reason, '') = ${LEAVING_FOR_UPDATE} and coalesce(g.presence_since, '') >= ${expected})`;
  switch (word) {
    case 'Released':
      return sql`g.released_at is not null`;
    case 'Online':
      return all([held, sql`g.online <> 0`, fresh]);
    case 'Stale':
      return all([held, sql`g.online <> 0`, sql`not ${fresh}`]);
    case 'Offline':
      return all([held, sql`g.online = 0`, sql`g.last_seen_at is not null`, sql`not ${updating}`]);
    case 'Updating':
      return all([held, updating]);
    case 'Never connected':
      return all([held, sql`g.online = 0`, sql`g.last_seen_at is null`]);
    default:
      return sql`1 = 0`;
  }
}

/** How many gateways there are under each presence word. */
export async function countByPresence(db: Db, now: number): Promise<Map<Presence, number>> {
  const counts = Presence.options.map(
    (word, at) => sql`coalesce(sum(case when ${presenceIs(word, now)} then 1 else 0 end), 0) as ${sql.id(`n${at}`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)} from gateway as g`.execute(db);
  return new Map(Presence.options.map((word, at) => [word, rows[0]?.[`n${at}`] ?? 0]));
}

/** Gateways; released ones are shown too, under their word. */
export const gatewaysList: ListResource = {
  select: sql`g.*, a.name as account_name,
    (select count(*) from pbx as p where p.account_id = g.account_id and p.gateway_id = g.id and p.removed_at is null) as pbxs,
    (select count(*) from directory_user as u inner join pbx as q on q.id = u.pbx_id
      where q.account_id = g.account_id and q.gateway_id = g.id and u.account_id = g.account_id) as users`,
  from: sql`gateway as g inner join account as a on a.id = g.account_id`,
  id: 'g.id',
  defaultSort: 'name',
  search: sql`(g.name_lc || ' ' || lower(coalesce(g.host_name, '')) || ' ' || lower(coalesce(g.serial, '')))`,
  fields: {
    name: { kind: 'text', column: 'g.name_lc', lower: true, sort: true },
    accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    hostName: { kind: 'text', column: 'g.host_name', nullable: true },
    serial: { kind: 'text', column: 'g.serial', nullable: true },
    version: { kind: 'text', column: 'g.version', sort: true, nullable: true },
    presence: {
      kind: 'computed',
      words: Presence.options,
      compile: (words, now) =>
        sql`(${sql.join(
          words.map((word) => presenceIs(word, now)),
          sql` or `,
        )})`,
    },
    lastSeenAt: { kind: 'instant', column: 'g.last_seen_at', sort: true, nullable: true },
    certificateExpiresAt: { kind: 'instant', column: 'g.certificate_expires_at', sort: true },
    quarantined: { kind: 'number', column: 'g.quarantined', sort: true },
  },
};

export function gatewayDto(row: GatewayRow, now: number): Gateway {
  const { presence, since, reason } = presenceOf(row, now);
  return {
    id: row.id,
    account: row.account_id,
    accountName: row.account_name,
    name: row.name,
    presence,
    presenceSince: since,
    presenceReason: reason,
    lastSeenAt: row.last_seen_at,
    version: row.version,
    backlog: backlogNow(optionalJson(OutboxState, row.outbox), row.acked_seq),
    quarantined: row.quarantined,
    pbxs: row.pbxs,
    users: row.users,
    certificateExpiresAt: row.certificate_expires_at === '' ? null : row.certificate_expires_at,
  };
}
