import type { Actor } from '../access/may.ts';
import { outranks } from '../roles/givable.ts';
import type { Work } from '../store/store.ts';

/** Somebody who can sign in, or could, with the address of a user. */
export interface Person {
  id: string;
  /** Belongs to no other account and is no partner's person: lives and ends with the user. */
  onlyHere: boolean;
  partner: boolean;
  /** Whether the one who acts holds all that the person holds, and is somebody else. */
  within: boolean;
  registered: boolean;
}

/** The people of the account's partner who have one of the addresses, by address in lower case. */
export async function peopleOf(
  { db }: Pick<Work, 'db'>,
  account: string,
  emails: readonly string[],
  actor: Actor,
): Promise<Map<string, Person>> {
  if (emails.length === 0) return new Map();
  const rows = await db
    .selectFrom('person')
    .innerJoin('membership', 'membership.person_id', 'person.id')
    .select(['person.id', 'person.email_lc', 'person.partner_id', 'person.manager', 'person.password_hash'])
    .select('membership.account_id')
    .where('person.email_lc', 'in', emails)
    .where('person.partner_id', '=', (from) =>
      from.selectFrom('account').select('partner_id').where('id', '=', account),
    )
    .execute();
  const found = new Map<string, Person>();
  for (const row of rows) {
    const known = found.get(row.email_lc) ?? {
      id: row.id,
      onlyHere: row.manager === 0,
      partner: row.manager !== 0,
      within:
        row.id !== actor.id &&
        (await outranks(db, actor, { id: row.id, partner: row.partner_id, manager: row.manager !== 0 })),
      registered: row.password_hash !== null,
    };
    if (row.account_id !== account) known.onlyHere = false;
    if (row.account_id === null) known.partner = true;
    found.set(row.email_lc, known);
  }
  return found;
}

/** Ends what the person may do in the account, at once: sessions too, where there is nothing else to do. */
export async function shutOut({ db }: Work, account: string, { id, onlyHere }: Person): Promise<void> {
  if (!onlyHere) {
    await db.deleteFrom('membership').where('person_id', '=', id).where('account_id', '=', account).execute();
    return;
  }
  await db.updateTable('person').set({ disabled: 1 }).where('id', '=', id).execute();
  await db.deleteFrom('session').where('person_id', '=', id).execute();
}

/** Lets a person in again who was shut out; one who belongs elsewhere too has to be invited again. */
export async function letIn({ db }: Work, { id, onlyHere }: Person): Promise<void> {
  if (onlyHere) await db.updateTable('person').set({ disabled: 0 }).where('id', '=', id).execute();
}

/** Removes the person from the account, and altogether where there is no other. */
export async function remove({ db }: Work, account: string, { id, onlyHere }: Person): Promise<void> {
  await db.deleteFrom('membership').where('person_id', '=', id).where('account_id', '=', account).execute();
  if (!onlyHere) return;
  for (const table of ['session', 'sign_in_link', 'person_link'] as const) {
    await db.deleteFrom(table).where('person_id', '=', id).execute();
  }
  await db.deleteFrom('oidc_identity').where('person_id', '=', id).execute();
  await db.deleteFrom('person').where('id', '=', id).execute();
}
