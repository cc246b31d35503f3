/**
 * Section documents: the parts of a gateway's state, each sent whole on `up/state/{section}` as `kind: section`, or as
 * `kind: section.unchanged` with the hash alone. A document counts only if its (boot, revision) is newer than what is
 * stored. What comes from foreign systems is loose; a section that we do not know is quarantined.
 */
import { z } from 'zod';
import { OutboxState } from './envelope.ts';
import { Id, Instant } from './ids.ts';
import { NumbersSection } from './numbers.ts';
import { TrunksSection } from './trunk-health.ts';
import { TrunkSettings } from './trunks.ts';
import { TunnelsSection } from './tunnels.ts';
import { UpdateStatus } from './update.ts';
import { IrregularityCounts, Reason, SyncCounts } from './users.ts';
import { WizardSite } from './wizard/state.ts';
import { ApplicationType, LicenceType, PbxType, PhonePolicy, SyncOutcome, SyncTrigger } from './words.ts';

const Text = z.string().max(512);

/** One value of the inventory with where it came from and when; `stale` when its source failed this time (INV-25). */
export const Fact = <T extends z.ZodType>(value: T) =>
  z.object({
    value: value.nullable(),
    source: z.string().max(64),
    at: Instant.nullable(),
    stale: z.boolean().default(false),
    problem: Text.optional(),
  });

export const TextFact = Fact(z.string().max(512));
export const NumberFact = Fact(z.number());
export type TextFact = z.infer<typeof TextFact>;
export type NumberFact = z.infer<typeof NumberFact>;

/** Section `gateway`: the appliance itself and what it has been told to do. */
export const GatewaySection = z.looseObject({
  hostName: Text,
  version: z.string().max(64),
  addresses: z.array(z.string().max(64)).max(64),
  timeZone: z.string().max(64),
  serial: Text.optional(),
  siteName: Text.optional(),
  /** Where the site is, as the installer wrote it (ONB-17), and how far the set-up is (ONB-7 to ONB-12). */
  siteAddress: WizardSite.omit({ name: true, timeZone: true }).optional(),
  onboarding: z.object({ variant: z.string().max(32), status: z.string().max(64) }).optional(),
  bootId: z.string().max(64).optional(),
  startedAt: Instant,
  certificateExpiresAt: Instant.nullable(),
  /** The desired settings last applied, and what came of it. */
  want: z
    .object({ version: z.int().min(0), code: z.string().max(64).default('ok'), at: Instant.nullable() })
    .optional(),
  /** A virtual machine is released where an appliance is wiped (ONB-43); null when the host does not tell. */
  virtual: z.boolean().nullable().optional(),
  update: UpdateStatus.optional(),
});
export type GatewaySection = z.infer<typeof GatewaySection>;

/** The last sync run of a PBX as its gateway tells it. */
export const SyncStatus = z.object({
  run: Id,
  trigger: SyncTrigger,
  outcome: SyncOutcome,
  startedAt: Instant,
  finishedAt: Instant,
  counts: SyncCounts,
  irregularities: IrregularityCounts,
  reason: Reason.optional(),
});
export type SyncStatus = z.infer<typeof SyncStatus>;

/** One PBX link in section `pbxs`. Never a secret. */
export const PbxLink = z.looseObject({
  id: Id,
  type: PbxType,
  name: z.string().max(128),
  address: Text,
  /** What this adapter gives, by capability name; "none" and "by hand" are said plainly (ONB-28). */
  capabilities: z.record(z.string(), z.object({ via: z.string().max(64), note: Text.optional() })),
  syncMinutes: z.int().min(1).max(10080),
  nextSyncAt: Instant.nullable(),
  running: z.object({ run: Id, phase: z.string().max(64), read: z.int().min(0), startedAt: Instant }).nullable(),
  lastSync: SyncStatus.nullable(),
  lastSuccessAt: Instant.nullable(),
  users: z.int().min(0),
  /** How many of the users are there only because a person decided to keep them although the PBX has them no more. */
  keptUsers: z.int().min(0).optional(),
  numbers: z.int().min(0),
  version: z.string().max(256).optional(),
  /** Where the calls are followed: the last one (null before the first), and how many since midnight of the site. */
  lastCallAt: Instant.nullable().optional(),
  callsToday: z.int().min(0).optional(),
});
export type PbxLink = z.infer<typeof PbxLink>;

/** A PBX that a person took off its gateway. Its id never comes again. */
export const RemovedPbx = z.object({ id: Id, type: PbxType, name: z.string().max(128), at: Instant });
export type RemovedPbx = z.infer<typeof RemovedPbx>;

/**
 * Section `pbxs`. That a PBX is missing from `links` means nothing: a damaged configuration names none. What counts is
 * `removed`, the newest first.
 */
