/** What the gateway tells of itself on its local pages and to the command line. Loose: an older reader meets a newer daemon. */
import { z } from 'zod';
import { OutboxState } from '../envelope.ts';
import { Instant } from '../ids.ts';
import { CheckResult, HealthSection, SyncStatus } from '../sections.ts';
import { TunnelsSection } from '../tunnels.ts';
import { UpdateStatus } from '../update.ts';
import { IrregularityCounts } from '../users.ts';
import { PbxType } from '../words.ts';

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
  /** Direct-dial numbers, as last counted (ONB-28). */
  numbers: z.number().default(0),
  irregularities: IrregularityCounts,
});

/**
 * `GET /api/enrolment`: how far this gateway is in becoming the cloud's own; a code while one is shown. `POST` asks for a
 * code (body optional: `cloud`, `provisioningToken`) and answers 202.
 */
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
  /** The name that others on the network reach it by; null while none is announced (ONB-2). */
  announcedName: z.string().nullable().default(null),
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

/**
 * `GET /api/live`: one mark for each thing that the pages show; a page reads anew what has another mark. Asked once a
 * second with `If-None-Match`: 304 while nothing has changed. `startedAt` changes when the daemon started anew.
 */
export const LiveAnswer = z.looseObject({
  startedAt: Instant,
  marks: z.looseObject({
    wizard: z.string(),
    enrolment: z.string(),
    cloud: z.string(),
    discovery: z.string(),
    pbxs: z.string(),
    update: z.string(),
    tunnels: z.string(),
    checks: z.string(),
    inventory: z.string(),
  }),
});
export type LiveAnswer = z.infer<typeof LiveAnswer>;

/** `GET /api/about` (DMN-7, DMN-8, DMN-9): version, registration and the inventory report. */
export const AboutAnswer = z.looseObject({
  version: z.string(),
  hostName: z.string(),
  announcedName: z.string().nullable(),
  addresses: z.array(z.string()),
  timeZone: z.string(),
  startedAt: Instant,
  /** What the gateway's clock says now. */
  now: Instant,
  /** Null until the gateway was claimed. */
  registration: z
    .looseObject({
      gateway: z.string(),
      account: z.string(),
      accountName: z.string(),
      consoleUrl: z.string(),
      certificateExpiresAt: Instant.nullable(),
    })
    .nullable(),
  /** `POST /api/inventory/report` collects and sends now, and answers this document. */
  inventory: z.looseObject({ lastAt: Instant.nullable(), nextAt: Instant.nullable() }),
});
export type AboutAnswer = z.infer<typeof AboutAnswer>;

/** `GET /api/about/licences`: what the program is made of; empty where it runs from its sources. */
export const LicencesAnswer = z.looseObject({
  packages: z.array(
    z.looseObject({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().default('') }),
  ),
});
export type LicencesAnswer = z.infer<typeof LicencesAnswer>;

/** `GET /api/debug`, the debug view (DMN-6). */
export const DebugAnswer = z.looseObject({
  boot: z.number(),
  startedAt: Instant,
  memoryBytes: z.number(),
  outbox: OutboxState,
  link: z.looseObject({
    state: z.string(),
    since: z.string(),
    attempts: z.number(),
    nextTryAt: z.string().nullable(),
    lastError: ErrorText.optional(),
  }),
  store: HealthSection.shape.store,
  clockOffsetMs: z.number().nullable(),
  jobs: z.array(z.looseObject({ name: z.string(), nextAt: Instant.nullable() })),
  sections: z.array(z.looseObject({ name: z.string(), revision: z.number(), hash: z.string() })),
});
export type DebugAnswer = z.infer<typeof DebugAnswer>;

/** `GET /api/update` and the answer to `PUT /api/update/schedule`, `POST /api/update/check`, `POST /api/update/install`. */
export const UpdateAnswer = UpdateStatus.extend({ version: z.string(), problem: ErrorText.optional() });
export type UpdateAnswer = z.infer<typeof UpdateAnswer>;

/**
 * `GET /api/tunnels` and the answer to `POST /api/tunnels/{start,stop,on,off}`, `POST /api/tunnels/:id/{start,stop}` (body
 * `{"confirm":"yes"}` to start and to switch on) and `DELETE /api/tunnel-sessions/:id`: the table and who is in now.
 */
export const TunnelsAnswer = TunnelsSection.extend({
  sessions: z.array(
    z.looseObject({ session: z.string(), tunnel: z.string(), who: z.string(), reason: z.string(), until: Instant }),
  ),
});
export type TunnelsAnswer = z.infer<typeof TunnelsAnswer>;
