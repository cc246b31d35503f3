import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';
import { hashToken, newToken } from './tokens.ts';

interface Parts {
  store: Store;
  clock: Clock;
}

const LINK_MS = 15 * 60_000;

/** Makes a token that signs its person in once, within 15 minutes, on another device or browser. */
export async function createSignInToken({ store, clock }: Parts, person: string) {
  const token = newToken();
  const expiresAt = new Date(clock.now() + LINK_MS).toISOString();
  await store.write(async ({ db }) => {
    await db.deleteFrom('sign_in_link').where('expires_at', '<=', instant(clock)).execute();
    await db
      .insertInto('sign_in_link')
      .values({ token_hash: hashToken(token), person_id: person, expires_at: expiresAt })
      .execute();
  });
  return { token, expiresAt };
}

/** Uses the token up and gives the person's id. @throws DemarcError `api.sign-in-link-used` */
export async function redeemSignInToken({ store, clock }: Parts, token: string, requestId: string): Promise<string> {
  return store.write(async (unit) => {
    const link = await unit.db
      .deleteFrom('sign_in_link')
      .where('token_hash', '=', hashToken(token))
      .where('expires_at', '>', instant(clock))
      .returning('person_id')
      .executeTakeFirst();
    const person =
      link &&
      (await unit.db
        .selectFrom('person')
        .select(['id', 'name', 'partner_id'])
        .where('id', '=', link.person_id)
        .where('disabled', '=', 0)
        .executeTakeFirst());
    if (!person) throw new DemarcError('api.sign-in-link-used');
    const actor = { id: person.id, name: person.name, kind: 'person' } as const;
    const what = { action: 'Sign in', type: 'Admin', asset: 'Person', assetId: person.id } as const;
    const [name, message] = ['person.signed-in', 'Signed in with a one-time link'];
    const whose = { account: null, partner: person.partner_id, actor, requestId };
    await recordEvent(unit, { ...what, ...whose, name, message }, clock);
    return person.id;
  });
}
