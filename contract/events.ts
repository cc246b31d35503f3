import { z } from 'zod';
import { Id, Instant } from './ids.ts';

/**
 * What a gateway reports as having happened, `kind: event` on `up/event`. Unique on (gateway, boot, seq); shown in the
 * event history in the order of (at, seq).
 */
export const GatewayEvent = z.looseObject({
  /** Stable dotted name such as `sync.held`, `store.rebuilt`, `certificate.renewed`. */
  name: z
    .string()
    .regex(/^[a-z]+(\.[a-z-]+)+$/)
    .max(64),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string().max(1000),
  asset: z
    .object({ type: z.string().max(64), id: z.string().max(128), name: z.string().max(256).optional() })
    .optional(),
  /** A few facts for support; never a secret, never a person's call. */
  details: z.record(z.string(), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])).default({}),
});
export type GatewayEvent = z.infer<typeof GatewayEvent>;

/** `kind: dropped` on `up/event`: records that the outbox had to give up, so that the cloud waits for none of them. */
export const DroppedRecords = z.looseObject({
  reason: z.string().max(64),
  /** Inclusive ranges of sequence numbers. */
  ranges: z.array(z.tuple([z.int().min(1), z.int().min(1)])).max(500),
});
export type DroppedRecords = z.infer<typeof DroppedRecords>;

/** Actions, types and assets of the event history (EVT-16 to EVT-18), with ours beside them. */
export const EventAction = z.enum(['Create', 'Edit', 'Delete', 'Sign in', 'Command', 'Report']);
export type EventAction = z.infer<typeof EventAction>;

export const EventType = z.enum(['Admin', 'MiVB', 'Service Delivery', 'Gateway']);
export type EventType = z.infer<typeof EventType>;

/** One property before and after (EVT-20). */
export const PropertyChange = z.object({ property: z.string(), before: z.unknown(), after: z.unknown() });
export type PropertyChange = z.infer<typeof PropertyChange>;

/** A record of the event history as the connector keeps and shows it (EVT-10). */
export const HistoryEvent = z.object({
  id: Id,
  account: Id.nullable(),
  gateway: Id.nullable(),
  /** A snapshot: it stays readable after the person is gone (EVT-14). */
  actorName: z.string(),
  actorId: z.string(),
  actorKind: z.enum(['person', 'gateway', 'system']),
  action: EventAction,
  type: EventType,
  asset: z.string(),
  assetId: z.string(),
  name: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  at: Instant,
  propertiesChanged: z.array(PropertyChange),
  details: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  result: z.enum(['SUCCESS', 'FAILURE']),
  requestId: z.string().nullable(),
});
export type HistoryEvent = z.infer<typeof HistoryEvent>;
