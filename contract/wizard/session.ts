/**
 * How a browser gets into the local pages of a gateway. It keeps nothing but a cookie that no script can read
 * (`__Host-demarc-gateway`: Secure, HttpOnly, SameSite=Strict); the command line goes on with its token.
 */
import { z } from 'zod';
import { Instant } from '../ids.ts';

/**
 * `GET /api/session`, open to everybody. `ways`: what the gateway takes now. The set-up secret is on the gateway's console
 * and in `demarc setup-secret`; it ends with the set-up. With neither way one has to run `demarc setup-secret --new`.
 */
export const SessionAnswer = z.looseObject({
  signedIn: z.boolean(),
  ways: z.object({ secret: z.boolean(), password: z.boolean() }),
  /** Of this session. */
  expiresAt: Instant.nullable(),
  /** Seconds until this browser may try again; 0 when it may now. */
  waitSeconds: z.int().min(0),
  /** Whether the set-up has been completed once. */
  complete: z.boolean(),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;

/** `POST /api/session`, open: answers a SessionAnswer and sets the cookie. `DELETE /api/session` ends the session. */
export const SignIn = z.union([
  z.strictObject({ secret: z.string().min(1).max(64) }),
  z.strictObject({ password: z.string().min(1).max(256) }),
]);
export type SignIn = z.infer<typeof SignIn>;

/** `PUT /api/session/password`: the local password. `current` only where there is one and the session came by it. */
export const PasswordChange = z.strictObject({
  password: z.string().min(12, 'must have at least 12 characters').max(256),
  current: z.string().max(256).optional(),
});
export type PasswordChange = z.infer<typeof PasswordChange>;

/** `POST /api/setup-secret`, by token only: a new secret, for one sign-in within the hour. */
export const NewSecretAnswer = z.looseObject({ secret: z.string(), expiresAt: Instant.nullable() });
export type NewSecretAnswer = z.infer<typeof NewSecretAnswer>;
