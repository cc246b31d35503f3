import type { Selectable } from 'kysely';
import { ulid } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Tables } from '../store/schema.ts';
import type { Work } from '../store/store.ts';

export type EnrolmentRow = Selectable<Tables['enrolment']>;

/** Who claims which enrolment for whom. */
export interface Claim {
  enrolment: EnrolmentRow;
  account: string;
  /** The site's name, or the host's, without it. */
  name?: string | undefined;
  actor: EventActor;
}

/**
 * Makes the gateway the account's, in the caller's unit of work, and gives its id. A key that the account knows already
 * keeps its gateway and its data; doing it twice changes nothing.
 * @throws DemarcError `enrolment.owned-elsewhere` for a key of another account, `api.not-found` for an unknown account,
 * `account.deactivated`
 */
export async function claim(unit: Work, { enrolment, account, name, actor }: Claim, clock: Clock): Promise<string> {
  const { db } = unit;
  const owner = await db
    .selectFrom('account')
    .select(['id', 'partner_id', 'status'])
    .where('id', '=', account)
    .executeTakeFirst();
  if (owner === undefined) throw new DemarcError('api.not-found');
  if (owner.status === 'Deactivated') throw new DemarcError('account.deactivated');
  const known = await gatewayOfKey(unit, enrolment.fingerprint);
  if (known !== undefined && known.account_id !== account) throw new DemarcError('enrolment.owned-elsewhere');
  if (enrolment.gateway_id !== null && known?.id === enrolment.gateway_id) return known.id;
  // A claim that was confirmed for a gateway which is gone since is over; its code cannot bring it back.
  if (enrolment.gateway_id !== null) throw new DemarcError('enrolment.expired');

  const now = instant(clock);
  const shown = name ?? known?.name ?? enrolment.site_name ?? enrolment.host_name;
  const gateway = known?.id ?? ulid(clock.now());
  const facts = { name: shown, name_lc: shown.toLowerCase(), host_name: enrolment.host_name, serial: enrolment.serial };
  if (known === undefined)
    await db
      .insertInto('gateway')
      .values({ ...newGateway(gateway, account, now), ...facts, fingerprint: enrolment.fingerprint })
      .execute();
  else await db.updateTable('gateway').set(facts).where('id', '=', gateway).execute();
  await db
    .updateTable('enrolment')
    .set({ gateway_id: gateway, confirmed_at: now, confirmed_by: actor.name })
    .where('id', '=', enrolment.id)
    .execute();
  await recordEvent(
    unit,
    {
      account,
      partner: owner.partner_id,
      gateway,
      actor,
      action: known === undefined ? 'Create' : 'Edit',
      type: 'Gateway',
      asset: 'Gateway',
      assetId: gateway,
      name: known === undefined ? 'gateway.enrolled' : 'gateway.enrolled-again',
      message: known === undefined ? 'The gateway was enrolled' : 'The gateway was enrolled again and kept its data',
      details: { gatewayName: shown, hostName: enrolment.host_name, fingerprint: enrolment.fingerprint },
    },
    clock,
  );
  unit.changed({ topic: 'gateway', account, partner: owner.partner_id, ref: gateway });
  unit.changed({ topic: 'enrolment', account, partner: owner.partner_id, ref: enrolment.id });
  return gateway;
}

/** The gateway that owns this key now, if any. */
export async function gatewayOfKey(unit: Work, fingerprint: string) {
  return unit.db
    .selectFrom('gateway')
    .select(['id', 'account_id', 'name'])
    .where('fingerprint', '=', fingerprint)
    .where('released_at', 'is', null)
    .executeTakeFirst();
}

function newGateway(
  id: string,
  account: string,
  now: string,
): Omit<Selectable<Tables['gateway']>, 'name' | 'name_lc' | 'host_name' | 'serial' | 'fingerprint'> {
  return {
    id,
    account_id: account,
    // Filled in when the gateway fetches its certificate.
    certificate_serial: '',
    certificate_expires_at: now,
    created_at: now,
    released_at: null,
    trunks_revision: 0,
    boot: 0,
    conn: 0,
    conn_ended: 0,
    online: 0,
    presence_since: null,
    presence_reason: null,
    last_seen_at: null,
    version: null,
    capabilities: '[]',
    outbox: null,
    acked_seq: 0,
    quarantined: 0,
    section_at: null,
  };
}
