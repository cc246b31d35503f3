/** People who sign in, their sessions and links, the tokens of programs, and sign-in by an OpenID provider. */
import { z } from 'zod';
import { Role } from '../access.ts';
import { AlertLanguage } from '../alerts.ts';
import { Id, Instant } from '../ids.ts';

const Name = z.string().trim().min(1).max(128);

/** A password as it may be chosen (ACC-30). */
export const Password = z.string().min(8).max(256);

/** The name of a role of the product, or the id of a custom one. */
export const RoleRef = z.union([Role, Id]);
export type RoleRef = z.infer<typeof RoleRef>;

/** Somebody who signs in, as one account (or, account null, the partner) sees them. */
export const Person = z.object({
  id: Id,
  account: Id.nullable(),
  name: z.string(),
  email: z.string(),
  role: RoleRef,
  roleName: z.string(),
  /** Belongs to the partner and reaches the accounts that are assigned (ROL-24). */
  manager: z.boolean(),
  status: z.enum(['Active', 'Invited', 'Disabled']),
  modifiedAt: Instant,
  modifiedBy: z.string().nullable(),
  lastSeenAt: Instant.nullable(),
  etag: z.string(),
});
export type Person = z.infer<typeof Person>;

/** `POST /api/v1/people`: into an account, or (null) among the partner's own people. */
export const PersonInvite = z.strictObject({
  account: Id.nullable(),
  name: Name,
  email: z.email().max(320),
  role: RoleRef,
  language: AlertLanguage.default('en'),
});
export type PersonInvite = z.infer<typeof PersonInvite>;

/** `PATCH /api/v1/people/{id}`; `account` says in which place the role is meant. */
export const PersonEdit = z.strictObject({
  account: Id.nullable(),
  name: Name.optional(),
  role: RoleRef.optional(),
  status: z.enum(['Active', 'Disabled']).optional(),
});
export type PersonEdit = z.infer<typeof PersonEdit>;

/** How somebody gets to their password: by e-mail where the connector can send it, else by a link that is told once. */
export const PersonLink = z.object({ mailed: z.boolean(), link: z.url().nullable(), expiresAt: Instant });
export type PersonLink = z.infer<typeof PersonLink>;

/** `link` is null for somebody who signs in already. */
export const PersonInvited = z.object({ person: Person, link: PersonLink.nullable() });
export type PersonInvited = z.infer<typeof PersonInvited>;

/** `POST /api/v1/auth/password-links/look`: whose link it is. */
export const PasswordLink = z.object({ name: z.string(), email: z.string(), first: z.boolean(), expiresAt: Instant });
export type PasswordLink = z.infer<typeof PasswordLink>;

/** `POST /api/v1/auth/password-links/redeem`. */
export const PasswordLinkRedeem = z.strictObject({ token: z.string().min(1).max(128), password: Password });

/** `GET /api/v1/me/profile`. */
export const Profile = z.object({
  name: z.string(),
  email: z.string(),
  language: AlertLanguage.nullable(),
  hasPassword: z.boolean(),
  roles: z.array(z.object({ account: Id.nullable(), accountName: z.string().nullable(), roleName: z.string() })),
});
export type Profile = z.infer<typeof Profile>;

export const ProfileEdit = z.strictObject({ name: Name, language: AlertLanguage }).partial();
export type ProfileEdit = z.infer<typeof ProfileEdit>;

/** `POST /api/v1/me/password`. */
export const PasswordChange = z.strictObject({ current: z.string().max(256), next: Password });
export type PasswordChange = z.infer<typeof PasswordChange>;

/** One of a person's own sessions. */
export const OwnSession = z.object({
  id: z.string(),
  current: z.boolean(),
  address: z.string().nullable(),
  browser: z.string().nullable(),
  startedAt: Instant,
  seenAt: Instant,
  expiresAt: Instant,
});
export type OwnSession = z.infer<typeof OwnSession>;

/** A token by which a program uses the API; `token` is there only in the answer to its creation. */
export const ApiToken = z.object({
  id: Id,
  account: Id.nullable(),
  name: z.string(),
  role: RoleRef,
  roleName: z.string(),
  madeBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  expired: z.boolean(),
  usedAt: Instant.nullable(),
  usedFrom: z.string().nullable(),
  token: z.string().optional(),
});
export type ApiToken = z.infer<typeof ApiToken>;

/** `POST /api/v1/api-tokens`: for one account, or (null) for all of the partner's. */
export const ApiTokenCreate = z.strictObject({
  account: Id.nullable(),
  name: Name,
  role: RoleRef,
  validDays: z.int().min(1).max(366).default(90),
});
export type ApiTokenCreate = z.infer<typeof ApiTokenCreate>;

/** `GET /api/v1/sign-in-provider`: where the partner's people may sign in by OpenID Connect; never the secret. */
export const SignInProvider = z.object({
  id: Id,
  name: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  hasSecret: z.boolean(),
  on: z.boolean(),
  /** Signing out here signs out there, too. */
  signOut: z.boolean(),
  modifiedAt: Instant,
  modifiedBy: z.string(),
  etag: z.string(),
});
export type SignInProvider = z.infer<typeof SignInProvider>;

/** What has to be entered at the provider, and what is set here. */
export const SignInSettings = z.object({
  provider: SignInProvider.nullable(),
  redirectAddress: z.url(),
  signedOutAddress: z.url(),
});
export type SignInSettings = z.infer<typeof SignInSettings>;

/** `PUT /api/v1/sign-in-provider`. A secret that is left out stays as it is; null takes it away (a public client). */
export const SignInProviderPut = z.strictObject({
  name: Name,
  issuer: z.url().max(500),
  clientId: z.string().trim().min(1).max(255),
  clientSecret: z.string().min(1).max(500).nullable().optional(),
  on: z.boolean(),
  signOut: z.boolean(),
});
export type SignInProviderPut = z.infer<typeof SignInProviderPut>;

/** `GET /api/v1/auth/providers`: the buttons of the sign-in page. */
export const SignInButton = z.object({ id: Id, name: z.string() });

/** `GET /api/v1/auth/provider-sign-out`: where the browser goes to sign out at the provider, if it does. */
export const ProviderSignOut = z.object({ address: z.url().nullable() });
