import type { Work } from '../store/store.ts';

/** Tells the consoles of the partner, and of every account that a person belongs to, that the person has changed. */
export async function tellPlaces(unit: Work, person: string, partner: string): Promise<void> {
  unit.changed({ topic: 'person', account: null, partner, ref: person });
  const places = await unit.db
    .selectFrom('membership')
    .select('account_id')
    .where('person_id', '=', person)
    .where('account_id', 'is not', null)
    .execute();
  for (const { account_id } of places) unit.changed({ topic: 'person', account: account_id, ref: person });
}
