/** What the sync keeps in the daemon's store. */
import { z } from 'zod';
import { Id, Instant } from '#contract/ids.ts';
import { SyncStatus } from '#contract/sections.ts';
import { IrregularityCounts, RecordNote } from '#contract/users.ts';

const Count = z.int().min(0);

/** A Held run that waits for a decision. `digest` tells whether a later run would remove the same users. */
export const Hold = z.object({ run: Id, at: Instant, users: Count, digest: z.string() });
export type Hold = z.infer<typeof Hold>;

/** The one record of a PBX that says what is in force; written only together with a run's trailer. */
export const SyncState = z.object({
  /** The revision that the cloud has, or will have when the outbox is sent. 0: nothing was ever sent. */
  revision: Count,
  /** The generation in force; 0: none. */
  generation: Count,
  /** How many users the generation has; another number means that the store lost some of them. */
  users: Count,
  /** How many of them are kept against the PBX. */
  kept: Count,
  irregularities: IrregularityCounts,
  hold: Hold.nullable(),
  last: SyncStatus.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** What is wrong now, so that it is told once and not with every run. Null when all is well. */
  trouble: z.string().nullable(),
  /** The first few rejections of the last run. */
  rejected: z.array(RecordNote).max(50),
  /** Records of the last run that are used although something in them was changed or missed; the first few of them. */
  remarks: z.object({ records: Count, first: z.array(RecordNote).max(50) }).default({ records: 0, first: [] }),
});
export type SyncState = z.infer<typeof SyncState>;

/** No user has any irregularity. */
export const noIrregularities = (): IrregularityCounts => ({
  'no-email': 0,
  'email-not-unique': 0,
  'invalid-email': 0,
  'duplicate-extension': 0,
});

/** A PBX that was never read. */
export const emptyState = (): SyncState => ({
  revision: 0,
  generation: 0,
  users: 0,
  kept: 0,
  irregularities: noIrregularities(),
  hold: null,
  last: null,
  lastSuccessAt: null,
  trouble: null,
  rejected: [],
  remarks: { records: 0, first: [] },
});
