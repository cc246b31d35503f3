import type { DemarcError } from '#contract/errors/demarc-error.ts';
import type { DeviceMessage } from '../bus/device-bus.ts';
import type { Db } from '../store/store.ts';
import type { Delivery } from './delivery.ts';

/** How many quarantined messages are kept for support, of each gateway. */
const KEPT = 200;
/** How much of each is kept, in bytes. */
const KEPT_BYTES = 8 * 1024;

/** Sets a message aside that cannot be taken: kept, counted on the gateway's page, logged. */
export async function quarantine(delivery: Delivery, message: DeviceMessage, error: DemarcError): Promise<void> {
  const { work, sender, parts, now } = delivery;
  const { account, gateway } = sender.address;
  await work.db
    .insertInto('quarantine')
    .values({
      id: work.newId(),
      account_id: account,
      gateway_id: gateway,
      topic: message.rawTopic.slice(0, 300),
      code: error.code,
      detail: error.detail ?? '',
      payload: new TextDecoder().decode(message.payload.subarray(0, KEPT_BYTES)),
      received_at: now,
    })
    .execute();
  delivery.patch({ quarantined: sender.quarantined + 1 });
  work.changed({ topic: 'gateway', account, ref: gateway });
  parts.log.warn(
    { code: error.code, account, gateway, topic: message.rawTopic, bytes: message.payload.byteLength, err: error },
    'a message was quarantined',
  );
}

/** Forgets all but the newest quarantined messages of a gateway. */
export async function trimQuarantine(db: Db, gateway: { account: string; gateway: string }): Promise<void> {
  await db
    .deleteFrom('quarantine')
    .where('account_id', '=', gateway.account)
    .where('gateway_id', '=', gateway.gateway)
    .where('id', 'not in', (kept) =>
      kept
        .selectFrom('quarantine as q')
        .select('q.id')
        .where('q.account_id', '=', gateway.account)
        .where('q.gateway_id', '=', gateway.gateway)
        .orderBy('q.received_at', 'desc')
        .orderBy('q.id', 'desc')
        .limit(KEPT),
    )
    .execute();
}
