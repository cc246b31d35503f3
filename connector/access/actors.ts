import { z } from 'zod';
import { Permission, Role } from '#contract/access.ts';
import type { Db } from '../store/store.ts';
import type { Actor, Grant } from './may.ts';

/** A membership as it is joined with its account and its custom role. */
export interface GrantRow {
  account_id: string | null;
  role: string | null;
  role_id: string | null;
  role_name: string | null;
  minus: string | null;
  status: string | null;
}

const Minus = z.array(z.string()).transform((names) => new Set(names));

/** The rights that a custom role takes away. One that cannot be read takes away everything. */
export function minusOf(text: string): readonly Permission[] {
  try {
    const names = Minus.parse(JSON.parse(text));
    return Permission.options.filter((permission) => names.has(permission));
  } catch {
    return Permission.options;
  }
}

/**
 * What memberships grant. A role that this version does not know grants nothing, nor does a custom role that is gone, nor
 * an account that is switched off (ACC-17).
 */
export function grantsOf(rows: readonly GrantRow[]): Grant[] {
  return rows.flatMap((row): Grant[] => {
    const role = Role.safeParse(row.role);
    const counts = row.account_id === null || (row.status !== null && row.status !== 'Deactivated');
    if (!role.success || !counts) return [];
    if (row.role_id === null) return [{ account: row.account_id, role: role.data }];
    if (row.minus === null) return [];
    const custom = { id: row.role_id, name: row.role_name ?? '' };
    return [{ account: row.account_id, role: role.data, custom, minus: minusOf(row.minus) }];
  });
}

/** The person with what they hold now; undefined when there is none or they are disabled. */
export async function actorOf(db: Db, person: string): Promise<Actor | undefined> {
  const rows = await db
    .selectFrom('person')
    .leftJoin('membership', 'membership.person_id', 'person.id')
    .leftJoin('account', 'account.id', 'membership.account_id')
    .leftJoin('role', 'role.id', 'membership.role_id')
    .select(['person.id', 'person.name', 'person.email', 'person.partner_id'])
    .select(['membership.account_id', 'membership.role', 'membership.role_id', 'account.status'])
    .select(['role.name as role_name', 'role.minus'])
    .where('person.id', '=', person)
    .where('person.disabled', '=', 0)
    .execute();
  const [row] = rows;
  if (row === undefined) return undefined;
  return { id: row.id, name: row.name, email: row.email, partner: row.partner_id, grants: grantsOf(rows) };
}
