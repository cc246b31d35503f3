/** Updates of the gateway itself: when, and how it stands with them. */
import { z } from 'zod';
import { Instant } from './ids.ts';
import { Reason } from './users.ts';

/** When a gateway updates itself, in the time zone of its site (GWS-5 to GWS-8, DMN-11 to DMN-13). `day` 0 is Sunday. */
export const UpdateSchedule = z.strictObject({
  automatic: z.boolean(),
  frequency: z.enum(['daily', 'weekly']),
  day: z.int().min(0).max(6).default(0),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 01:17'),
  paused: z.boolean().default(false),
});
export type UpdateSchedule = z.infer<typeof UpdateSchedule>;

/** How the gateway stands with updates of itself (GWS-5 to GWS-8, DMN-11, DMN-12). */
export const UpdateStatus = z.looseObject({
  /** `unsupported` where the installation has no two slots, as in a container: the image is updated instead. */
  phase: z.enum(['idle', 'checking', 'downloading', 'verifying', 'switching', 'proving', 'unsupported']),
  schedule: UpdateSchedule,
  /** Version that waits to be installed. */
  available: z.string().max(64).nullable(),
  lastCheckAt: Instant.nullable(),
  nextCheckAt: Instant.nullable(),
  /** The last update that was tried and what came of it. */
  last: z
    .object({
      at: Instant,
      from: z.string().max(64),
      to: z.string().max(64),
      outcome: z.enum(['Updated', 'Rolled back', 'Failed']),
      reason: Reason.optional(),
    })
    .nullable(),
});
export type UpdateStatus = z.infer<typeof UpdateStatus>;
