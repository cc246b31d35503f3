/** SIP trunks: what a trunk is set to, and what is known of how it is (TRK-6 to TRK-15; design section 9). */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';

export const TrunkTransport = z.enum(['udp', 'tcp', 'tls']);
export type TrunkTransport = z.infer<typeof TrunkTransport>;

/** A name of DNS or an IP address; no scheme, no port. */
export const TrunkHost = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]?)$/,
    'must be a host name or an IP address',
  );

/**
 * How a number is written in one direction. `form` is applied to the E.164 number first; then `strip` digits go at the
 * front (a leading plus goes with the first of them) and `prepend` is put there. What is no number is never touched.
 */
export const NumberFormat = z.strictObject({
  form: z.enum(['plus', 'no-plus', 'national', 'international-prefix']).default('plus'),
  strip: z.int().min(0).max(20).default(0),
  prepend: z
    .string()
    .regex(/^[0-9*#+]{0,16}$/, 'may hold digits, *, # and + only')
    .default(''),
});
export type NumberFormat = z.infer<typeof NumberFormat>;

/** What takes a trunk down and up again. Which answers count as up differs between systems, so it is said here. */
export const SupervisionRule = z.strictObject({
  everySeconds: z.int().min(10).max(600).default(30),
  /** Between two tries while it fails. */
  failingEverySeconds: z.int().min(2).max(60).default(5),
  downAfter: z.int().min(1).max(10).default(3),
  upAfter: z.int().min(1).max(10).default(2),
  /** `answer`: any SIP answer; `available`: any but 408, 500, 503 and 504; `accepted`: 2xx alone. */
  up: z.enum(['answer', 'available', 'accepted']).default('available'),
});
export type SupervisionRule = z.infer<typeof SupervisionRule>;

/** The other end of the trunk: the cloud platform, or a border gateway in front of it. */
export const TrunkFarEnd = z.strictObject({
  kind: z.enum(['cloud-platform', 'border-gateway']),
  name: z.string().trim().max(64).default(''),
  host: TrunkHost,
  port: z.int().min(1).max(65_535),
  transport: TrunkTransport.default('tls'),
});
export type TrunkFarEnd = z.infer<typeof TrunkFarEnd>;

/** How the two ends know each other. The password never leaves the gateway; it is entered there. */
export const TrunkAuthentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('address') }),
  z.strictObject({
    kind: z.literal('digest'),
    user: z.string().trim().min(1).max(128),
    realm: z.string().trim().max(128).optional(),
    /** Whether the gateway registers; without it the digest is only answered. */
    register: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('certificate') }),
]);
export type TrunkAuthentication = z.infer<typeof TrunkAuthentication>;

export const TrunkCodec = z.enum(['PCMA', 'PCMU', 'G722', 'G729', 'opus']);
export type TrunkCodec = z.infer<typeof TrunkCodec>;

/** Everything that a person sets of a trunk. `host` and `port` are the PBX's own (TRK-6, TRK-7). */
export const TrunkSettings = z.strictObject({
  name: z.string().trim().min(1).max(64),
  pbx: Id,
  /** MVB-14: the second PBX of a resilient pair. */
  secondaryPbx: Id.nullable().default(null),
  host: TrunkHost,
  port: z.int().min(1).max(65_535),
  transport: TrunkTransport.default('tls'),
  farEnd: TrunkFarEnd,
  authentication: TrunkAuthentication.default({ kind: 'address' }),
  /** E.164; what a test call dials, and what routes to the far end. */
  pilotNumber: z
    .string()
    .regex(/^\+[1-9]\d{5,14}$/, 'must be an international number such as +43720123456')
    .nullable()
    .default(null),
  numbers: z.strictObject({ toFarEnd: NumberFormat, toPbx: NumberFormat }).default({
    toFarEnd: { form: 'plus', strip: 0, prepend: '' },
    toPbx: { form: 'plus', strip: 0, prepend: '' },
  }),
  codecs: z.array(TrunkCodec).min(1).max(5).default(['PCMA', 'PCMU', 'G722']),
  channels: z.int().min(1).max(500).default(10),
  supervision: SupervisionRule.default({
    everySeconds: 30,
    failingEverySeconds: 5,
    downAfter: 3,
    upAfter: 2,
    up: 'available',
  }),
});
export type TrunkSettings = z.infer<typeof TrunkSettings>;

/** A trunk in the API. */
export const Trunk = TrunkSettings.extend({
  id: Id,
  account: Id,
  gateway: Id,
  pbxName: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  etag: z.string(),
});
export type Trunk = z.infer<typeof Trunk>;
