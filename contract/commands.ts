import { z } from 'zod';
import type { Permission } from './access.ts';
import { Id, Instant } from './ids.ts';
import { CheckResult } from './sections.ts';
import { VerifyEnd, VerifyReport } from './trunk-verify.ts';
import { TrunkDiff, TrunkOutcome } from './trunks.ts';
import { StartPath, TunnelId, TunnelOpen } from './tunnels.ts';
import { UpdateSchedule } from './update.ts';
import { HoldDecision, Reason, SyncCounts } from './users.ts';
import { SyncOutcome } from './words.ts';

/** States of a command. They only ever move to a higher rank; the six last ones are final. */
export const CommandState = z.enum([
  'queued',
  'sent',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'rejected',
  'timed_out',
  'canceled',
  'expired',
]);
export type CommandState = z.infer<typeof CommandState>;

const RANK: Readonly<Record<CommandState, number>> = {
  queued: 0,
  sent: 1,
  accepted: 2,
  running: 3,
  succeeded: 4,
  failed: 4,
  rejected: 4,
  timed_out: 4,
  canceled: 4,
  expired: 4,
};

/** Whether the state is one in which a command stays. */
export const isFinal = (state: CommandState): boolean => RANK[state] === RANK.succeeded;

/**
 * Whether a command in state `from` may take the news of state `to`. Late, repeated and reordered news is refused; a
 * repeated `running` is welcome, because it carries progress.
 */
export function mayMove(from: CommandState, to: CommandState): boolean {
  if (isFinal(from)) return false;
  return RANK[to] > RANK[from] || (from === 'running' && to === 'running');
}

const NoArguments = z.strictObject({});

/** What is to be collected: a support bundle, or the lines of one log that fit (GWS-9). `text` is plain, not a pattern. */
export const LogRequest = z.strictObject({
  type: z.enum(['bundle', 'daemon', 'journal']).default('bundle'),
  from: Instant.optional(),
  to: Instant.optional(),
  text: z.string().min(1).max(200).optional(),
  lines: z.int().min(1).max(1_000_000).optional(),
});
export type LogRequest = z.infer<typeof LogRequest>;

