import { type Clock, instant } from '#config/clock.ts';
import type { UserCreate, UserEdit } from '#contract/api/users.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { Irregularity } from '#contract/words.ts';
import type { Actor } from '../access/may.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import { readOne } from '../lists/list.ts';
import { lockedFields, type UserRow, usersList } from '../lists/users.ts';
import type { Db, Store, Work } from '../store/store.ts';
import { FILLABLE, type Fillable, filledBit, NO_EMAIL } from '../store/user-set.ts';
import { letIn, peopleOf, shutOut } from './people.ts';
import { emailOf, fullName, nameOf, searchText } from './values.ts';

interface Parts {
  store: Store;
  clock: Clock;
}

/** Who asks, for the history. */
export interface By {
  actor: EventActor;
  requestId: string;
}

/** A user of the cloud alone, with values that were judged. */
export interface NewUser {
  account: string;
  name: string;
  firstName: string | null;
  lastName: string | null;
  email: string;
  mobilePhone: string | null;
  role: string;
  source: 'console' | 'import';
}

/** The row of a new user of the cloud. */
export function newUserRow(id: string, user: NewUser, { now, by }: { now: string; by: string }) {
  return {
    id,
    account_id: user.account,
    gateway_id: null,
    pbx_id: null,
    source_key: id,
    name: user.name,
    name_lc: user.name.toLowerCase(),
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    email_lc: user.email.toLowerCase(),
    extension: null,
    work_phone: null,
    mobile_phone: user.mobilePhone,
    login_id: null,
    department: null,
    irregular: 0,
    search: searchText(user.name, user.email),
    modified_at: now,
    source: user.source,
    role: user.role,
    modified_by: by,
  };
}

/** Whether another user of the account has the address (USR-9). */
async function isTaken(db: Db, account: string, email: string, except = ''): Promise<boolean> {
  const other = await db
    .selectFrom('directory_user')
    .select('id')
    .where('account_id', '=', account)
    .where('email_lc', '=', email.toLowerCase())
    .where('id', '<>', except)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

/** Adds a user that the cloud alone has; gives the id. @throws DemarcError `user.in-use`; InvalidField */
export async function createUser(
  { store, clock }: Parts,
  input: UserCreate,
  { actor, requestId }: By,
): Promise<string> {
  const firstName = nameOf('firstName', input.firstName);
  const lastName = nameOf('lastName', input.lastName);
  const email = emailOf(input.email);
  const name = nameOf('name', `${firstName} ${lastName}`);
  const { account, role } = input;
  return store.write(async (unit) => {
    if (await isTaken(unit.db, account, email)) throw new DemarcError('user.in-use', email);
    const id = unit.newId();
    const user = { account, name, firstName, lastName, email, mobilePhone: input.mobilePhone ?? null, role };
    const made = { now: instant(clock), by: actor.name };
    await unit.db
      .insertInto('directory_user')
      .values(newUserRow(id, { ...user, source: 'console' }, made))
      .execute();
    unit.changed({ topic: 'users', account, ref: id });
    const event = { action: 'Create', type: 'Admin', asset: 'User', name: 'user.created' } as const;
    const message = `User created: ${name}`;
    await recordEvent(unit, { ...event, account, assetId: id, message, actor, requestId }, clock);
    return id;
  });
}

/** The columns that an edit changes; undefined where it says nothing. */
type Values = { [K in 'name' | Fillable]?: string | null | undefined } & {
  role?: string | undefined;
  status?: string | undefined;
};

/**
 * Reads an edit against the row. Only what differs is left.
 * @throws DemarcError `user.locked`; InvalidField
 */
function valuesOf(row: UserRow, edit: UserEdit): Values {
  const now: Values = {
    name: row.name,
    firstName: row.first_name,
    lastName: row.last_name,
    email: row.email,
    mobilePhone: row.mobile_phone,
    role: row.held_role ?? row.role,
    status: row.status,
  };
  const wanted: Values = {
    ...edit,
    ...(edit.name !== undefined && { name: nameOf('name', edit.name) }),
    ...(typeof edit.firstName === 'string' && { firstName: nameOf('firstName', edit.firstName) }),
    ...(typeof edit.lastName === 'string' && { lastName: nameOf('lastName', edit.lastName) }),
    ...(typeof edit.email === 'string' && { email: emailOf(edit.email) }),
  };
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => value !== undefined && value !== now[key as keyof Values]),
  ) as Values;
  const locked = lockedFields(row).find((field) => Object.hasOwn(changed, field));
  if (locked !== undefined) throw new DemarcError('user.locked', locked);
  if (changed.email === null && row.pbx_id === null) throw new InvalidField('email', 'must not be empty');
  const renamed = Object.hasOwn(changed, 'firstName') || Object.hasOwn(changed, 'lastName');
  if (
    renamed &&
    changed.name === undefined &&
    row.pbx_id === null &&
    row.name === fullName(row.first_name, row.last_name)
  ) {
    // Nobody chose the name as a whole: it goes along with its parts.
    const parts = { first: row.first_name, last: row.last_name };
    if (changed.firstName !== undefined) parts.first = changed.firstName;
    if (changed.lastName !== undefined) parts.last = changed.lastName;
    changed.name = fullName(parts.first, parts.last) ?? row.name;
  }
  return changed;
}

