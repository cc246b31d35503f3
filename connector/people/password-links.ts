import { type Clock, instant } from '#config/clock.ts';
import type { PasswordLink } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { hashPassword } from '../access/passwords.ts';
import { hashToken, newToken } from '../access/tokens.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Db, Store, Work } from '../store/store.ts';
import { tellPlaces } from './tell-places.ts';

interface Parts {
  store: Store;
  clock: Clock;
}

const LINK_MS = 7 * 86_400_000;

/** Makes the link by which a person sets a password, within 7 days; earlier ones end. */
export async function makePasswordLink({ db }: Work, clock: Clock, person: string, madeBy: string) {
  const token = newToken();
  const expiresAt = new Date(clock.now() + LINK_MS).toISOString();
  await db.deleteFrom('person_link').where('person_id', '=', person).execute();
  await db.deleteFrom('person_link').where('expires_at', '<=', instant(clock)).execute();
  await db
    .insertInto('person_link')
    .values({ token_hash: hashToken(token), person_id: person, made_by: madeBy, expires_at: expiresAt })
    .execute();
  return { token, expiresAt };
}

async function personOf(db: Db, clock: Clock, token: string) {
  const row = await db
    .selectFrom('person_link')
    .innerJoin('person', 'person.id', 'person_link.person_id')
    .select(['person.id', 'person.name', 'person.email', 'person.partner_id', 'person.password_hash'])
    .select('person_link.expires_at')
    .where('person_link.token_hash', '=', hashToken(token))
    .where('person_link.expires_at', '>', instant(clock))
    .where('person.disabled', '=', 0)
    .executeTakeFirst();
  if (row === undefined) throw new DemarcError('person.link-used');
  return row;
}

/** Whose link it is; looking does not use it up. @throws DemarcError `person.link-used` */
export async function lookAtPasswordLink({ store, clock }: Parts, token: string): Promise<PasswordLink> {
  const { name, email, password_hash, expires_at } = await personOf(store.db, clock, token);
  return { name, email, first: password_hash === null, expiresAt: expires_at };
}

/**
 * Sets the person's password and gives their id. Every session that they had ends: whoever lost a password may have lost
 * it to somebody.
 * @throws DemarcError `person.link-used`
 */
export async function redeemPasswordLink(
  { store, clock }: Parts,
  { token, password }: { token: string; password: string },
  requestId: string,
): Promise<string> {
  // First looked at, so that guessing costs the guesser no hash of ours; hashed before the transaction waits for it.
  await personOf(store.db, clock, token);
  const hash = await hashPassword(password);
  return store.write(async (unit) => {
    const person = await personOf(unit.db, clock, token);
    await unit.db.deleteFrom('person_link').where('person_id', '=', person.id).execute();
    await unit.db.deleteFrom('session').where('person_id', '=', person.id).execute();
    await unit.db.updateTable('person').set({ password_hash: hash }).where('id', '=', person.id).execute();
    const actor = { id: person.id, name: person.name, kind: 'person' } as const;
    const what = { action: 'Edit', type: 'Admin', asset: 'Person', assetId: person.id } as const;
    const whose = { account: null, partner: person.partner_id, actor, requestId };
    const [name, message] = ['person.password-set', 'Set a password by a link'];
    await recordEvent(unit, { ...what, ...whose, name, message }, clock);
    await tellPlaces(unit, person.id, person.partner_id);
    return person.id;
  });
}
