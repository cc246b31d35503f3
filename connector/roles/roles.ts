import { type Selectable, sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import { ACCOUNT_ROLES, PARTNER_ROLES, possibleTicks, ROLE_PERMISSIONS, Role, RoleBase } from '#contract/access.ts';
import type { RoleCreate, RoleEdit, RoleInfo } from '#contract/api/roles.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { minusOf } from '../access/actors.ts';
import { rightsOf } from '../access/may.ts';
import { recordEvent } from '../history/record-event.ts';
import type { By } from '../people/people.ts';
import type { Tables } from '../store/schema.ts';
import type { Db, Store, Work } from '../store/store.ts';

/** Custom roles of one partner; a list of them is shown whole. */
const LIMIT = 100;

type Row = Selectable<Tables['role']> & { people: number; accounts: number };

/** A role of the product, as the list shows it. */
const builtIn = (role: Role): RoleInfo => ({
  id: role,
  custom: false,
  name: role,
  description: '',
  base: null,
  permissions: [...ROLE_PERMISSIONS[role]],
  people: 0,
  accounts: 0,
  modifiedAt: null,
  modifiedBy: null,
  etag: '"0"',
});

function dto(row: Row): RoleInfo {
  const base = RoleBase.catch('Account Admin').parse(row.base);
  return {
    id: row.id,
    custom: true,
    name: row.name,
    description: row.description,
    base,
    permissions: [...rightsOf({ role: base, minus: minusOf(row.minus) })],
    people: row.people,
    accounts: row.accounts,
    modifiedAt: row.updated_at,
    modifiedBy: row.updated_by,
    etag: `"${row.revision}"`,
  };
}

const select = (db: Db) =>
  db
    .selectFrom('role as r')
    .selectAll('r')
    .select(sql<number>`(select count(*) from membership as m where m.role_id = r.id)`.as('people'))
    .select(sql<number>`(select count(*) from role_account as a where a.role_id = r.id)`.as('accounts'));

/** Whose a custom role is, as `may` judges it; undefined when there is none. */
export async function roleResource(db: Db, id: string) {
  const row = await db.selectFrom('role').select('partner_id').where('id', '=', id).executeTakeFirst();
  return row && { partner: row.partner_id, account: null };
}

/** Every role of the partner: those of the product, then its own by name. */
export async function listRoles(db: Db, partner: string): Promise<RoleInfo[]> {
  const rows = await select(db).where('r.partner_id', '=', partner).orderBy('r.name_lc').execute();
  const counts = await db
    .selectFrom('membership')
    .innerJoin('person', 'person.id', 'membership.person_id')
    .select(({ fn }) => ['membership.role', fn.count<number>('person.id').distinct().as('people')])
    .where('person.partner_id', '=', partner)
    .where('membership.role_id', 'is', null)
    .groupBy('membership.role')
    .execute();
  const held = new Map(counts.map(({ role, people }) => [role, people]));
  return [...Role.options.map((role) => ({ ...builtIn(role), people: held.get(role) ?? 0 })), ...rows.map(dto)];
}

/** What can be given in an account, or (null) for all of the partner's. */
export async function rolesAt(db: Db, { partner, account }: { partner: string; account: string | null }) {
  const base: RoleBase = account === null ? 'Partner' : 'Account Admin';
  const query = select(db).where('r.partner_id', '=', partner).where('r.base', '=', base).orderBy('r.name_lc');
  const rows = await (account === null
    ? query
    : query.where('r.id', 'in', (there) =>
        there.selectFrom('role_account').select('role_id').where('account_id', '=', account),
      )
  ).execute();
  const names = account === null ? [...PARTNER_ROLES, 'Account Manager' as const] : ACCOUNT_ROLES;
  return [...names.map(builtIn), ...rows.map(dto)];
}

/** One custom role. @throws DemarcError `api.not-found` */
export async function roleOf(db: Db, id: string): Promise<RoleInfo> {
  const row = await select(db).where('r.id', '=', id).executeTakeFirst();
  if (row === undefined) throw new DemarcError('api.not-found');
  return dto(row);
}

/** The partner's own roles. What changes is in force with the next request of whoever holds them. */
export class CustomRoles {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** @throws DemarcError `role.name-taken`, `role.too-many` */
  async create(partner: string, given: RoleCreate, by: By): Promise<string> {
    const { name, description, base } = given;
    const permissions = possibleTicks(base, given.permissions ?? ROLE_PERMISSIONS[base]);
    return this.#store.write(async (unit) => {
      const there = await unit.db.selectFrom('role').select('id').where('partner_id', '=', partner).execute();
      if (there.length >= LIMIT) throw new DemarcError('role.too-many', `at most ${LIMIT}`);
      await nameIsFree(unit, partner, name, null);
      const id = unit.newId();
      const now = instant(this.#clock);
      await unit.db
        .insertInto('role')
        .values({
          id,
          partner_id: partner,
          name,
          name_lc: name.toLowerCase(),
          description,
          base,
          minus: minusText(base, permissions),
          created_at: now,
          updated_at: now,
          updated_by: by.actor.name,
          revision: 1,
        })
        .execute();
      await this.#record(
        unit,
        { id, partner, action: 'Create', name: 'role.created', message: `Role made: ${name}` },
        by,
      );
      return id;
    });
  }

  /** @throws DemarcError `api.not-found`, `api.stale`, `role.name-taken` */
  async change(id: string, partner: string, match: string, edit: RoleEdit, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await roleOf(unit.db, id);
      if (match !== before.etag) throw new DemarcError('api.stale');
      const base = before.base ?? 'Account Admin';
      const permissions = edit.permissions && possibleTicks(base, edit.permissions);
      const properties = changesOf(before, { ...edit, ...(permissions && { permissions }) });
      if (properties.length === 0) return;
      if (edit.name !== undefined) await nameIsFree(unit, partner, edit.name, id);
      await unit.db
        .updateTable('role')
        .set((eb) => ({
          ...(edit.name !== undefined && { name: edit.name, name_lc: edit.name.toLowerCase() }),
          ...(edit.description !== undefined && { description: edit.description }),
          ...(permissions && { minus: minusText(base, permissions) }),
          updated_at: instant(this.#clock),
          updated_by: by.actor.name,
          revision: eb('revision', '+', 1),
        }))
        .where('id', '=', id)
        .execute();
      const message = `Role changed: ${edit.name ?? before.name}`;
      await this.#record(unit, { id, partner, action: 'Edit', name: 'role.changed', message, properties }, by);
    });
  }

  /** @throws DemarcError `api.not-found`, `role.in-use` */
  async delete(id: string, partner: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const { name } = await roleOf(unit.db, id);
      await nobodyHolds(unit, id, null);
      await unit.db.deleteFrom('role_account').where('role_id', '=', id).execute();
      await unit.db.deleteFrom('api_token').where('role_id', '=', id).execute();
      await unit.db.deleteFrom('role').where('id', '=', id).execute();
      const message = `Role deleted: ${name}`;
      await this.#record(unit, { id, partner, action: 'Delete', name: 'role.deleted', message }, by);
    });
  }

  /**
   * Makes the role one that can be given in the accounts, or takes it away again (ROL-17). Accounts of others are passed
   * over.
   * @throws DemarcError `role.not-for-accounts`, `role.in-use`
   */
  async assign(id: string, partner: string, accounts: readonly string[], assign: boolean, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const { name, base } = await roleOf(unit.db, id);
      if (base !== 'Account Admin') throw new DemarcError('role.not-for-accounts', name);
      const own = await unit.db
        .selectFrom('account')
        .select('id')
        .where('partner_id', '=', partner)
        .where('id', 'in', [...accounts])
        .execute();
      const now = instant(this.#clock);
      for (const { id: account } of own) {
        const { db } = unit;
        if (assign) {
          const row = { account_id: account, role_id: id, assigned_at: now };
          await db
            .insertInto('role_account')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        } else {
          await nobodyHolds(unit, id, account);
          await db.deleteFrom('role_account').where('role_id', '=', id).where('account_id', '=', account).execute();
        }
        const event = { action: 'Edit', type: 'Admin', asset: 'Role', assetId: id, ...by } as const;
        const told = assign ? 'role.assigned' : 'role.unassigned';
        const message = `Role ${name} ${assign ? 'can' : 'can no longer'} be given in this account`;
        await recordEvent(unit, { ...event, account, name: told, message }, this.#clock);
        unit.changed({ topic: 'role', account, ref: id });
      }
    });
  }

  async #record(
    unit: Work,
    event: {
      id: string;
      partner: string;
      action: 'Create' | 'Edit' | 'Delete';
      name: string;
      message: string;
      properties?: PropertyChange[];
    },
    by: By,
  ): Promise<void> {
    const { id, ...told } = event;
    await recordEvent(unit, { ...told, ...by, account: null, type: 'Admin', asset: 'Role', assetId: id }, this.#clock);
    unit.changed({ topic: 'role', account: null, partner: event.partner, ref: id });
    // People of accounts hold it, too: their consoles are told where it can be given.
    const there = await unit.db.selectFrom('role_account').select('account_id').where('role_id', '=', id).execute();
    for (const { account_id } of there) unit.changed({ topic: 'role', account: account_id, ref: id });
  }
}