/**
 * Changes a user (USR-18). Of a PBX's user only what the PBX says nothing about, kept apart from what it says (USR-19).
 * `match` is the ETag that the change is based on.
 * @throws DemarcError `api.stale`, `user.locked`, `user.in-use`, `user.yourself`, `user.partner`, `user.elsewhere`,
 * `person.not-yours`; InvalidField
 */
export async function editUser(
  { store, clock }: Parts,
  { id, match, edit, by }: { id: string; match: string; edit: UserEdit; by: Actor },
  { actor, requestId }: By,
): Promise<void> {
  await store.write(async (unit) => {
    const { db } = unit;
    const row = await readOne<UserRow>(db, usersList, id);
    if (row === undefined) throw new DemarcError('api.not-found');
    if (match !== `"${row.revision}"`) throw new DemarcError('api.stale');
    const changed = valuesOf(row, edit);
    const properties: PropertyChange[] = Object.entries(changed).map(([property, after]) => ({
      property,
      before: beforeOf(row, property),
      after,
    }));
    if (properties.length === 0) return;
    if (typeof changed.email === 'string' && (await isTaken(db, row.account_id, changed.email, id)))
      throw new DemarcError('user.in-use', changed.email);
    await carryToPerson(unit, row, changed, by);
    const now = instant(clock);
    if (row.pbx_id !== null) await keepEdit(unit, row, changed, { now, by: actor.name });
    await db
      .updateTable('directory_user')
      .set({ ...columnsOf(row, changed), modified_at: now, modified_by: actor.name, revision: row.revision + 1 })
      .where('id', '=', id)
      .execute();
    unit.changed({ topic: 'users', account: row.account_id, ref: id });
    const event = { action: 'Edit', type: 'Admin', asset: 'User', name: 'user.changed' } as const;
    const message = `User changed: ${changed.name ?? row.name}`;
    await recordEvent(
      unit,
      { ...event, account: row.account_id, assetId: id, message, properties, actor, requestId },
      clock,
    );
  });
}

const COLUMNS = {
  firstName: 'first_name',
  lastName: 'last_name',
  email: 'email',
  mobilePhone: 'mobile_phone',
} as const;

function beforeOf(row: UserRow, property: string): string | null {
  if (property === 'role') return row.held_role ?? row.role;
  if (property === 'name') return row.name;
  if (property === 'status') return row.status;
  const field = FILLABLE.find((one) => one === property);
  return field === undefined ? null : row[COLUMNS[field]];
}

