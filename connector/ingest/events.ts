import type { DroppedRecords, GatewayEvent } from '#contract/events.ts';
import { Id } from '#contract/ids.ts';
import { recordEvent } from '../history/record-event.ts';
import { gatewayEvent } from './conn.ts';
import { gatewayActor, happenedAt, type RecordDelivery } from './delivery.ts';

/** The run whose end the event tells, so that a person does not read of one trouble twice: we tell of runs as well. */
function runOf({ name, details }: GatewayEvent): string | undefined {
  const run = name.startsWith('sync.') ? Id.safeParse(details['run']) : undefined;
  return run?.data;
}

/** `kind: event`: what the gateway says has happened, into the event history. */
export async function takeEvent(delivery: RecordDelivery, event: GatewayEvent): Promise<void> {
  const { work, sender, envelope, parts } = delivery;
  const asset = event.asset ?? { type: 'Gateway', id: sender.address.gateway };
  await recordEvent(
    work,
    {
      account: sender.address.account,
      gateway: sender.address.gateway,
      actor: gatewayActor(sender),
      action: 'Report',
      type: 'Gateway',
      asset: asset.type,
      assetId: asset.id,
      name: event.name,
      severity: event.severity,
      message: event.message,
      at: happenedAt(delivery),
      details: event.details,
      result: event.severity === 'error' ? 'FAILURE' : 'SUCCESS',
      boot: envelope.boot,
      seq: envelope.seq,
      run: runOf(event),
    },
    parts.clock,
  );
}

/** `kind: dropped`: records that will never come; nothing waits for them any more, and the history says so. */
export async function takeDropped(delivery: RecordDelivery, dropped: DroppedRecords): Promise<void> {
  const { sequence } = delivery.sender;
  let records = 0;
  for (const [first, last] of dropped.ranges) {
    // Only earlier records can have been dropped; a wrong range must not settle what is still to come.
    records += sequence.settle(first, Math.min(last, delivery.envelope.seq - 1));
  }
  // A document that a newer one took the place of is no loss, and nothing that a person should be warned of.
  if (records === 0 || dropped.reason === 'state.superseded') return;
  await gatewayEvent(delivery, 'gateway.records-dropped', 'warning', {
    message: `The gateway dropped ${records} records before they could be sent: ${dropped.reason}`,
    details: { reason: dropped.reason, records },
  });
}
