import { z } from 'zod';

/** What the bench tells a process of gateways. */
export const FleetOrder = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('enrol'),
    from: z.int(),
    count: z.int(),
    token: z.string(),
    url: z.string(),
    caFile: z.string(),
    ca: z.string(),
  }),
  z.object({ what: z.literal('send'), events: z.int() }),
  z.object({ what: z.literal('left') }),
  z.object({ what: z.literal('stop') }),
]);
export type FleetOrder = z.infer<typeof FleetOrder>;

/** What such a process tells; times are milliseconds since 1970. */
export const FleetNews = z.discriminatedUnion('what', [
  z.object({ what: z.enum(['ready', 'enrolled']) }),
  z.object({ what: z.enum(['try', 'online', 'gone']), at: z.number() }),
  z.object({ what: z.literal('left'), records: z.int() }),
  z.object({ what: z.literal('failed'), error: z.string() }),
]);
export type FleetNews = z.infer<typeof FleetNews>;
