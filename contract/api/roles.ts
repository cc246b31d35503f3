/** Roles and who manages which accounts. */
import { z } from 'zod';
import { Permission, RoleBase } from '../access.ts';
import { Id, Instant } from '../ids.ts';
import { RoleRef } from './access.ts';

const Name = z.string().trim().min(1).max(64);

/** A role: one of the product (`custom` false, its id its name), or a base minus ticks (ROL-2 to ROL-8). */
export const RoleInfo = z.object({
  id: RoleRef,
  custom: z.boolean(),
  name: z.string(),
  description: z.string(),
  base: RoleBase.nullable(),
  permissions: z.array(Permission),
  /** How many people hold it, and in how many accounts it can be given. */
  people: z.int(),
  accounts: z.int(),
  modifiedAt: Instant.nullable(),
  modifiedBy: z.string().nullable(),
  etag: z.string(),
});
export type RoleInfo = z.infer<typeof RoleInfo>;

/** `POST /api/v1/roles`. Ticks that the base does not have, or that lack their VIEW, are left out (ROL-8). */
export const RoleCreate = z.strictObject({
  name: Name,
  description: z.string().trim().max(256).default(''),
  base: RoleBase.default('Partner'),
  permissions: z.array(Permission).max(Permission.options.length).optional(),
});
export type RoleCreate = z.infer<typeof RoleCreate>;

export const RoleEdit = z
  .strictObject({
    name: Name,
    description: z.string().trim().max(256),
    permissions: z.array(Permission).max(Permission.options.length),
  })
  .partial();
export type RoleEdit = z.infer<typeof RoleEdit>;

/** An account on the page of a role (ROL-16). */
export const RoleAccount = z.object({
  id: Id,
  name: z.string(),
  /** Whether this role can be given there, and all custom roles that can. */
  assigned: z.boolean(),
  roles: z.array(z.string()),
  modifiedAt: Instant,
});
export type RoleAccount = z.infer<typeof RoleAccount>;

/** `POST /api/v1/roles/{id}/accounts`. */
export const RoleAccountsChange = z.strictObject({ accounts: z.array(Id).min(1).max(200), assign: z.boolean() });

/** Somebody of the partner (ROL-22): an administrator reaches every account, a manager those that are assigned. */
export const AccountManager = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  kind: z.enum(['manager', 'administrator']),
  modifiedAt: Instant,
  modifiedBy: z.string().nullable(),
  accounts: z.int(),
  /** The own entry cannot be managed (ROL-28). */
  self: z.boolean(),
});
export type AccountManager = z.infer<typeof AccountManager>;

/** An account on the page of selected managers (ROL-26). */
export const ManagedAccount = z.object({
  id: Id,
  name: z.string(),
  modifiedAt: Instant,
  managers: z.array(z.string()),
  /** Those of the selected managers that it is assigned to. */
  selected: z.array(z.string()),
});
export type ManagedAccount = z.infer<typeof ManagedAccount>;

/** `POST /api/v1/account-managers/{id}/accounts`. */
export const ManagedAccountsChange = z.strictObject({ accounts: z.array(Id).min(1).max(200), assign: z.boolean() });