export const PbxsSection = z.looseObject({
  links: z.array(PbxLink).max(50),
  removed: z.array(RemovedPbx).max(50).optional(),
});
export type PbxsSection = z.infer<typeof PbxsSection>;

/** A disk partition (INV-26); capacity in bytes. One device may appear with several base paths. */
export const Partition = z.object({
  id: Text,
  basePath: Text,
  fileSystemType: z.string().max(64),
  capacity: z.number().min(0),
});
export type Partition = z.infer<typeof Partition>;

/** A licence as found; `expiresAt` null when it names no date. */
export const Licence = z.object({ id: Text.optional(), type: LicenceType, expiresAt: Instant.nullable() });
export type Licence = z.infer<typeof Licence>;

/** A host that applications run on (INV-6, INV-25). `id` is stable over restarts. Memory in bytes. */
export const PlatformReport = z.looseObject({
  id: z.string().min(1).max(128),
  hostName: TextFact,
  platformType: TextFact,
  platformName: TextFact,
  systemFamily: TextFact,
  version: TextFact,
  memory: NumberFact,
  processor: TextFact,
  partitions: Fact(z.array(Partition).max(500)),
});
export type PlatformReport = z.infer<typeof PlatformReport>;

/** An application (INV-32). `platform` is a PlatformReport's id, or null when the host is not known to us. */
export const ApplicationReport = z.looseObject({
  id: z.string().min(1).max(128),
  platform: z.string().max(128).nullable(),
  type: ApplicationType,
  name: Text.optional(),
  address: Text.optional(),
  version: TextFact,
  licence: Licence.nullable(),
  /** Whether it has an admin page that could be launched (INV-31). */
  hasPortal: z.boolean().default(false),
  /** The PBX that told of it; its tunnels lead to that page (INV-29). */
  pbx: Id.optional(),
});
export type ApplicationReport = z.infer<typeof ApplicationReport>;

/** Section `inventory`. */
export const InventorySection = z.looseObject({
  collectedAt: Instant,
  platforms: z.array(PlatformReport).max(50),
  applications: z.array(ApplicationReport).max(200),
});
export type InventorySection = z.infer<typeof InventorySection>;

/** One check of the self-test: what was looked at, what it means, what to do (design section 4). */
export const CheckResult = z.object({
  id: z.string().max(64),
  title: z.string().max(128),
  status: z.enum(['ok', 'warning', 'error', 'skipped']),
  /** From the error catalogue, with a warning or an error. */
  code: z.string().max(64).optional(),
  detail: z.string().max(2000),
  effect: z.string().max(1000).optional(),
  nextStep: z.string().max(1000).optional(),
  durationMs: z.int().min(0),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** Section `health`: queue, store and the last self-test. */
export const HealthSection = z.looseObject({
  outbox: OutboxState,
  store: z.object({ status: z.enum(['ok', 'repaired', 'rebuilt']), detail: Text.optional(), at: Instant.nullable() }),
  clockOffsetMs: z.number().nullable(),
  memoryBytes: z.number(),
  checks: z.array(CheckResult).max(100),
  checkedAt: Instant.nullable(),
  /** Of the file system that holds the state. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).optional(),
});
export type HealthSection = z.infer<typeof HealthSection>;

/** Every section by its name on the wire. */
export const sections = {
  gateway: GatewaySection,
  pbxs: PbxsSection,
  inventory: InventorySection,
  health: HealthSection,
  tunnels: TunnelsSection,
  trunks: TrunksSection,
  numbers: NumbersSection,
} as const;
export type SectionName = keyof typeof sections;
export type SectionData<N extends SectionName> = z.infer<(typeof sections)[N]>;

/** `kind: section`: the document with its revision; `kind: section.unchanged` has the same without `document`. */
export const SectionMessage = z.looseObject({
  section: z.string().max(32),
  revision: z.int().min(1),
  document: z.unknown().optional(),
});
export type SectionMessage = z.infer<typeof SectionMessage>;

/** `down/want`, retained: settings that the cloud decides. Unknown keys are ignored by an older gateway. */
export const Want = z.looseObject({
  version: z.int().min(0),
  settings: z.looseObject({
    phonePolicy: PhonePolicy.default('All'),
    guard: z.object({ percent: z.number().min(0).max(100), users: z.int().min(0) }).optional(),
    /** ISO 3166-1 alpha-2 country of the site, for numbers without a country code. */
    country: z.string().length(2).optional(),
    /** The account's own address, which an installer is offered for that of the site (ONB-17). */
    business: z
      .object({
        address: z.string().max(260),
        city: z.string().max(128),
        province: z.string().max(128),
        postalCode: z.string().max(32),
      })
      .optional(),
    /** The SIP trunks of this gateway's PBXs, all of them. */
    trunks: z
      .array(z.object({ id: Id, settings: TrunkSettings }))
      .max(50)
      .optional(),
  }),
});
export type Want = z.infer<typeof Want>;