/** What of the row follows from the changed values: the bits of what is filled in, the irregularity, the search. */
function columnsOf(row: UserRow, changed: Values) {
  const name = changed.name ?? row.name;
  const email = changed.email === undefined ? row.email : changed.email;
  let { filled, irregular } = row;
  if (row.pbx_id !== null) {
    for (const field of FILLABLE) {
      const value = changed[field];
      if (value !== undefined) filled = value === null ? filled & ~filledBit(field) : filled | filledBit(field);
    }
    if (changed.email !== undefined) irregular = email === null ? irregular | NO_EMAIL : irregular & ~NO_EMAIL;
  } else if (changed.email !== undefined) {
    irregular &= ~(NO_EMAIL | (1 << Irregularity.options.indexOf('email-not-unique')));
  }
  return {
    name,
    name_lc: name.toLowerCase(),
    ...(changed.firstName !== undefined && { first_name: changed.firstName }),
    ...(changed.lastName !== undefined && { last_name: changed.lastName }),
    email,
    email_lc: email?.toLowerCase() ?? null,
    ...(changed.mobilePhone !== undefined && { mobile_phone: changed.mobilePhone }),
    ...(changed.role !== undefined && { role: changed.role }),
    ...(changed.status !== undefined && { status: changed.status }),
    filled,
    irregular,
    search: searchText(name, email, row.extension),
  };
}

/** Keeps what an admin set for a PBX's user where no sync writes. */
async function keepEdit({ db }: Work, row: UserRow, changed: Values, made: { now: string; by: string }): Promise<void> {
  const set = {
    ...(changed.firstName !== undefined && { first_name: changed.firstName }),
    ...(changed.lastName !== undefined && { last_name: changed.lastName }),
    ...(changed.email !== undefined && { email: changed.email, email_lc: changed.email?.toLowerCase() ?? null }),
    ...(changed.mobilePhone !== undefined && { mobile_phone: changed.mobilePhone }),
    status: changed.status ?? row.status,
    role: changed.role ?? row.role,
    edited_at: made.now,
    edited_by: made.by,
  };
  await db
    .insertInto('user_edit')
    .values({ account_id: row.account_id, pbx_id: row.pbx_id ?? '', source_key: row.source_key, ...set })
    .onConflict((conflict) => conflict.columns(['account_id', 'pbx_id', 'source_key']).doUpdateSet(set))
    .execute();
}

/** Lets the person behind the user follow: role and standing in the account, and the address to sign in with. */
async function carryToPerson(unit: Work, row: UserRow, changed: Values, by: Actor): Promise<void> {
  if (row.email_lc === null) return;
  const person = (await peopleOf(unit, row.account_id, [row.email_lc], by)).get(row.email_lc);
  if (person === undefined) return;
  const { role, status, email } = changed;
  if (role === undefined && status === undefined && email === undefined) return;
  if ((role !== undefined || status !== undefined) && person.id === by.id) throw new DemarcError('user.yourself');
  // Whoever changes where somebody signs in could sign in as them.
  if (!person.within && person.id !== by.id) throw new DemarcError('person.not-yours');
  if (role !== undefined) {
    await unit.db
      .updateTable('membership')
      .set({ role, role_id: null })
      .where('person_id', '=', person.id)
      .where('account_id', '=', row.account_id)
      .execute();
  }
  if (status !== undefined && person.partner) throw new DemarcError('user.partner');
  if (status === 'Inactive') await shutOut(unit, row.account_id, person);
  if (status === 'Active') await letIn(unit, person);
  if (typeof email === 'string') {
    if (!person.onlyHere) throw new DemarcError('user.elsewhere');
    const email_lc = email.toLowerCase();
    const other = await unit.db.selectFrom('person').select('id').where('email_lc', '=', email_lc).executeTakeFirst();
    if (other !== undefined && other.id !== person.id) throw new DemarcError('user.in-use', email);
    await unit.db.updateTable('person').set({ email, email_lc }).where('id', '=', person.id).execute();
  }
}
