import { ulid } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import type { SetupRequest } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';
import { hashPassword } from './passwords.ts';
import { hashToken, newToken } from './tokens.ts';

interface Parts {
  store: Store;
  clock: Clock;
}

const LINK_MS = 24 * 3_600_000;

/**
 * Makes the one-time set-up token when nobody has an account yet (no default password, ACC-3); the caller prints it as
 * a link. Earlier unused ones end. Undefined when somebody can sign in already.
 */
export async function createSetupToken({ store, clock }: Parts): Promise<string | undefined> {
  return store.write(async ({ db }) => {
    const person = await db.selectFrom('person').select('id').limit(1).executeTakeFirst();
    if (person !== undefined) return undefined;
    await db.deleteFrom('setup_link').where('used_at', 'is', null).execute();
    const token = newToken();
    const expires = new Date(clock.now() + LINK_MS).toISOString();
    await db
      .insertInto('setup_link')
      .values({ token_hash: hashToken(token), expires_at: expires, used_at: null })
      .execute();
    return token;
  });
}

/**
 * Redeems the token: makes the partner and its first person with role Partner, both or neither; gives the person's id.
 * @throws DemarcError `api.setup-done`
 */
export async function redeemSetup({ store, clock }: Parts, input: SetupRequest, requestId: string): Promise<string> {
  // Hashed before the transaction, which would otherwise wait for it.
  const password = await hashPassword(input.password);
  return store.write(async (unit) => {
    const { db } = unit;
    const now = instant(clock);
    const used = await db
      .updateTable('setup_link')
      .set({ used_at: now })
      .where('token_hash', '=', hashToken(input.token))
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    const someone = await db.selectFrom('person').select('id').limit(1).executeTakeFirst();
    if (used.numUpdatedRows === 0n || someone !== undefined) throw new DemarcError('api.setup-done');
    const partner = ulid(clock.now());
    const person = ulid(clock.now());
    await db.insertInto('partner').values({ id: partner, name: input.partnerName, created_at: now }).execute();
    await db
      .insertInto('person')
      .values({
        id: person,
        partner_id: partner,
        name: input.name,
        email: input.email,
        email_lc: input.email.toLowerCase(),
        password_hash: password,
        created_at: now,
        disabled: 0,
      })
      .execute();
    await db
      .insertInto('membership')
      .values({ id: ulid(clock.now()), person_id: person, account_id: null, role: 'Partner' })
      .execute();
    const event = {
      action: 'Create',
      type: 'Admin',
      asset: 'Partner',
      assetId: partner,
      name: 'partner.created',
    } as const;
    const actor = { id: person, name: input.name, kind: 'person' } as const;
    const message = `${input.partnerName} was set up by the one-time link`;
    await recordEvent(unit, { ...event, account: null, partner, actor, message, requestId }, clock);
    return person;
  });
}
