import { type Permission, ROLE_PERMISSIONS, type Role } from '#contract/access.ts';

/** One membership: a role in one account, or (account null) in every account of the partner. */
export interface Grant {
  account: string | null;
  role: Role;
  /** A role of the partner's own: `role` is its base, `minus` what it takes away (ROL-2). */
  custom?: { id: string; name: string };
  minus?: readonly Permission[];
}

/** What a grant comes to. */
export const rightsOf = ({ role, minus }: Pick<Grant, 'role' | 'minus'>): readonly Permission[] =>
  minus === undefined ? ROLE_PERMISSIONS[role] : ROLE_PERMISSIONS[role].filter((one) => !minus.includes(one));

/** A signed-in person with what they hold now; read anew for every request, so a change is in force on the next. */
export interface Actor {
  id: string;
  name: string;
  email: string;
  partner: string;
  grants: readonly Grant[];
}

/** What is acted upon: something of an account, or (account null) of the partner itself. */
export interface Resource {
  partner: string;
  account: string | null;
  /** The account is switched off: it can be looked at, not changed (ACC-18). */
  deactivated?: boolean;
}

const covers = (grant: Grant, account: string | null): boolean => grant.account === null || grant.account === account;

/** Whether the actor may do this to the resource. Everything that is not granted is denied (design section 7). */
export function may(actor: Actor, permission: Permission, resource: Resource): boolean {
  if (resource.partner !== actor.partner) return false;
  return actor.grants.some((grant) => covers(grant, resource.account) && rightsOf(grant).includes(permission));
}

/** Whether the actor may know at all that the resource exists: decides between 404 and 403. */
export function reaches(actor: Actor, resource: Resource): boolean {
  return resource.partner === actor.partner && actor.grants.some((grant) => covers(grant, resource.account));
}

/** The accounts in which `may` allows something: all of the partner's, or those listed. For lists over accounts. */
export interface Scope {
  partner: string;
  accounts: 'all' | readonly string[];
}

/** The scope of a permission; agrees with `may` for every account (tested). */
export function scopeOf(actor: Actor, permission: Permission): Scope {
  const granting = actor.grants.filter((grant) => rightsOf(grant).includes(permission));
  if (granting.some((grant) => grant.account === null)) return { partner: actor.partner, accounts: 'all' };
  return { partner: actor.partner, accounts: granting.flatMap(({ account }) => (account === null ? [] : [account])) };
}

/** Every permission in one account, or (account null) in any. For the console, which hides what would be refused. */
export function permissionsIn(actor: Actor, account: string | null): Permission[] {
  const grants = actor.grants.filter((grant) => account === null || covers(grant, account));
  return [...new Set(grants.flatMap(rightsOf))];
}
