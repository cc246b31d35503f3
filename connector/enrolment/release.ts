import { type Clock, instant } from '#config/clock.ts';
import type { DeviceStanding } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';

/** What the gateway is told when it comes back: that it is free, or that it is to wipe itself (ONB-44). */
export type Farewell = Exclude<DeviceStanding['standing'], 'active'>;

/** Why a gateway is let go, for the history. */
export interface Letting {
  farewell: Farewell;
  actor: EventActor;
  name: 'gateway.released' | 'gateway.reset-wanted' | 'gateway.left';
  message: (gateway: string) => string;
  requestId?: string | undefined;
}

/**
 * Lets a gateway go, in the caller's unit of work: its certificate is revoked, and what it is to be told when it comes
 * back stays for good. Again it changes nothing, but `reset` after `released` counts. The caller closes its connection.
 * @throws DemarcError `api.not-found`
 */
export async function letGo(unit: Work, address: GatewayAddress, letting: Letting, clock: Clock): Promise<void> {
  const { account, gateway: id } = address;
  const gateway = await unit.db
    .selectFrom('gateway')
    .innerJoin('account', 'account.id', 'gateway.account_id')
    .select(['gateway.name', 'gateway.released_at', 'certificate_serial', 'partner_id'])
    .where('gateway.id', '=', id)
    .where('gateway.account_id', '=', account)
    .executeTakeFirst();
  if (gateway === undefined) throw new DemarcError('api.not-found');
  const { name, partner_id: partner } = gateway;
  const now = instant(clock);
  const said = await sayFarewell(unit, { account, partner, id, name, farewell: letting.farewell }, now);
  if (gateway.released_at !== null && !said) return;
  await unit.db
    .updateTable('gateway')
    .set({ released_at: gateway.released_at ?? now })
    .where('id', '=', id)
    .execute();
  if (gateway.certificate_serial !== '') {
    await unit.db
      .insertInto('revoked_certificate')
      .values({ serial: gateway.certificate_serial, gateway_id: id, revoked_at: now })
      .onConflict((conflict) => conflict.column('serial').doNothing())
      .execute();
  }
  await recordEvent(
    unit,
    {
      account,
      partner,
      gateway: id,
      actor: letting.actor,
      action: 'Delete',
      type: 'Gateway',
      asset: 'Gateway',
      assetId: id,
      name: letting.name,
      message: letting.message(name),
      requestId: letting.requestId ?? null,
    },
    clock,
  );
  unit.changed({ topic: 'gateway', account, partner, ref: id });
}

/** Keeps what the gateway is to be told; true when that is more than was kept. */
export async function sayFarewell(
  { db }: Work,
  to: { account: string; partner: string; id: string; name: string; farewell: Farewell },
  now: string,
): Promise<boolean> {
  const known = await db
    .selectFrom('gateway_farewell')
    .select('standing')
    .where('gateway_id', '=', to.id)
    .executeTakeFirst();
  if (known?.standing === 'reset' || known?.standing === to.farewell) return false;
  const row = {
    gateway_id: to.id,
    account_id: to.account,
    partner_id: to.partner,
    gateway_name: to.name,
    standing: to.farewell,
    said_at: now,
    told_at: null,
  };
  await db
    .insertInto('gateway_farewell')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('gateway_id').doUpdateSet({ standing: to.farewell, said_at: now, told_at: null }),
    )
    .execute();
  return true;
}
