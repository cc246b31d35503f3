import { ACCOUNT_ROLES, PARTNER_ROLES, type Permission, Role, RoleBase } from '#contract/access.ts';
import type { RoleRef } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { minusOf } from '../access/actors.ts';
import { type Actor, may, rightsOf } from '../access/may.ts';
import type { Db } from '../store/store.ts';

/** Where a role is held: one account, or (null) all of the partner's. */
export interface Place {
  partner: string;
  account: string | null;
}

/** A role as memberships and tokens store it. */
export interface StoredRole {
  base: Role;
  id: string | null;
  name: string;
  rights: readonly Permission[];
}

/**
 * The role that is meant, when it can be given at the place and holds nothing that the giver does not hold there: nobody
 * makes others mightier than themselves.
 * @throws DemarcError `role.not-givable`
 */
export async function givableRole(db: Db, actor: Actor, place: Place, ref: RoleRef): Promise<StoredRole> {
  const role = await roleAt(db, place, ref);
  if (role === undefined || !role.rights.every((right) => may(actor, right, place))) {
    throw new DemarcError('role.not-givable', role?.name);
  }
  return role;
}

async function roleAt(db: Db, { partner, account }: Place, ref: RoleRef): Promise<StoredRole | undefined> {
  const named = Role.safeParse(ref);
  if (named.success) {
    const roles: readonly Role[] = account === null ? [...PARTNER_ROLES, 'Account Manager'] : ACCOUNT_ROLES;
    if (!roles.includes(named.data)) return undefined;
    return { base: named.data, id: null, name: named.data, rights: rightsOf({ role: named.data }) };
  }
  const base: RoleBase = account === null ? 'Partner' : 'Account Admin';
  const row = await db
    .selectFrom('role')
    .select(['id', 'name', 'minus'])
    .where('id', '=', ref)
    .where('partner_id', '=', partner)
    .where('base', '=', base)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (account !== null) {
    const assigned = await db
      .selectFrom('role_account')
      .select('role_id')
      .where('role_id', '=', row.id)
      .where('account_id', '=', account)
      .executeTakeFirst();
    if (assigned === undefined) return undefined;
  }
  return { base, id: row.id, name: row.name, rights: rightsOf({ role: base, minus: minusOf(row.minus) }) };
}

/**
 * Whether the actor holds everything that the person holds, wherever that is: only then may they act on the person as a
 * whole, such as hand out a link that sets a password.
 */
export async function outranks(db: Db, actor: Actor, person: { id: string; partner: string; manager: boolean }) {
  const rows = await db
    .selectFrom('membership')
    .leftJoin('role', 'role.id', 'membership.role_id')
    .select(['membership.account_id', 'membership.role', 'membership.role_id', 'role.minus'])
    .where('membership.person_id', '=', person.id)
    .execute();
  const held = rows.every((row) => {
    const role = Role.safeParse(row.role);
    if (!role.success) return false;
    const minus = row.role_id === null ? undefined : minusOf(row.minus ?? '');
    const place = { partner: person.partner, account: row.account_id };
    return rightsOf({ role: role.data, ...(minus && { minus }) }).every((right) => may(actor, right, place));
  });
  return held && (!person.manager || may(actor, 'people:edit', { partner: person.partner, account: null }));
}
