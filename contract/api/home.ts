/** `GET /api/v1/home`: how the fleet is at a glance, and what needs a person first. */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';
import { ApplicationType, Presence, SwaStatus } from '../words.ts';

/** What can need a person, in the order of who comes first. Of what an alert tells, another line here may tell already. */
export const MatterKind = z.enum([
  'sync-held',
  'gateway-offline',
  'trunk-down',
  'sync-failed',
  'alert',
  'swa-expired',
  'gateway-stale',
  'sync-partial',
  'swa-expiring',
  'gateway-new',
]);
export type MatterKind = z.infer<typeof MatterKind>;

/** One thing that does not go by itself. */
export const Matter = z.object({
  kind: MatterKind,
  /** Of what it is about: a sync run, gateway, trunk, alert or application. */
  id: Id,
  account: Id,
  accountName: z.string(),
  gateway: Id,
  /** What people call it: the PBX, the gateway or the trunk. */
  name: z.string(),
  severity: z.enum(['warning', 'error']),
  /** What is known beyond the kind, as it was told; null where the kind says it all. */
  message: z.string().nullable(),
  nextStep: z.string().nullable(),
  /** Since when; for what is going to end, when it ends. */
  at: Instant.nullable(),
  application: ApplicationType.optional(),
});
export type Matter = z.infer<typeof Matter>;

/** Each part is null for whom it may not be shown to. */
export const Home = z.object({
  gateways: z
    .object({
      byPresence: z.record(Presence, z.int()),
      /** Since when the one that is away for longest is away. */
      offlineSince: Instant.nullable(),
      /** Certificates that end within two weeks. */
      certificates: z.int(),
    })
    .nullable(),
  syncs: z.object({ held: z.int(), failed: z.int() }).nullable(),
  trunks: z.object({ total: z.int(), down: z.int() }).nullable(),
  inventory: z.object({ platforms: z.int(), applications: z.int(), swa: z.record(SwaStatus, z.int()) }).nullable(),
  /** Open alerts, and those of them that say that a sync is overdue. */
  alerts: z.object({ open: z.int(), missedSyncs: z.int() }).nullable(),
  /** The first of them; `more` counts what is left out. */
  matters: z.array(Matter),
  more: z.int(),
});
export type Home = z.infer<typeof Home>;
