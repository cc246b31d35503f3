import { z } from 'zod';
import { Instant } from '#contract/ids.ts';
import { ServiceId, SessionId } from '../carrier/wire.ts';

/** What a command allowed: one session, to one service, for one person, until an instant. */
export const Grant = z.strictObject({
  session: SessionId,
  service: ServiceId,
  who: z.string().max(256),
  reason: z.string().max(500).default(''),
  until: Instant,
});
export type Grant = z.infer<typeof Grant>;

/** Why a session ended at the gateway. */
export const EndReason = z.enum(['ended', 'expired', 'stopped', 'switched-off', 'removed']);
export type EndReason = z.infer<typeof EndReason>;

/** A session as the customer sees it. Bytes as seen from the system: `up` is what it was sent. */
export const GatewaySession = Grant.extend({
  since: Instant,
  connections: z.int().min(0),
  open: z.int().min(0),
  bytesUp: z.number().min(0),
  bytesDown: z.number().min(0),
});
export type GatewaySession = z.infer<typeof GatewaySession>;
