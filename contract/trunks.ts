/** SIP trunks: what a trunk is set to, and what is known of how it is (TRK-6 to TRK-15; design section 9). */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { TrunkEndBrief } from './trunk-health.ts';
import { PbxType } from './words.ts';

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

/** What the trunk is called inside the PBX. Not every family has each of them. */
export const TrunkInPbx = z.strictObject({
  /** MX-ONE: route; MiVoice Business: ARS route and trunk service; Office 400: route. */
  route: z.int().min(1).max(1000).nullable().default(null),
  /** MiVoice 5000: trunk group. */
  trunkGroup: z.int().min(1).max(1000).nullable().default(null),
  /** What people dial for the direction, on a MiVoice 5000 and a MiVoice Business. */
  accessCode: z
    .string()
    .regex(/^[0-9*#]{1,8}$/, 'may hold digits, * and # only')
    .nullable()
    .default(null),
  /** MX-ONE: the Service Node that gives the channels. */
  serviceNode: z.int().min(1).max(124).default(1),
});
export type TrunkInPbx = z.infer<typeof TrunkInPbx>;

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
  /** Numbers that the PBX itself uses for the trunk; where one is missing, the worksheet says to choose a free one. */
  inPbx: TrunkInPbx.default({ route: null, trunkGroup: null, accessCode: null, serviceNode: 1 }),
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
  pbxType: PbxType,
  /** The PBX was removed: nothing can be set or proven there until the trunk is given to another one. */
  pbxRemoved: z.boolean().default(false),
  /** How its ends are, as its gateway last told; empty while it has told nothing. */
  health: z.array(TrunkEndBrief).default([]),
  createdAt: Instant,
  updatedAt: Instant,
  etag: z.string(),
});
export type Trunk = z.infer<typeof Trunk>;

/** How sure a value of a plan is. `site` has to be chosen on site; `check` rests on one release or one source. */
export const PlanCertainty = z.enum(['sure', 'check', 'site']);
export type PlanCertainty = z.infer<typeof PlanCertainty>;

/** One field as it is to be set, and why. */
export const PlanField = z.object({
  label: z.string(),
  /** Empty when the site has to choose it. */
  value: z.string(),
  why: z.string(),
  certainty: PlanCertainty,
});
export type PlanField = z.infer<typeof PlanField>;

/** One screen, form or command, in the order in which it is to be done. */
export const PlanStep = z.object({
  id: z.string(),
  title: z.string(),
  side: z.enum(['pbx', 'border-gateway', 'far-end']),
  /** The menu path, the form or the command, exactly as the administrator finds it. */
  where: z.string(),
  fields: z.array(PlanField),
  /** Commands in place of a form, where the PBX has a command line. */
  commands: z.array(z.string()),
  note: z.string().nullable(),
  /** Whether the PBX can import this form from a CSV file. */
  importable: z.boolean(),
});
export type PlanStep = z.infer<typeof PlanStep>;

/** Everything that has to be set for a trunk, computed from its settings. */
export const TrunkPlan = z.object({
  pbxType: PbxType,
  /** Whether Demarc can set the PBX's side by itself. */
  appliedBy: z.enum(['demarc', 'hand']),
  steps: z.array(PlanStep),
  /** What is odd about this PBX or these settings. */
  warnings: z.array(z.string()),
});
export type TrunkPlan = z.infer<typeof TrunkPlan>;

/** `POST /api/v1/trunks/{id}/numbers`. */
export const DryRunRequest = z.strictObject({
  number: z.string().trim().min(1).max(64),
  direction: z.enum(['to-far-end', 'to-pbx']),
});
export type DryRunRequest = z.infer<typeof DryRunRequest>;

/** Where a dialled number would go, as it is seen at each place ("this number would go there, as ..."). */
export const DryRun = z.object({
  asDialled: z.string(),
  /** E.164; null when it is no public number. */
  canonical: z.string().nullable(),
  direction: DryRunRequest.shape.direction,
  asSent: z.string(),
  /** What was done to it, in words, in order. */
  steps: z.array(z.string()),
  /** Why it would not arrive; null when it would. */
  problem: z.string().nullable(),
});
export type DryRun = z.infer<typeof DryRun>;

/**
 * One thing of a trunk, as it is wanted and as the PBX shows it. `kept`: it is there and Demarc did not make it, so it
 * stays as it is; `surplus`: Demarc made it for settings that are not wanted any more.
 */
export const TrunkDiffItem = z.object({
  id: z.string().max(64),
  title: z.string().max(200),
  state: z.enum(['same', 'missing', 'different', 'surplus', 'kept']),
  wanted: z.record(z.string(), z.string()).nullable(),
  found: z.record(z.string(), z.string()).nullable(),
});
export type TrunkDiffItem = z.infer<typeof TrunkDiffItem>;

/** What would change on the PBX, and how. */
export const TrunkDiff = z.looseObject({
  items: z.array(TrunkDiffItem).max(50),
  /** The commands that would be run, in their order, without passwords; empty when nothing differs. */
  commands: z.array(z.string().max(2000)).max(50),
  /** Of what was found and what would be done; `trunk.apply` does nothing else than this. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** What an earlier run was cut off in; it is taken back first. Null when there is nothing of the kind. */
  unfinished: z.string().max(500).nullable(),
});
export type TrunkDiff = z.infer<typeof TrunkDiff>;

/** What was done on the PBX, in the order of doing it; empty when nothing had to be. */
export const TrunkOutcome = z.looseObject({ done: z.array(z.string().max(200)).max(50), text: z.string().max(1000) });
export type TrunkOutcome = z.infer<typeof TrunkOutcome>;
