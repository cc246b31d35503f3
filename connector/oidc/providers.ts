import type { Selectable } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { SignInProvider, SignInProviderPut } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { recordEvent } from '../history/record-event.ts';
import type { By } from '../people/people.ts';
import type { Tables } from '../store/schema.ts';
import type { Db, Store } from '../store/store.ts';
import type { ProviderAddress } from './provider-client.ts';

export type ProviderRow = Selectable<Tables['oidc_provider']>;

export const addressOf = (row: ProviderRow): ProviderAddress => ({
  issuer: row.issuer,
  clientId: row.client_id,
  clientSecret: row.client_secret,
});

/** The provider of a partner, or the one with an id. */
export async function providerOf(db: Db, by: { partner: string } | { id: string }): Promise<ProviderRow | undefined> {
  const query = db.selectFrom('oidc_provider').selectAll();
  return ('id' in by ? query.where('id', '=', by.id) : query.where('partner_id', '=', by.partner)).executeTakeFirst();
}

export const providerDto = (row: ProviderRow): SignInProvider => ({
  id: row.id,
  name: row.name,
  issuer: row.issuer,
  clientId: row.client_id,
  hasSecret: row.client_secret !== null,
  on: row.enabled !== 0,
  signOut: row.sign_out !== 0,
  modifiedAt: row.updated_at,
  modifiedBy: row.updated_by,
  etag: `"${row.revision}"`,
});

/** Sets where the partner's people may sign in; what cannot be a provider was refused before. @throws DemarcError `api.stale` */
export async function putProvider(
  { store, clock }: { store: Store; clock: Clock },
  { partner, match, put }: { partner: string; match: string; put: SignInProviderPut },
  by: By,
): Promise<void> {
  await store.write(async (unit) => {
    const before = await providerOf(unit.db, { partner });
    if (match !== `"${before?.revision ?? 0}"`) throw new DemarcError('api.stale');
    const id = before?.id ?? unit.newId();
    // A secret belongs to one client of one provider: it is not sent to another by mistake.
    const same = before !== undefined && before.issuer === put.issuer && before.client_id === put.clientId;
    const secret = put.clientSecret === undefined ? (same ? before.client_secret : null) : put.clientSecret;
    const row = {
      name: put.name,
      issuer: put.issuer,
      client_id: put.clientId,
      client_secret: secret,
      enabled: put.on ? 1 : 0,
      sign_out: put.signOut ? 1 : 0,
      updated_at: instant(clock),
      updated_by: by.actor.name,
      revision: (before?.revision ?? 0) + 1,
    };
    await unit.db
      .insertInto('oidc_provider')
      .values({ partner_id: partner, id, ...row })
      .onConflict((conflict) => conflict.column('partner_id').doUpdateSet(row))
      .execute();
    const properties = changesOf(before && providerDto(before), put, secret !== (before?.client_secret ?? null));
    const event = { action: 'Edit', type: 'Admin', asset: 'Sign-in provider', assetId: id, properties, ...by } as const;
    const message = `Sign-in by ${put.name} was ${put.on ? 'set up' : 'switched off'}`;
    await recordEvent(unit, { ...event, account: null, partner, name: 'sign-in-provider.changed', message }, clock);
  });
}

/** Takes the provider away, with who was linked to it. @throws DemarcError `api.not-found` */
export async function deleteProvider(
  { store, clock }: { store: Store; clock: Clock },
  partner: string,
  by: By,
): Promise<void> {
  await store.write(async (unit) => {
    const { db } = unit;
    const gone = await db
      .deleteFrom('oidc_provider')
      .where('partner_id', '=', partner)
      .returning(['id', 'name'])
      .executeTakeFirst();
    if (gone === undefined) throw new DemarcError('api.not-found');
    await db.deleteFrom('oidc_flow').where('provider_id', '=', gone.id).execute();
    await db.deleteFrom('oidc_identity').where('partner_id', '=', partner).execute();
    const event = { action: 'Delete', type: 'Admin', asset: 'Sign-in provider', assetId: gone.id, ...by } as const;
    const message = `Sign-in by ${gone.name} was taken away`;
    await recordEvent(unit, { ...event, account: null, partner, name: 'sign-in-provider.deleted', message }, clock);
  });
}

/** For the history; of the secret only that it changed. */
function changesOf(before: SignInProvider | undefined, put: SignInProviderPut, secret: boolean): PropertyChange[] {
  const found = (['name', 'issuer', 'clientId', 'on', 'signOut'] as const).flatMap((property): PropertyChange[] =>
    before?.[property] === put[property]
      ? []
      : [{ property, before: before?.[property] ?? null, after: put[property] }],
  );
  return secret ? [...found, { property: 'clientSecret', before: 'replaced', after: 'new' }] : found;
}
