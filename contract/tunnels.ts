/** Tunnels and launches as both ends and the API know them (TUN-1 to TUN-10, INV-29 to INV-31). */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/** A tunnel of a gateway: one system at the site and one service of it. */
export const TunnelId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be the id of a tunnel');

/** What is behind a tunnel: a page to launch, or an interface for tools; of the PBX, or of the platform that it runs on. */
export const TunnelKind = z.enum(['web', 'rest', 'shell', 'manager', 'manager-rest']);
export type TunnelKind = z.infer<typeof TunnelKind>;

/** A row of the tunnels table (TUN-1). */
export const TunnelRow = z.looseObject({
  id: TunnelId,
  /** The PBX it belongs to; null for another platform at the site. */
  pbx: Id.nullable(),
  component: z.string().max(128),
  tunnel: z.string().max(128),
  kind: TunnelKind,
  scheme: z.enum(['http', 'https', 'tcp']),
  /** Host and port as the system names itself; empty while no address is known. */
  authority: z.string().max(300),
  status: z.enum(['started', 'stopped']),
  /** Whether the customer lets the cloud start and stop it: a stop by the cloud that it could not undo would cut off a site. */
  cloudMayStart: z.boolean(),
  description: z.string().max(256),
  /** SHA-256 of the certificate that is trusted, in hex, and of another one that was shown since. */
  certificate: z.string().max(64).optional(),
  otherCertificate: z.string().max(64).optional(),
});
export type TunnelRow = z.infer<typeof TunnelRow>;

/** Section `tunnels`. `off`: the customer's switch, which wins over everything. */
export const TunnelsSection = z.looseObject({ off: z.boolean(), tunnels: z.array(TunnelRow).max(200) });
export type TunnelsSection = z.infer<typeof TunnelsSection>;

/**
 * Where a session begins on a system whose first page is not at `/`: a path of that system's own origin. Never `//`, which a
 * browser would take for another host.
 */
export const StartPath = z
  .string()
  .max(200)
  .regex(/^\/(?!\/)[\w./~-]*$/, 'must be a path');

/** `tunnel.open`: lets one session of one person in. */
export const TunnelOpen = z.strictObject({
  tunnel: TunnelId,
  session: Id,
  who: z.string().max(256),
  reason: z.string().max(500).default(''),
  until: Instant,
});

/** A tunnel in the API's list. */
export const Tunnel = TunnelRow.extend({
  gateway: Id,
  account: Id,
  gatewayName: z.string(),
  off: z.boolean(),
  online: z.boolean(),
});
export type Tunnel = z.infer<typeof Tunnel>;

export const LaunchCreate = z.strictObject({
  gateway: Id,
  tunnel: TunnelId,
  /** Why; the customer reads it, so there is no launch without. */
  reason: z.string().trim().min(1, 'must say why, for the customer').max(500),
});
export type LaunchCreate = z.infer<typeof LaunchCreate>;

/** A launch as the API shows it. */
export const Launch = z.object({
  id: Id,
  account: Id,
  gateway: Id,
  tunnel: z.string(),
  name: z.string(),
  person: z.string(),
  personName: z.string(),
  reason: z.string(),
  state: z.enum(['waiting', 'open', 'ended']),
  createdAt: Instant,
  expiresAt: Instant,
  endedAt: Instant.nullable(),
  endReason: z.string().nullable(),
  endedBy: z.string().nullable(),
  requests: z.number(),
  bytesUp: z.number(),
  bytesDown: z.number(),
});
export type Launch = z.infer<typeof Launch>;

/** A request of a session as it is on record: no bodies, no cookies, no query. */
export const LaunchLine = z.object({
  n: z.int(),
  at: Instant,
  method: z.string(),
  path: z.string(),
  status: z.int(),
  bytes: z.number(),
});
export type LaunchLine = z.infer<typeof LaunchLine>;

/** What a click gives: `url` is good once, for this person, until `redeemUntil`; the secret stands behind its #. */
export const LaunchIssued = z.object({ launch: Launch, url: z.url(), redeemUntil: Instant });
export type LaunchIssued = z.infer<typeof LaunchIssued>;

export const LaunchRedeem = z.strictObject({ token: z.string().min(20).max(100) });
/** `url` opens the session in the browser; tools take `host` and `ticket` apart. */
export const LaunchRedeemed = z.object({ url: z.url(), host: z.string(), ticket: z.string(), scheme: z.string() });
export type LaunchRedeemed = z.infer<typeof LaunchRedeemed>;
