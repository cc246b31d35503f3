/** What the connector's API speaks under /api/v1; the console is its first client. */
import { z } from 'zod';
import { Permission, Role } from './access.ts';
import { AlertLanguage } from './alerts.ts';
import { AccountFacts, AccountParticulars, SupportContact } from './api/accounts.ts';
import { CommandState } from './commands.ts';
import { OutboxState } from './envelope.ts';
import { HistoryEvent } from './events.ts';
import { Id, Instant } from './ids.ts';
import { CheckResult, Fact, Licence, NumberFact, Partition, PbxLink, TextFact } from './sections.ts';
import { UpdateStatus } from './update.ts';
import { HoldDecision, IrregularityCounts, Reason, RecordNotes, RemovalGuard, SyncCounts } from './users.ts';
import { ApplicationType, PbxType, PhonePolicy, Presence, SwaStatus, SyncOutcome, SyncTrigger } from './words.ts';

/** Every error of the API. */
export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  nextStep: z.string().optional(),
  field: z.string().optional(),
  requestId: z.string(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** Longest page of a list. */
export const MAX_PAGE = 200;

/**
 * The query of every list: `q` searches, `filter` (repeatable, all must hold) is `field:op:value`, where op is eq, ne,
 * in (values by comma), contains, gt, ge, lt, le, missing or present; `sort` is a field, `-field` for descending.
 */
export const ListQuery = z.object({
  account: Id.optional(),
  q: z.string().max(200).optional(),
  filter: z.union([z.string().max(500), z.array(z.string().max(500)).max(20)]).optional(),
  sort: z.string().max(64).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** A page of a list. `total` counts what the filter matches, without paging. */
export const Page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int() });
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

/** `POST /api/v1/auth/login`. */
export const LoginRequest = z.strictObject({ email: z.string().max(320), password: z.string().max(256) });
export type LoginRequest = z.infer<typeof LoginRequest>;

/** `POST /api/v1/auth/setup`: redeems the one-time link that the first start prints (ACC-3, ACC-30). */
export const SetupRequest = z.strictObject({
  token: z.string().max(128),
  partnerName: z.string().trim().min(1).max(128),
  name: z.string().trim().min(1).max(128),
  email: z.email().max(320),
  password: z.string().min(8).max(256),
});
export type SetupRequest = z.infer<typeof SetupRequest>;

/** `POST /api/v1/auth/sign-in-links`: a link that signs the same person in once, on another device. */
export const SignInLink = z.object({ link: z.url(), expiresAt: Instant });
export type SignInLink = z.infer<typeof SignInLink>;

/** `POST /api/v1/auth/redeem`. */
export const RedeemRequest = z.strictObject({ token: z.string().min(1).max(128) });
export type RedeemRequest = z.infer<typeof RedeemRequest>;

/** `GET /api/v1/me`. `permissions` are those in the account that was asked for; `csrf` goes into `X-CSRF-Token`. */
export const Me = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  role: Role,
  /** As people read it: the name of a custom role, where it is one. */
  roleName: z.string(),
  permissions: z.array(Permission),
  /** What the person chose for themselves. */
  language: AlertLanguage.nullable(),
  csrf: z.string(),
});
export type Me = z.infer<typeof Me>;

/** A customer account (ACC-5 to ACC-9). */
export const Account = z.object({
  id: Id,
  name: z.string(),
  country: z.string(),
  status: z.enum(['Active', 'Deactivated']),
  phonePolicy: PhonePolicy,
  guard: RemovalGuard,
  gateways: z.int(),
  users: z.int(),
  createdAt: Instant,
  modifiedAt: Instant,
  ...AccountParticulars.shape,
  ...AccountFacts.shape,
  etag: z.string(),
});
export type Account = z.infer<typeof Account>;

/** Without a support contact the person who creates the account is its first: there is always one (ACC-12). */
export const AccountCreate = z.strictObject({
  name: z.string().trim().min(1).max(128),
  country: z.string().length(2),
  ...AccountParticulars.partial().shape,
  supportContacts: z.array(SupportContact).max(20).optional(),
});
export type AccountCreate = z.infer<typeof AccountCreate>;

