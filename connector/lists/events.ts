import { type Selectable, sql } from 'kysely';
import { EventAction, EventType, HistoryEvent } from '#contract/events.ts';
import type { Scope } from '../access/may.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import type { ListResource, Within } from './list.ts';
import { withinScope } from './within.ts';

/** A row of the event history. */
export type EventRow = Selectable<Tables['event']>;

/** The event history, the latest first (EVT-10). */
export const eventsList: ListResource = {
  select: sql`e.*`,
  from: sql`event as e`,
  id: 'e.id',
  defaultSort: '-at',
  search: sql`lower(e.message || ' ' || e.actor_name || ' ' || e.name || ' ' || e.asset || ' ' || e.asset_id || ' ' || e.tags)`,
  fields: {
    at: { kind: 'instant', column: 'e.at', sort: true },
    gateway: { kind: 'word', column: 'e.gateway_id', nullable: true },
    actorId: { kind: 'text', column: 'e.actor_id' },
    actorName: { kind: 'text', column: 'e.actor_name', sort: true },
    actorKind: { kind: 'word', column: 'e.actor_kind', words: HistoryEvent.shape.actorKind.options },
    action: { kind: 'word', column: 'e.action', words: EventAction.options },
    type: { kind: 'word', column: 'e.type', words: EventType.options },
    asset: { kind: 'text', column: 'e.asset' },
    assetId: { kind: 'text', column: 'e.asset_id' },
    name: { kind: 'text', column: 'e.name' },
    severity: { kind: 'word', column: 'e.severity', words: HistoryEvent.shape.severity.options },
    result: { kind: 'word', column: 'e.result', words: HistoryEvent.shape.result.options },
    requestId: { kind: 'text', column: 'e.request_id', nullable: true },
  },
};

/** The events of the accounts in the scope; of all of them, also those of the partner itself. */
export async function eventsWithin(db: Db, scope: Scope, account?: string): Promise<Within> {
  const within = await withinScope(db, scope, 'e.account_id', account);
  if (account !== undefined || scope.accounts !== 'all') return within;
  const own = sql`(e.account_id is null and e.partner_id = ${scope.partner})`;
  return { condition: sql`(${within.condition} or ${own})`, indexed: false };
}

export const eventDto = (row: EventRow): HistoryEvent =>
  HistoryEvent.parse({
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    actorName: row.actor_name,
    actorId: row.actor_id,
    actorKind: row.actor_kind,
    action: row.action,
    type: row.type,
    asset: row.asset,
    assetId: row.asset_id,
    name: row.name,
    severity: row.severity,
    message: row.message,
    at: row.at,
    propertiesChanged: JSON.parse(row.properties),
    details: JSON.parse(row.details),
    tags: JSON.parse(row.tags),
    result: row.result,
    requestId: row.request_id,
  });
