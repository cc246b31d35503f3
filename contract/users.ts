import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { Irregularity, PbxType, SyncOutcome, SyncTrigger } from './words.ts';

const Text = z.string().max(256);

/**
 * One person of a PBX as the cloud keeps it: already normalised, with what is irregular about it. `key` is the PBX's
 * stable id where it has one, else the extension within the node; never the e-mail.
 */
export const UserRecord = z.object({
  key: z.string().min(1).max(200),
  name: Text,
  firstName: Text.optional(),
  lastName: Text.optional(),
  email: z.string().max(320).optional(),
  extension: z.string().max(32).optional(),
  /** E.164 with a leading plus. */
  workPhone: z.string().max(20).optional(),
  /** E.164 with a leading plus. */
  mobilePhone: z.string().max(20).optional(),
  loginId: Text.optional(),
  department: Text.optional(),
  irregularities: z.array(Irregularity).max(8).default([]),
});
export type UserRecord = z.infer<typeof UserRecord>;

const Count = z.int().min(0);

/** What a run did, or would do if it were not Held. `rejected` counts PBX records that could not be used at all. */
export const SyncCounts = z.object({
  read: Count,
  added: Count,
  changed: Count,
  removed: Count,
  unchanged: Count,
  rejected: Count,
});
export type SyncCounts = z.infer<typeof SyncCounts>;

/** How many users have each irregularity after this run (ONB-30). */
export const IrregularityCounts = z.record(Irregularity, Count);
export type IrregularityCounts = z.infer<typeof IrregularityCounts>;

/** A person's answer to a Held run: let the removals happen, or keep those users. */
export const HoldDecision = z.object({ run: Id, action: z.enum(['remove', 'keep']) });
export type HoldDecision = z.infer<typeof HoldDecision>;

/** `kind: users.header`, message 0 of a run. `base` is the revision that a delta builds on; a full run has base 0. */
export const UsersHeader = z.looseObject({
  run: Id,
  pbx: Id,
  pbxType: PbxType,
  pbxName: z.string().max(128),
  mode: z.enum(['full', 'delta']),
  base: Count,
  trigger: SyncTrigger,
  startedAt: Instant,
  /** Set when a person's decision about an earlier, Held run is being carried out. */
  decision: HoldDecision.optional(),
});
export type UsersHeader = z.infer<typeof UsersHeader>;

/** `kind: users.chunk`, messages 1 to n: records to put, keys to remove. In a Held run the keys are the candidates. */
export const UsersChunk = z.looseObject({
  run: Id,
  pbx: Id,
  n: Count.min(1),
  put: z.array(UserRecord).max(1000),
  remove: z.array(z.string().min(1).max(200)).max(2000),
});
export type UsersChunk = z.infer<typeof UsersChunk>;

/** Why a run ended as it did, for the person who reads it. */
export const Reason = z.object({
  code: z.string().max(64),
  message: z.string().max(1000),
  nextStep: z.string().max(1000),
});
export type Reason = z.infer<typeof Reason>;

/** A record of the PBX that could not be used, or not as it was: where it stands, and why. */
export const RecordNote = z.object({ where: z.string().max(200), reason: z.string().max(300) });
export type RecordNote = z.infer<typeof RecordNote>;

/**
 * The first few records of a run that a person should look at. How many were rejected in all is in the counts; `remarked`
 * were used although something in them was changed or missed.
 */
export const RecordNotes = z.object({
  rejected: z.array(RecordNote).max(50),
  remarked: Count,
  remarks: z.array(RecordNote).max(50),
});
export type RecordNotes = z.infer<typeof RecordNotes>;

/** `kind: users.trailer`, the last message. A run takes effect only when its trailer and all its chunks are there. */
export const UsersTrailer = z.looseObject({
  run: Id,
  pbx: Id,
  chunks: Count,
  /** The revision after this run; equal to the header's base when nothing took effect (Held, Failed). */
  revision: Count,
  outcome: SyncOutcome,
  counts: SyncCounts,
  irregularities: IrregularityCounts,
  finishedAt: Instant,
  durationMs: Count,
  reason: Reason.optional(),
  /** Left out when there is nothing to tell. */
  notes: RecordNotes.optional(),
});
export type UsersTrailer = z.infer<typeof UsersTrailer>;

/** Limits of the removal guard: a run that removes more than either is Held (both settable per account). */
export const RemovalGuard = z.object({
  percent: z.number().min(0).max(100).default(10),
  users: Count.default(50),
});
export type RemovalGuard = z.infer<typeof RemovalGuard>;

/** Whether a run that would take `removed` of `known` users away looks like an accident (design section 6). */
export function looksLikeAccident(removed: number, known: number, guard: RemovalGuard): boolean {
  if (removed === 0) return false;
  return removed > guard.users || removed * 100 > known * guard.percent;
}
