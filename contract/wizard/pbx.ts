/**
 * PBXs on the local pages: what a family needs, what is configured, its test, its sync and its irregular users (ONB-20 to
 * ONB-35). The search is in `contract/discovery.ts`: `GET`, `POST` and `DELETE /api/discovery`.
 */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';
import { UserRecord } from '../users.ts';
import { Irregularity, PbxType } from '../words.ts';

const ErrorText = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

/**
 * One field of a family's form. `name` is its place in `connection`, with dots where it lies deeper (`directory.host`);
 * what is left empty is left out. Texts are English; a page in another language has its own by family and name.
 */
export const PbxFormField = z.looseObject({
  name: z.string(),
  label: z.string(),
  /** The info tip. */
  hint: z.string().default(''),
  kind: z.enum(['text', 'number', 'password', 'select', 'checkbox', 'multiline', 'list']),
  required: z.boolean(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  options: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  maxLength: z.number().optional(),
});
export type PbxFormField = z.infer<typeof PbxFormField>;

/** A part of a form; one that is not `main` is shown folded, and its fields count only where one of them is filled. */
export const PbxFormGroup = z.looseObject({
  id: z.string(),
  title: z.string(),
  main: z.boolean(),
  fields: z.array(PbxFormField),
});
export type PbxFormGroup = z.infer<typeof PbxFormGroup>;

const Capabilities = z.record(z.string(), z.looseObject({ via: z.string(), note: z.string().optional() }));

/** `GET /api/pbx-types`: the families, each with its form, what to prepare in the PBX, and what it gives. */
export const PbxTypesAnswer = z.looseObject({
  types: z.array(
    z.looseObject({
      type: PbxType,
      name: z.string(),
      prerequisites: z.array(z.string()),
      tips: z.array(z.string()),
      gives: Capabilities,
      groups: z.array(PbxFormGroup),
      /** Fields that are kept encrypted and never shown again. */
      secretNames: z.array(z.string()),
      /** Whether `PUT /api/pbxs/:id/exports/:name` takes CSV files for it. */
      takesExports: z.boolean(),
    }),
  ),
});
export type PbxTypesAnswer = z.infer<typeof PbxTypesAnswer>;

const PbxName = z.string().trim().min(1).max(128);
const Connection = z.record(z.string(), z.unknown());
const SyncMinutes = z.int().min(1).max(10_080);

/** `POST /api/pbxs` (ONB-33); `connection` has the secrets in clear text. 201 with a PbxAnswer. */
export const NewPbx = z.strictObject({
  type: PbxType,
  name: PbxName,
  syncMinutes: SyncMinutes.default(20),
  connection: Connection,
});
export type NewPbx = z.infer<typeof NewPbx>;

/** `PATCH /api/pbxs/:id`. A secret that is left out of `connection` stays as it is; every other setting is as given. */
export const PbxChange = z.strictObject({
  name: PbxName.optional(),
  syncMinutes: SyncMinutes.optional(),
  connection: Connection.optional(),
  /** That of the PbxAnswer that was on the screen: `wizard.changed` when another browser was quicker. */
  revision: z.string().max(64).optional(),
});
export type PbxChange = z.infer<typeof PbxChange>;

/** `POST /api/pbxs/:id/test`: the steps of the way to the PBX, and what is there (ONB-27, ONB-28). */
export const ProbeAnswer = z.looseObject({
  ok: z.boolean(),
  steps: z.array(
    z.looseObject({
      id: z.string(),
      title: z.string(),
      status: z.enum(['ok', 'warning', 'error', 'skipped']),
      detail: z.string(),
      nextStep: z.string().optional(),
      durationMs: z.number(),
    }),
  ),
  version: z.string().optional(),
  users: z.number().optional(),
  numbers: z.number().optional(),
  /** Settings that Demarc would choose by itself from what it sees, by their name in the connection. */
  proposed: z.record(z.string(), z.unknown()).optional(),
  error: ErrorText.optional(),
});
export type ProbeAnswer = z.infer<typeof ProbeAnswer>;

/** A PBX as it is configured; never a secret. `GET /api/pbxs` answers `{pbxs: PbxAnswer[]}`. */
export const PbxAnswer = z.looseObject({
  id: Id,
  type: PbxType,
  name: z.string(),
  syncMinutes: z.number(),
  address: z.string(),
  /** The settings without the secrets, and the names of the secrets that are set. */
  connection: Connection,
  secrets: z.array(z.string()),
  learned: z.array(z.string()),
  capabilities: Capabilities,
  lastProbe: z.looseObject({ at: Instant, report: ProbeAnswer }).nullable(),
  /** Tells one state of the settings from another. */
  revision: z.string().default(''),
});
export type PbxAnswer = z.infer<typeof PbxAnswer>;
export const PbxsAnswer = z.looseObject({ pbxs: z.array(PbxAnswer) });
export type PbxsAnswer = z.infer<typeof PbxsAnswer>;

/**
 * `GET /api/pbxs/:id/irregular` (ONB-31, ONB-32): users in the order of their keys; the next page begins after `next`.
 * `GET /api/pbxs/:id/irregular.csv?kind=` gives all of them as a file.
 */
export const IrregularQuery = z.object({
  kind: Irregularity,
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  after: z.string().max(200).optional(),
});
export const IrregularAnswer = z.looseObject({ users: z.array(UserRecord), next: z.string().nullable() });
export type IrregularAnswer = z.infer<typeof IrregularAnswer>;

/**
 * `POST /api/pbxs/:id/sync/start` (ONB-29, ONB-34): begins a sync and answers 202 at once, with `started: false` where one
 * runs already; its phase and count are in `GET /api/status`. `POST /api/pbxs/:id/sync` waits for its end.
 */
export const SyncStarted = z.looseObject({ started: z.boolean() });
export type SyncStarted = z.infer<typeof SyncStarted>;
