/** Users as the console and API clients see and change them (USR). */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';
import { IrregularityCounts, UserRecord } from '../users.ts';
import { PbxType } from '../words.ts';

/** Where a user comes from. */
export const UserSource = z.enum(['pbx', 'console', 'import']);
export type UserSource = z.infer<typeof UserSource>;

/** Inactive ones are kept but cannot sign in (USR-34); of `PBX only` the cloud's half was deleted (USR-32). */
export const UserStatus = z.enum(['Active', 'Inactive', 'PBX only']);
export type UserStatus = z.infer<typeof UserStatus>;

/** What a user may do in the account: the choice of the form and of an import (USR-7, IMP-6). */
export const UserRole = z.enum(['User', 'Account Admin']);
export type UserRole = z.infer<typeof UserRole>;

/** What the list can be narrowed to (USR-14). */
export const UserProperty = z.enum([
  'admins',
  'users',
  'registered',
  'unregistered',
  'pbx-users',
  'cloud-users',
  'inactive',
  'pbx-only',
]);
export type UserProperty = z.infer<typeof UserProperty>;

/** A user in the list. `lockedFields` belong to the PBX (USR-19); those of the PBX are null for a user of the cloud. */
export const User = UserRecord.extend({
  id: Id,
  account: Id,
  gateway: Id.nullable(),
  pbx: Id.nullable(),
  pbxName: z.string().nullable(),
  pbxType: PbxType.nullable(),
  source: UserSource,
  status: UserStatus,
  /** As held now, or as it will be when the user registers. */
  role: z.string(),
  /** Whether the user has set a password and can sign in. */
  registered: z.boolean(),
  lockedFields: z.array(z.string()),
  modifiedAt: Instant,
  /** Null when it was a sync. */
  modifiedBy: z.string().nullable(),
  etag: z.string(),
});
export type User = z.infer<typeof User>;

/** How many users match: by irregularity, property and product; for the counts beside the filters (ONB-30, USR-13). */
export const UserSummary = z.object({
  total: z.int(),
  irregularities: IrregularityCounts,
  properties: z.record(UserProperty, z.int()),
  products: z.partialRecord(PbxType, z.int()),
});
export type UserSummary = z.infer<typeof UserSummary>;

const Name = z.string().max(256);
/** E.164 with a leading plus. */
const Mobile = z.string().regex(/^\+[1-9]\d{5,14}$/, 'must be a number with its country code such as +33612345678');

/** `POST /api/v1/users`: a user that the cloud alone has (USR-5 to USR-7). */
export const UserCreate = z.strictObject({
  account: Id,
  firstName: Name,
  lastName: Name,
  email: z.string().max(320),
  mobilePhone: Mobile.optional(),
  role: UserRole.default('User'),
});
export type UserCreate = z.infer<typeof UserCreate>;

/** `PATCH /api/v1/users/{id}`: only what is not locked; null takes a value away (USR-18). */
export const UserEdit = z
  .strictObject({
    name: Name,
    firstName: Name.nullable(),
    lastName: Name.nullable(),
    email: z.string().max(320).nullable(),
    mobilePhone: Mobile.nullable(),
    role: UserRole,
    status: UserStatus.exclude(['PBX only']),
  })
  .partial();
export type UserEdit = z.infer<typeof UserEdit>;

/** What can be done to several users at once: mails are queued and sent one after the other (USR-23 to USR-25, USR-30). */
export const UserAction = z.enum(['activate', 'deactivate', 'delete', 'welcome', 'reset']);
export type UserAction = z.infer<typeof UserAction>;

/** Most users that can be named one by one; more are reached by a filter. */
export const MAX_NAMED_USERS = 1000;

/**
 * `POST /api/v1/users/manage`: for the users that are named or, without `users`, for all that the search and the filters
 * match in the account.
 */
export const UserManage = z.strictObject({
  account: Id,
  action: UserAction,
  users: z.array(Id).min(1).max(MAX_NAMED_USERS).optional(),
  q: z.string().max(200).optional(),
  filter: z.array(z.string().max(500)).max(20).optional(),
  /** The word `delete`, for deleting. */
  confirm: z.string().max(20).optional(),
});
export type UserManage = z.infer<typeof UserManage>;

/** Its answer. `skipped` were as asked for already, or may not be touched. */
export const UserManaged = z.object({ matched: z.int(), changed: z.int(), skipped: z.int() });
export type UserManaged = z.infer<typeof UserManaged>;
