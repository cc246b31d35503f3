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
  'roles:view',
  'roles:edit',
  'roles:assign',
  'support:view',
  'support:logs',
  'support:trace',
  'support:reboot',
  'support:update',
  'support:launch',
  'support:reset',
  'support:force',
  'settings:view',
  'settings:edit',
]);
export type Permission = z.infer<typeof Permission>;

/** Whoever may look at gateways or at integrations follows their commands: support issues the ones, admins the others. */
export const FOLLOW_COMMANDS: readonly Permission[] = ['support:view', 'integrations:view'];

const VIEW_ALL = Permission.options.filter((permission) => permission.endsWith(':view'));

/** What each base role grants inside the accounts that its holder reaches. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  Partner: Permission.options,
  'Account Manager': Permission.options.filter(
    (p) => p !== 'accounts:delete' && p !== 'roles:assign' && p !== 'roles:edit',
  ),
  'Account Admin': Permission.options.filter((p) => !['accounts:add', 'accounts:delete', 'roles:edit'].includes(p)),
  Support: [...VIEW_ALL, 'support:logs', 'support:trace', 'support:reboot', 'support:update', 'support:launch'],
  User: [],
};
