import { z } from 'zod';

/** Roles that come with the product (ROL-1, design section 7). Custom roles are a base role minus ticks (ROL-2). */
export const Role = z.enum(['Partner', 'Account Admin', 'Account Manager', 'Support', 'User']);
export type Role = z.infer<typeof Role>;

/** Everything that may be allowed, as `category:verb` (ROL-4, ROL-5; the verbs of support stand apart). */
export const Permission = z.enum([
  'accounts:view',
  'accounts:add',
  'accounts:edit',
  'accounts:delete',
  'users:view',
  'users:add',
  'users:edit',
  'users:delete',
  'integrations:view',
  'integrations:add',
  'integrations:edit',
  'integrations:delete',
  'inventory:view',
  'events:view',
  'people:view',
  'people:add',
  'people:edit',
  'people:delete',
  'roles:view',
  'roles:add',
  'roles:edit',
  'roles:assign',
  'roles:delete',
  'support:view',
  'support:logs',
  'support:trace',
  'support:reboot',
  'support:update',
  'support:launch',
  'support:reset',
  'support:force',
  'support:resolve',
  'settings:view',
  'settings:edit',
]);
export type Permission = z.infer<typeof Permission>;

/** Whoever may look at gateways or at integrations follows their commands: support issues the ones, admins the others. */
export const FOLLOW_COMMANDS: readonly Permission[] = ['support:view', 'integrations:view'];

const VIEW_ALL = Permission.options.filter((permission) => permission.endsWith(':view'));

/** Roles belong to the partner: an account's people only give those that they have been given (ROL-13). */
const OF_THE_PARTNER: readonly Permission[] = ['roles:add', 'roles:edit', 'roles:delete'];

/** What each base role grants inside the accounts that its holder reaches. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  Partner: Permission.options,
  'Account Manager': Permission.options.filter(
    (p) => !['accounts:delete', 'roles:assign', ...OF_THE_PARTNER].includes(p),
  ),
  'Account Admin': Permission.options.filter(
    (p) => !['accounts:add', 'accounts:delete', 'support:resolve', ...OF_THE_PARTNER].includes(p),
  ),
  Support: [...VIEW_ALL, 'support:logs', 'support:trace', 'support:reboot', 'support:update', 'support:launch'],
  User: [],
};

/** What custom roles are made of: a partner's person for all accounts, or an admin of one (ROL-2). */
export const RoleBase = z.enum(['Partner', 'Account Admin']);
export type RoleBase = z.infer<typeof RoleBase>;

/** Rights that every role with this base keeps: whoever belongs to an account may look at it (ROL-7). */
export const FIXED_RIGHTS: readonly Permission[] = ['accounts:view'];

/** The category and the verb of a right. */
export function partsOf(permission: Permission): { category: string; verb: string } {
  const [category = '', verb = ''] = permission.split(':');
  return { category, verb };
}

/**
 * The ticks of a custom role as they can be: rights of the base only, those that are fixed always, and in a category
 * without VIEW nothing else (ROL-7, ROL-8).
 */
export function possibleTicks(base: RoleBase, wanted: readonly Permission[]): Permission[] {
  const ticked = ROLE_PERMISSIONS[base].filter((one) => wanted.includes(one) || FIXED_RIGHTS.includes(one));
  return ticked.filter((one) => ticked.some((other) => other === `${partsOf(one).category}:view`));
}

/** Roles that can be given in one account, and for all of the partner's. */
export const ACCOUNT_ROLES: readonly Role[] = ['Account Admin', 'Support', 'User'];
export const PARTNER_ROLES: readonly Role[] = ['Partner', 'Support'];
