import { type Clock, instant } from '#config/clock.ts';
import type { HistoryEvent } from '#contract/events.ts';
import type { Work } from '../store/store.ts';

/** Who did it, as a snapshot that outlives the person (EVT-14). */
export interface EventActor {
  id: string;
  name: string;
  kind: HistoryEvent['actorKind'];
}

/** A new entry of the event history; what is left out takes its plain default. */
export interface NewEvent extends Pick<HistoryEvent, 'account' | 'action' | 'type' | 'asset' | 'assetId' | 'message'> {
  /** A stable dotted name such as `account.created`; what people read is the message. */
  name: HistoryEvent['name'];
  actor: EventActor;
  partner?: string | null;
  gateway?: string | null;
  /** Set for what a gateway reports: makes a repeated report one event. */
  boot?: number;
  seq?: number;
  /** The sync run whose end it tells, with a ULID as its id: of several that tell the same end the first is kept. */
  run?: string | undefined;
  at?: string;
  severity?: HistoryEvent['severity'];
  properties?: HistoryEvent['propertiesChanged'];
  details?: HistoryEvent['details'];
  tags?: string[];
  result?: HistoryEvent['result'];
  requestId?: string | null;
}

/** Writes one event in the caller's unit of work and tells the consoles; a repeated report changes nothing. */
export async function recordEvent(unit: Work, event: NewEvent, clock: Clock): Promise<void> {
  const id = event.run ?? unit.newId();
  const written = await unit.db
    .insertInto('event')
    .values({
      id,
      account_id: event.account,
      partner_id: event.partner ?? null,
      gateway_id: event.gateway ?? null,
      boot: event.boot ?? null,
      seq: event.seq ?? null,
      actor_id: event.actor.id,
      actor_name: event.actor.name,
      actor_kind: event.actor.kind,
      action: event.action,
      type: event.type,
      asset: event.asset,
      asset_id: event.assetId,
      name: event.name,
      severity: event.severity ?? 'info',
      message: event.message,
      at: event.at ?? instant(clock),
      properties: JSON.stringify(event.properties ?? []),
      details: JSON.stringify(event.details ?? {}),
      tags: JSON.stringify(event.tags ?? []),
      result: event.result ?? 'SUCCESS',
      request_id: event.requestId ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(written.numInsertedOrUpdatedRows ?? 0n) > 0) {
    unit.changed({ topic: 'event', account: event.account, partner: event.partner ?? null, ref: id });
  }
}