export const AccountEdit = z
  .strictObject({
    name: z.string().trim().min(1).max(128),
    country: z.string().length(2),
    phonePolicy: PhonePolicy,
    guard: RemovalGuard,
    ...AccountParticulars.shape,
  })
  .partial();
export type AccountEdit = z.infer<typeof AccountEdit>;

/** A gateway in the list: presence never without age and reason (GWS-3). */
export const Gateway = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  name: z.string(),
  presence: Presence,
  presenceSince: Instant.nullable(),
  presenceReason: z.string().nullable(),
  lastSeenAt: Instant.nullable(),
  version: z.string().nullable(),
  backlog: OutboxState.nullable(),
  quarantined: z.int(),
  pbxs: z.int(),
  users: z.int(),
  certificateExpiresAt: Instant.nullable(),
});
export type Gateway = z.infer<typeof Gateway>;

/** One gateway with all that is last known of it; each part with the time it was received. */
export const GatewayDetail = Gateway.extend({
  hostName: z.string().nullable(),
  serial: z.string().nullable(),
  fingerprint: z.string(),
  addresses: z.array(z.string()),
  timeZone: z.string().nullable(),
  /** Null when the gateway does not tell: a virtual one is released, never reset from here (ONB-43). */
  virtual: z.boolean().nullable(),
  capabilities: z.array(z.string()),
  links: z.array(PbxLink),
  linksAt: Instant.nullable(),
  checks: z.array(CheckResult),
  checkedAt: Instant.nullable(),
  /** How it stands with updates of itself, and when it said so; null when it has not. */
  update: UpdateStatus.nullable(),
  updateAt: Instant.nullable(),
});
export type GatewayDetail = z.infer<typeof GatewayDetail>;

export { User, UserSummary } from './api/users.ts';

/** A sync run as the cloud keeps it. */
export const SyncRun = z.object({
  id: Id,
  account: Id,
  gateway: Id,
  pbx: Id,
  pbxName: z.string(),
  pbxType: PbxType,
  trigger: SyncTrigger,
  outcome: SyncOutcome,
  startedAt: Instant,
  finishedAt: Instant,
  durationMs: z.int(),
  counts: SyncCounts,
  irregularities: IrregularityCounts,
  reason: Reason.nullable(),
  /** For a Held run: open until a person decides or a later run replaces it. */
  hold: z.enum(['open', 'removing', 'keeping', 'superseded']).nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  /** Only where one run is asked for, and it has any. */
  notes: RecordNotes.optional(),
});
export type SyncRun = z.infer<typeof SyncRun>;

/** A user that a Held run would remove: `GET /api/v1/sync-runs/{id}/held-users`. */
export const HeldUser = z.object({
  key: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  extension: z.string().nullable(),
});
export type HeldUser = z.infer<typeof HeldUser>;

/** `POST /api/v1/sync-runs/{id}/decision`: Confirm (remove) or Reject (keep) a Held run. Answers the command made. */
export const DecisionRequest = HoldDecision.pick({ action: true }).strict();
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** A platform (INV-6, INV-25). Every fact with source, time and staleness. */
export const Platform = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  gateway: Id,
  platformId: z.string(),
  host: TextFact,
  platformType: TextFact,
  platformName: TextFact,
  systemFamily: TextFact,
  version: TextFact,
  memory: NumberFact,
  processor: TextFact,
  partitions: Fact(z.array(Partition)),
  applicationTypes: z.array(ApplicationType),
  licence: Licence.nullable(),
  swaStatus: SwaStatus,
  /** Applications with an admin page (INV-6, INV-29); `pbx` is the one whose page it is. */
  portals: z.array(z.object({ name: z.string(), pbx: Id.nullable() })),
  reportedAt: Instant,
});
export type Platform = z.infer<typeof Platform>;

/** An application (INV-32). */
export const Application = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  gateway: Id,
  platformId: z.string().nullable(),
  platformName: z.string().nullable(),
  type: ApplicationType,
  name: z.string().nullable(),
  version: TextFact,
  licence: Licence.nullable(),
  swaStatus: SwaStatus,
  hasPortal: z.boolean(),
  /** The PBX that it is or belongs to; null for what no PBX told of. */
  pbx: Id.nullable(),
  reportedAt: Instant,
});
export type Application = z.infer<typeof Application>;

