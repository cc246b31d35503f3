import type { Work } from '../store/store.ts';

/** The contacts of an account and of its partner that are on, with the language of each. */
export const contactsOf = (work: Work, account: { id: string; partner_id: string }) =>
  work.db
    .selectFrom('alert_target')
    .select(['id', 'language'])
    .where('kind', '=', 'mail')
    .where('enabled', '=', 1)
    .where((eb) =>
      eb.or([
        eb('account_id', '=', account.id),
        eb.and([eb('account_id', 'is', null), eb('partner_id', '=', account.partner_id)]),
      ]),
    )
    .orderBy('id')
    .execute();