const minusText = (base: RoleBase, permissions: readonly string[]): string =>
  JSON.stringify(ROLE_PERMISSIONS[base].filter((one) => !permissions.includes(one)));

async function nameIsFree({ db }: Work, partner: string, name: string, self: string | null): Promise<void> {
  const taken = await db
    .selectFrom('role')
    .select('id')
    .where('partner_id', '=', partner)
    .where('name_lc', '=', name.toLowerCase())
    .executeTakeFirst();
  const own = Role.options.some((role) => role.toLowerCase() === name.toLowerCase());
  if (own || (taken !== undefined && taken.id !== self)) throw new DemarcError('role.name-taken', name);
}

async function nobodyHolds({ db }: Work, role: string, account: string | null): Promise<void> {
  const query = db
    .selectFrom('membership')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('role_id', '=', role);
  const { count } = await (account === null
    ? query
    : query.where('account_id', '=', account)
  ).executeTakeFirstOrThrow();
  if (count > 0) throw new DemarcError('role.in-use', `${count} people`);
}

function changesOf(before: RoleInfo, edit: RoleEdit): PropertyChange[] {
  return (['name', 'description', 'permissions'] as const).flatMap((property) => {
    const after = edit[property];
    if (after === undefined || JSON.stringify(after) === JSON.stringify(before[property])) return [];
    return [{ property, before: before[property], after }];
  });
}