/** A command with all that is known of it. */
export const Command = z.object({
  id: Id,
  account: Id,
  gateway: Id,
  name: z.string(),
  args: z.unknown(),
  state: CommandState,
  issuerName: z.string(),
  issuedAt: Instant,
  deadlineAt: Instant,
  updatedAt: Instant,
  progress: z.object({ percent: z.number().optional(), text: z.string() }).nullable(),
  output: z.unknown(),
  reason: Reason.nullable(),
  /** The request for several gateways that it belongs to. */
  bulk: Id.nullable(),
  /** When and by whom it was asked to end early; it has ended when its state says so. */
  cancelRequestedAt: Instant.nullable(),
  cancelRequestedBy: z.string().nullable(),
});
export type Command = z.infer<typeof Command>;

/** `POST /api/v1/gateways/{id}/commands`. A command for a gateway that is offline waits for it until its deadline. */
export const CommandCreate = z.strictObject({
  name: z.string().max(64),
  args: z.unknown().optional(),
  /** From now; 15 minutes when left out, 30 days at the most. */
  deadlineSeconds: z
    .int()
    .min(5)
    .max(30 * 86_400)
    .optional(),
});
export type CommandCreate = z.infer<typeof CommandCreate>;

/** `POST /api/v1/commands`: the same command for several gateways. */
export const BulkCommandCreate = CommandCreate.extend({ gateways: z.array(Id).min(1).max(200) });
export type BulkCommandCreate = z.infer<typeof BulkCommandCreate>;

/** Its answer: for each gateway its command, or why there is none. `bulk` is what they are listed by. */
export const BulkCommandAnswer = z.object({
  bulk: Id,
  results: z.array(z.object({ gateway: Id, command: Command.nullable(), refusal: Reason.nullable() })),
});
export type BulkCommandAnswer = z.infer<typeof BulkCommandAnswer>;

/** A gateway waiting to be claimed, as the admin compares it with what stands in front of the installer. */
export const PendingEnrolment = z.object({
  code: z.string(),
  hostName: z.string(),
  serial: z.string().nullable(),
  addresses: z.array(z.string()),
  fingerprint: z.string(),
  siteName: z.string().nullable(),
  version: z.string(),
  expiresAt: Instant,
});
export type PendingEnrolment = z.infer<typeof PendingEnrolment>;

/** `POST /api/v1/enrolments/{code}/confirm`. */
export const EnrolmentConfirm = z.strictObject({ account: Id, name: z.string().trim().min(1).max(128).optional() });
export type EnrolmentConfirm = z.infer<typeof EnrolmentConfirm>;

/** Its answer: the gateway that the account has from now on. */
export const EnrolmentConfirmed = z.object({ gateway: Id });
export type EnrolmentConfirmed = z.infer<typeof EnrolmentConfirmed>;

/** A provisioning token for bulk enrolment; `token` is there only in the answer to its creation. */
export const ProvisioningToken = z.object({
  id: Id,
  account: Id,
  siteName: z.string().nullable(),
  uses: z.int(),
  maxUses: z.int(),
  expiresAt: Instant,
  createdAt: Instant,
  token: z.string().optional(),
});
export type ProvisioningToken = z.infer<typeof ProvisioningToken>;

export const ProvisioningTokenCreate = z.strictObject({
  account: Id,
  siteName: z.string().max(128).optional(),
  maxUses: z.int().min(1).max(10_000).default(1),
  validHours: z
    .int()
    .min(1)
    .max(24 * 90)
    .default(24),
});
export type ProvisioningTokenCreate = z.infer<typeof ProvisioningTokenCreate>;

/**
 * One change on `GET /api/v1/stream` (Server-Sent Events, `id:` is the change's number). `row` is the new state of one
 * resource where that is small; without it the list is to be read again.
 */
export const Change = z.object({
  topic: z.enum([
    'account',
    'gateway',
    'users',
    'sync-run',
    'inventory',
    'command',
    'alert',
    'event',
    'enrolment',
    'upload',
    'trunk',
    'import',
    'person',
    'role',
    'numbers',
    'location',
    'integration',
    'notification',
    'support-log',
  ]),
  account: Id.nullable(),
  ref: z.string().nullable(),
  row: z.unknown().optional(),
});
export type Change = z.infer<typeof Change>;

export { HistoryEvent };
