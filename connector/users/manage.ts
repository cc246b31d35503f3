import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { UserAction, UserManaged } from '#contract/api/users.ts';
import type { Actor } from '../access/may.ts';
import { recordEvent } from '../history/record-event.ts';
import { all, type Condition } from '../lists/fields.ts';
import { listed } from '../store/json.ts';
import type { Store, Work } from '../store/store.ts';
import { letIn, peopleOf, remove, shutOut } from './people.ts';
import type { By } from './users.ts';

/** Users changed between two breaths of the event loop. */
const SLICE = 500;
/** Names that stand in the history. */
const NAMED = 20;

/** What changes users; mails to them are queued elsewhere. */
export type ManageAction = Exclude<UserAction, 'welcome' | 'reset'>;

interface Wish {
  account: string;
  action: ManageAction;
  /** Which of the account's users. */
  which: readonly Condition[];
  /** The person who asks, who is left out like everybody who holds more: nobody locks themself or the partner out. */
  by: Actor;
}

type Row = { id: string; name: string; email_lc: string | null; pbx_id: string | null; status: string };

const WORDS: Readonly<Record<ManageAction, { event: string; said: string }>> = {
  activate: { event: 'user.activated', said: 'made active' },
  deactivate: { event: 'user.deactivated', said: 'made inactive' },
  delete: { event: 'user.deleted', said: 'deleted' },
};

/**
 * Does one thing to one or many users, as one change (USR-25, USR-30). Deleting takes a user of the cloud away, and the
 * cloud's half of a PBX's user, which stays listed (USR-32). Partners and the person who asks are left out (USR-31).
 */
export async function manageUsers(
  { store, clock }: { store: Store; clock: Clock },
  { account, action, which, by }: Wish,
  { actor, requestId }: By,
): Promise<UserManaged> {
  return store.write(async (unit) => {
    const { rows } = await sql<Row>`select u.id, u.name, u.email_lc, u.pbx_id, u.status from directory_user as u
      where ${all([sql`u.account_id = ${account}`, ...which])} order by u.name_lc, u.id`.execute(unit.db);
    let changed = 0;
    const names: string[] = [];
    for (let from = 0; from < rows.length; from += SLICE) {
      const done = await act(unit, { account, action, by }, rows.slice(from, from + SLICE), {
        now: instant(clock),
        by: actor.name,
      });
      changed += done.length;
      names.push(...done.slice(0, NAMED - names.length).map(({ name }) => name));
      await breathe();
    }
    if (changed > 0) {
      const { event, said } = WORDS[action];
      unit.changed({ topic: 'users', account, ref: null });
      const [first] = names;
      await recordEvent(
        unit,
        {
          account,
          actor,
          requestId,
          action: action === 'delete' ? 'Delete' : 'Edit',
          type: 'Admin',
          asset: 'User',
          assetId: rows.length === 1 ? (rows[0]?.id ?? '') : account,
          name: event,
          severity: action === 'delete' ? 'warning' : 'info',
          message: changed === 1 ? `User ${said}: ${first}` : `${changed} users ${said}`,
          details: { users: changed, names: names.join(', ').slice(0, 1000) },
        },
        clock,
      );
    }
    return { matched: rows.length, changed, skipped: rows.length - changed };
  });
}

/** Of a slice, those that were changed. */
async function act(
  unit: Work,
  { account, action, by }: Omit<Wish, 'which'>,
  slice: readonly Row[],
  made: { now: string; by: string },
): Promise<Row[]> {
  const { db } = unit;
  const people = await peopleOf(
    unit,
    account,
    slice.flatMap(({ email_lc }) => email_lc ?? []),
    by,
  );
  const personOf = (row: Row) => (row.email_lc === null ? undefined : people.get(row.email_lc));
  const rows = slice.filter((row) => {
    const person = personOf(row);
    if (person !== undefined && (person.partner || !person.within)) return false;
    if (action === 'activate') return row.status !== 'Active';
    if (action === 'deactivate') return row.status === 'Active';
    return row.pbx_id === null || row.status !== 'PBX only';
  });
  if (rows.length === 0) return [];
  for (const row of rows) {
    const person = personOf(row);
    if (person === undefined) continue;
    if (action === 'activate') await letIn(unit, person);
    else if (action === 'deactivate') await shutOut(unit, account, person);
    else await remove(unit, account, person);
  }
  const ids = listed(
    db,
    rows.map(({ id }) => id),
  );
  if (action === 'delete') {
    await sql`DELETE FROM directory_user WHERE pbx_id IS NULL AND id IN ${ids}`.execute(db);
  }
  const status = action === 'activate' ? 'Active' : action === 'deactivate' ? 'Inactive' : 'PBX only';
  // A deleted half takes its rights along.
  const role = action === 'delete' ? sql`'User'` : sql`role`;
  await sql`INSERT INTO user_edit (account_id, pbx_id, source_key, status, role, edited_at, edited_by)
    SELECT account_id, pbx_id, source_key, ${status}, ${role}, ${made.now}, ${made.by}
    FROM directory_user WHERE pbx_id IS NOT NULL AND id IN ${ids}
    ON CONFLICT (account_id, pbx_id, source_key) DO UPDATE SET status = excluded.status, role = excluded.role,
      edited_at = excluded.edited_at, edited_by = excluded.edited_by`.execute(db);
  await sql`UPDATE directory_user SET status = ${status}, role = ${role}, modified_at = ${made.now},
    modified_by = ${made.by}, revision = revision + 1 WHERE id IN ${ids}`.execute(db);
  return rows;
}
