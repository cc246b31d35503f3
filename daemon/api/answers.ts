/** What the local API answers, for the command line and the wizard. Loose: an older reader meets a newer daemon. */
import { z } from 'zod';
import { OutboxState } from '#contract/envelope.ts';
import { Instant } from '#contract/ids.ts';
import { CheckResult, HealthSection, SyncStatus } from '#contract/sections.ts';
import { IrregularityCounts } from '#contract/users.ts';
import { PbxType } from '#contract/words.ts';

const ErrorText = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

const PbxStatus = z.looseObject({
  id: z.string(),
  type: PbxType,
  name: z.string(),
  address: z.string(),
  syncMinutes: z.number(),
  running: z.looseObject({ phase: z.string(), read: z.number() }).nullable(),
  lastSync: SyncStatus.nullable(),
  lastSuccessAt: Instant.nullable(),
  nextSyncAt: Instant.nullable(),
  users: z.number(),
  keptUsers: z.number().default(0),
  irregularities: IrregularityCounts,
});

/** `GET /api/enrolment`: how far this gateway is in becoming the cloud's own; a code while one is shown. */
export const EnrolmentAnswer = z.looseObject({
  state: z.enum(['unclaimed', 'offered', 'waiting', 'claimed', 'refused']),
  code: z.string().optional(),
  link: z.string().optional(),
  expiresAt: z.string().optional(),
  /** Of the gateway's key, grouped as the console shows it. */
  fingerprint: z.string().optional(),
  gateway: z.string().optional(),
  accountName: z.string().optional(),
  error: ErrorText.optional(),
});
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

/** `GET /api/status`. */
export const StatusAnswer = z.looseObject({
  version: z.string(),
  hostName: z.string(),
  startedAt: Instant,
  memoryBytes: z.number(),
  cloud: z.looseObject({
    url: z.string().nullable(),
    state: z.enum(['offline', 'connecting', 'online']),
    /** Since when it is online, or is not. */
    since: z.string(),
    nextTryAt: z.string().nullable(),
    lastError: ErrorText.optional(),
  }),
  enrolment: EnrolmentAnswer,
  outbox: OutboxState,
  store: HealthSection.shape.store,
  pbxs: z.array(PbxStatus),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** `GET /api/checks` gives the last results, `POST` runs the self-test. */
export const ChecksAnswer = z.looseObject({ checkedAt: Instant.nullable(), checks: z.array(CheckResult) });
export type ChecksAnswer = z.infer<typeof ChecksAnswer>;
