import { sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { AccountManager, ManagedAccount } from '#contract/api/roles.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import type { ListResource } from '../lists/list.ts';
import type { By } from '../people/people.ts';
import type { Db, Store } from '../store/store.ts';

/** People of the partner shown at most; a partner has tens. */
const LIMIT = 1000;

/** The partner's own people: administrators, and managers with the number of their accounts (ROL-21, ROL-22). */
export async function listManagers(db: Db, partner: string, self: string): Promise<AccountManager[]> {
  const rows = await db
    .selectFrom('person as p')
    .select(['p.id', 'p.name', 'p.email', 'p.manager', 'p.created_at', 'p.updated_at', 'p.updated_by'])
    .select(
      sql<number>`(select count(*) from membership as m where m.person_id = p.id and m.role = 'Account Manager')`.as(
        'accounts',
      ),
    )
    .where('p.partner_id', '=', partner)
    .where('p.disabled', '=', 0)
    .where((is) =>
      is.or([
        is('p.manager', '=', 1),
        is('p.id', 'in', (own) =>
          own
            .selectFrom('membership')
            .select('person_id')
            .where('account_id', 'is', null)
            .where('role', '=', 'Partner'),
        ),
      ]),
    )
    .orderBy('p.name')
    .limit(LIMIT)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    kind: row.manager === 1 ? 'manager' : 'administrator',
    modifiedAt: row.updated_at ?? row.created_at,
    modifiedBy: row.updated_by,
    accounts: row.accounts,
    self: row.id === self,
  }));
}

/** Accounts with the names of all that manage them. */
export const managedAccountsList: ListResource = {
  select: sql`a.id, a.name, a.updated_at,
    (select string_agg(p.name, ${'\n'}) from membership as m join person as p on p.id = m.person_id
      where m.account_id = a.id and m.role = 'Account Manager') as managers,
    (select string_agg(m.person_id, ',') from membership as m
      where m.account_id = a.id and m.role = 'Account Manager') as manager_ids`,
  from: sql`account as a`,
  id: 'a.id',
  defaultSort: 'name',
  search: sql.ref('a.name_lc'),
  fields: {
    name: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    modifiedAt: { kind: 'instant', column: 'a.updated_at', sort: true },
  },
};

/** A row of `managedAccountsList`. */
export interface ManagedAccountRow {
  id: string;
  name: string;
  updated_at: string;
  managers: string | null;
  manager_ids: string | null;
}

export const managedAccountDto = (row: ManagedAccountRow, selected: readonly string[]): ManagedAccount => ({
  id: row.id,
  name: row.name,
  modifiedAt: row.updated_at,
  managers: (row.managers?.split('\n') ?? []).sort(),
  selected: (row.manager_ids?.split(',') ?? []).filter((id) => selected.includes(id)),
});

/**
 * Assigns accounts to a manager or takes them away (ROL-25). Accounts of other partners are passed over.
 * @throws DemarcError `api.not-found`, `person.not-a-manager`
 */
export async function assignAccounts(
  { store, clock }: { store: Store; clock: Clock },
  change: { partner: string; person: string; accounts: readonly string[]; assign: boolean },
  by: By,
): Promise<void> {
  const { partner, person, accounts, assign } = change;
  await store.write(async (unit) => {
    const { db } = unit;
    const found = await db
      .selectFrom('person')
      .select(['name', 'manager'])
      .where('id', '=', person)
      .where('partner_id', '=', partner)
      .executeTakeFirst();
    if (found === undefined) throw new DemarcError('api.not-found');
    if (found.manager !== 1) throw new DemarcError('person.not-a-manager', found.name);
    const own = await db
      .selectFrom('account')
      .select('id')
      .where('partner_id', '=', partner)
      .where('id', 'in', [...accounts])
      .execute();
    for (const { id: account } of own) {
      await db.deleteFrom('membership').where('person_id', '=', person).where('account_id', '=', account).execute();
      if (assign) {
        const held = { id: unit.newId(), person_id: person, account_id: account, role: 'Account Manager' };
        await db.insertInto('membership').values(held).execute();
      }
      const event = { action: 'Edit', type: 'Admin', asset: 'Person', assetId: person, ...by } as const;
      const name = assign ? 'manager.assigned' : 'manager.unassigned';
      const message = `${found.name} ${assign ? 'manages' : 'no longer manages'} this account`;
      await recordEvent(unit, { ...event, account, name, message }, clock);
      unit.changed({ topic: 'person', account, ref: person });
    }
    await db
      .updateTable('person')
      .set((eb) => ({ updated_at: instant(clock), updated_by: by.actor.name, revision: eb('revision', '+', 1) }))
      .where('id', '=', person)
      .execute();
    unit.changed({ topic: 'person', account: null, partner, ref: person });
  });
}