/** What a trace of calls is to record. Without a filter, everything that is to be seen. */
export const TraceRequest = z.strictObject({
  minutes: z.int().min(1).max(60).default(5),
  /** Ends before its time when so many calls have ended. */
  calls: z.int().min(1).max(1000).optional(),
  /** Calls from or to this number, however it is written in them. */
  number: z
    .string()
    .trim()
    .regex(/^\+?\d{2,20}$/, 'must be digits, with a plus or without')
    .optional(),
  trunk: Id.optional(),
  method: z.enum(['INVITE', 'REGISTER', 'OPTIONS', 'SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'REFER']).optional(),
});
export type TraceRequest = z.infer<typeof TraceRequest>;

/** A file that a command brought to the cloud, at `/api/v1/device/uploads/{command}`. */
const UploadedFile = z.looseObject({
  fileName: z.string().max(200),
  bytes: z.int().min(0),
  sha256: z.string().length(64),
  /** Parts that could not be had or were cut, in words; empty when nothing is missing. */
  missing: z.array(z.string().max(500)).max(100),
});

/** The commands that this version of the contract defines: arguments, output, and the right that issuing one needs. */
export const commands = {
  'pbx.sync': {
    args: z.strictObject({ pbx: Id, full: z.boolean().optional(), decision: HoldDecision.optional() }),
    output: z.looseObject({ run: Id, outcome: SyncOutcome, counts: SyncCounts }),
    permission: 'integrations:edit',
  },
  'pbx.test': {
    args: z.strictObject({ pbx: Id }),
    output: z.looseObject({ checks: z.array(CheckResult), version: z.string().optional(), users: z.int().optional() }),
    permission: 'integrations:view',
  },
  /** Takes the PBX off its gateway; the cloud lets its users go when the gateway has told so (INT-5, ONB-41). */
  'pbx.remove': {
    /** The word that the person typed. */
    args: z.strictObject({ pbx: Id, confirm: z.literal('delete') }),
    output: z.looseObject({ name: z.string().max(128) }),
    permission: 'integrations:delete',
  },
  'inventory.report': {
    args: NoArguments,
    output: z.looseObject({ platforms: z.int(), applications: z.int() }),
    permission: 'inventory:view',
  },
  'gateway.self-test': {
    args: NoArguments,
    output: z.looseObject({ checks: z.array(CheckResult) }),
    permission: 'support:view',
  },
  'gateway.reboot': {
    args: z.strictObject({ force: z.boolean().default(false) }),
    /** The kernel's boot ids differ: nothing else proves a reboot. */
    output: z.looseObject({ before: z.string(), after: z.string(), seconds: z.number() }),
    permission: 'support:reboot',
    forcePermission: 'support:force',
  },
  'gateway.restart': {
    args: z.strictObject({ force: z.boolean().default(false) }),
    /** Counts of process starts. */
    output: z.looseObject({ before: z.int(), after: z.int(), seconds: z.number() }),
    permission: 'support:reboot',
    forcePermission: 'support:force',
  },
  'gateway.collect-logs': {
    args: LogRequest,
    output: UploadedFile,
    permission: 'support:logs',
  },
  'gateway.trace-calls': {
    args: TraceRequest,
    /** `missing` says what the trace could not see, such as packets where capturing is not permitted. */
    output: UploadedFile.extend({ messages: z.int().min(0), calls: z.int().min(0), packets: z.boolean() }),
    permission: 'support:trace',
  },
  'gateway.check-update': {
    args: NoArguments,
    output: z.looseObject({
      current: z.string(),
      /** Null when there is nothing newer. */
      available: z.looseObject({ version: z.string(), notes: z.string().optional() }).nullable(),
    }),
    permission: 'support:update',
  },
  'gateway.update': {
    args: z.strictObject({ version: z.string().max(64).optional(), force: z.boolean().default(false) }),
    output: z.looseObject({ from: z.string(), to: z.string(), changed: z.boolean() }),
    permission: 'support:update',
    forcePermission: 'support:force',
  },
  'gateway.set-update-schedule': {
    args: UpdateSchedule,
    output: z.looseObject({ schedule: UpdateSchedule, nextCheckAt: Instant.nullable() }),
    permission: 'support:update',
  },
  'gateway.factory-reset': {
    /** The word that the person typed (ONB-42). */
    args: z.strictObject({ confirm: z.literal('revert') }),
    output: z.looseObject({ wiped: z.boolean() }),
    permission: 'support:reset',
  },
  /** Asks both ends and changes nothing: a registration is looked up, not made, and nobody is called. */
  'trunk.verify': {
    args: z.strictObject({ trunk: Id }),
    output: VerifyReport,
    permission: 'integrations:view',
  },
  /** Calls the pilot number: through the far end, or through the PBX as its telephones do. */
  'trunk.test-call': {
    args: z.strictObject({ trunk: Id, through: VerifyEnd.default('far-end') }),
    output: VerifyReport,
    permission: 'integrations:edit',
  },
  'tunnel.start': {
    args: z.strictObject({ tunnel: TunnelId }),
    output: z.looseObject({ status: z.literal('started') }),
    permission: 'support:launch',
  },
  'tunnel.stop': {
    args: z.strictObject({ tunnel: TunnelId }),
    output: z.looseObject({ status: z.literal('stopped') }),
    permission: 'support:launch',
  },
  'tunnel.open': {
    args: TunnelOpen,
    /** The system as the gateway knows it: the cloud takes its name from nowhere else. */
    output: z.looseObject({
      scheme: z.enum(['http', 'https', 'tcp']),
      authority: z.string().max(300),
      path: StartPath.optional(),
    }),
    permission: 'support:launch',
    byCloud: true,
  },
  'trunk.plan': {
    args: z.strictObject({ trunk: Id }),
    output: TrunkDiff,
    permission: 'integrations:view',
  },
  'trunk.apply': {
    /** `expected` is the hash of the plan that the person has seen. */
    args: z.strictObject({ trunk: Id, expected: TrunkDiff.shape.hash }),
    output: TrunkOutcome,
    permission: 'integrations:edit',
  },
  'trunk.remove': {
    args: z.strictObject({ trunk: Id }),
    output: TrunkOutcome,
    permission: 'integrations:edit',
  },
} as const satisfies Record<
  string,
  {
    args: z.ZodType;
    output: z.ZodType;
    permission: Permission;
    /** Needed besides when the arguments say `force`. */
    forcePermission?: Permission;
    /** Issued by the connector itself as a part of something else, never by a person. */
    byCloud?: true;
  }
>;

export type CommandName = keyof typeof commands;
export type CommandArgs<N extends CommandName> = z.infer<(typeof commands)[N]['args']>;
export type CommandOutput<N extends CommandName> = z.infer<(typeof commands)[N]['output']>;

export const CommandName = z.enum(Object.keys(commands) as [CommandName, ...CommandName[]]);

/** `down/cmd/{id}`. `args` is checked against the command's own schema by whoever runs it. */
export const CommandMessage = z.looseObject({
  v: z.literal(1),
  id: Id,
  name: z.string().max(64),
  args: z.unknown(),
  issuer: z.object({ id: z.string().max(128), name: z.string().max(256) }),
  issuedAt: Instant,
  deadlineAt: Instant,
});
export type CommandMessage = z.infer<typeof CommandMessage>;

/**
 * `down/cmd/{id}` as well: withdraws a command that the gateway has. It answers with the state that the command then
 * has: `canceled`, or the final one that it had already. Of an id that it does not know yet it remembers the wish.
 */
export const CommandCancel = z.looseObject({
  v: z.literal(1),
  id: Id,
  cancel: z.literal(true),
  issuer: z.object({ id: z.string().max(128), name: z.string().max(256) }),
});
export type CommandCancel = z.infer<typeof CommandCancel>;

/** `up/result/{id}`, `kind: result`. `failed` and `rejected` carry a reason with the next step. */
export const CommandResult = z.looseObject({
  command: Id,
  state: CommandState,
  at: Instant,
  progress: z.object({ percent: z.number().min(0).max(100).optional(), text: z.string().max(500) }).optional(),
  output: z.unknown().optional(),
  reason: Reason.optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;

/** How long a command may take when its issuer says nothing else, in milliseconds: interactive, scheduled. */
export const DEFAULT_DEADLINE_MS = { interactive: 15 * 60_000, scheduled: 24 * 3_600_000 } as const;
