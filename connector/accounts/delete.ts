import { sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { sayFarewell } from '../enrolment/release.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Store, Work } from '../store/store.ts';
import { dropStages } from '../store/user-set.ts';

/** Tables with a column `account_id` that outlive the account; `account` itself goes by its id. */
const KEPT = new Set(['gateway_farewell']);

/**
 * Deletes an account with all of its data (ACC-21, ACC-22). Each of its gateways is told to reset itself as soon as it
 * comes, however late; people who belonged nowhere else cannot sign in any more. Gives the gateways, whose connections
 * the caller closes.
 * @throws DemarcError `api.not-found`
 */
export async function deleteAccount(
  { store, clock }: { store: Store; clock: Clock },
  { account, actor, requestId }: { account: string; actor: EventActor; requestId: string },
): Promise<string[]> {
  return store.write(async (unit) => {
    const { db } = unit;
    const row = await db
      .selectFrom('account')
      .select(['name', 'partner_id'])
      .where('id', '=', account)
      .executeTakeFirst();
    if (row === undefined) throw new DemarcError('api.not-found');
    const gateways = await db
      .selectFrom('gateway')
      .select(['id', 'name', 'released_at'])
      .where('account_id', '=', account)
      .execute();
    for (const { id, name, released_at } of gateways) {
      const farewell = released_at === null ? 'reset' : 'released';
      await sayFarewell(unit, { account, partner: row.partner_id, id, name, farewell }, instant(clock));
    }
    await dropPeople(unit, account);
    const runs = await db.selectFrom('sync_stage_run').select('run_id').where('account_id', '=', account).execute();
    await dropStages(
      db,
      runs.map(({ run_id }) => run_id),
    );
    const ids = gateways.map(({ id }) => id);
    if (ids.length > 0) {
      await db.deleteFrom('seq_ahead').where('gateway_id', 'in', ids).execute();
      await db.deleteFrom('enrolment').where('gateway_id', 'in', ids).execute();
    }
    for (const table of await tablesOfAccounts(unit)) {
      await sql`DELETE FROM ${sql.table(table)} WHERE account_id = ${account}`.execute(db);
    }
    await db.deleteFrom('account').where('id', '=', account).execute();
    await recordEvent(
      unit,
      {
        account: null,
        partner: row.partner_id,
        actor,
        action: 'Delete',
        type: 'Admin',
        asset: 'Account',
        assetId: account,
        name: 'account.deleted',
        severity: 'warning',
        message: `Account deleted: ${row.name}; ${gateways.length} gateways reset themselves when they connect`,
        details: { gateways: gateways.length },
        requestId,
      },
      clock,
    );
    unit.changed({ topic: 'account', account: null, partner: row.partner_id, ref: account });
    return ids;
  });
}

/** Asked of the database, so that a table of a later version cannot be forgotten. */
async function tablesOfAccounts({ db }: Work): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables
    .filter(({ name, isView, columns }) => !isView && !KEPT.has(name) && columns.some((c) => c.name === 'account_id'))
    .map(({ name }) => name);
}

/** People of this account alone are switched off; who belongs elsewhere, too, only loses this. */
async function dropPeople({ db }: Work, account: string): Promise<void> {
  const members = await db.selectFrom('membership').select('person_id').where('account_id', '=', account).execute();
  const ids = [...new Set(members.map(({ person_id }) => person_id))];
  await db.deleteFrom('membership').where('account_id', '=', account).execute();
  if (ids.length === 0) return;
  const homeless = await db
    .updateTable('person')
    .set({ disabled: 1 })
    .where('id', 'in', ids)
    // An account manager belongs to the partner, with however few accounts.
    .where('manager', '=', 0)
    .where('id', 'not in', (others) => others.selectFrom('membership').select('person_id'))
    .returning('id')
    .execute();
  for (const { id } of homeless) await db.deleteFrom('session').where('person_id', '=', id).execute();
}
