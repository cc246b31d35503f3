/**
 * How a gateway becomes the cloud's own (design section 4): it makes a key, sends a certificate request, shows the claim
 * code, and polls until an admin has confirmed; or it brings a provisioning token and is confirmed at once.
 */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/** Body of `POST /api/v1/enrolments`. `csr` is PEM (PKCS #10, P-256). */
export const EnrolmentRequest = z.strictObject({
  csr: z.string().max(8192),
  hostName: z.string().max(256),
  serial: z.string().max(128).optional(),
  addresses: z.array(z.string().max(64)).max(64),
  version: z.string().max(64),
  siteName: z.string().min(1).max(256).optional(),
  /** For bulk: a provisioning token in place of a person's confirmation. */
  provisioningToken: z.string().max(256).optional(),
  /** The gateway's earlier enrolment whose answer was lost; lets a restart go on with the same code. */
  resume: z.object({ id: Id, pollSecret: z.string().max(128) }).optional(),
});
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

/** Answer to an enrolment: what the installer is shown, and the secret with which the gateway polls. */
export const EnrolmentOffer = z.object({
  id: Id,
  code: z.string(),
  /** The console's page with the code filled in. */
  link: z.url(),
  pollSecret: z.string(),
  pollSeconds: z.int().min(1),
  expiresAt: Instant,
});
export type EnrolmentOffer = z.infer<typeof EnrolmentOffer>;

/** What a confirmed gateway gets. Certificates are PEM, `ca` what the gateway's own certificate chains to. */
export const IssuedIdentity = z.object({
  gateway: Id,
  account: Id,
  accountName: z.string(),
  certificate: z.string(),
  ca: z.string(),
  expiresAt: Instant,
});
export type IssuedIdentity = z.infer<typeof IssuedIdentity>;

/** Answer to `POST /api/v1/enrolments/{id}/poll` with the poll secret. */
export const EnrolmentState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting'), expiresAt: Instant }),
  z.object({ state: z.literal('confirmed'), identity: IssuedIdentity }),
  z.object({ state: z.literal('refused'), code: z.string(), message: z.string(), nextStep: z.string() }),
]);
export type EnrolmentState = z.infer<typeof EnrolmentState>;

/**
 * Answer to `GET /api/v1/device/standing`, given to any certificate that our CA issued, also an expired or revoked one:
 * whether the gateway is still its account's. `reset`: it is to wipe itself; a virtual one releases itself instead
 * (ONB-43). Loose: a word that an older gateway does not know changes nothing there.
 */
export const DeviceStanding = z.looseObject({ gateway: Id, standing: z.enum(['active', 'released', 'reset']) });
export type DeviceStanding = z.infer<typeof DeviceStanding>;

/** Body of `POST /api/v1/device/leave` (mutual TLS): the gateway lets its account go; `wiped` by a reset on site. */
export const LeaveRequest = z.looseObject({ wiped: z.boolean() });
export type LeaveRequest = z.infer<typeof LeaveRequest>;

/** Body of `POST /api/v1/device/renew` (mutual TLS) and its answer. */
export const RenewalRequest = z.strictObject({ csr: z.string().max(8192) });
export type RenewalRequest = z.infer<typeof RenewalRequest>;
