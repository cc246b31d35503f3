/** What an adapter gives that can set a trunk on its PBX by itself (VAS-8 to VAS-10). */
import { z } from 'zod';
import type { TrunkDiff, TrunkOutcome, TrunkSettings } from '#contract/trunks.ts';

/** One thing that Demarc made on a PBX: how, how it is undone, and what the PBX then shows of it. Never a password. */
const MadeItem = z.object({
  id: z.string(),
  title: z.string(),
  make: z.string(),
  undo: z.string(),
  wanted: z.record(z.string(), z.string()),
  secret: z.boolean(),
});
export type MadeItem = z.infer<typeof MadeItem>;

/** One write: makes `item`, undoes it, or sets it anew where it was made as `was`. */
const TrunkWrite = z.discriminatedUnion('act', [
  z.object({ act: z.literal('make'), item: MadeItem }),
  z.object({ act: z.literal('undo'), item: MadeItem }),
  z.object({ act: z.literal('set'), item: MadeItem, was: MadeItem }),
]);
export type TrunkWrite = z.infer<typeof TrunkWrite>;

/**
 * A run that has written, or may have. The first `started` writes may be on the PBX; in phase `keeping` all of them are,
 * and `items` of the record tells so: only the backup is missing.
 */
const TrunkWork = z.object({
  run: z.string(),
  phase: z.enum(['writing', 'keeping']),
  writes: z.array(TrunkWrite),
  started: z.int().min(0),
});

/** What is known of a trunk on its PBX. It lies on the gateway's disk, and is what tells our routes from those of others. */
export const TrunkRecord = z.object({
  /** What is in effect on the PBX and was made by Demarc, in the order of making it. */
  items: z.array(MadeItem),
  /** Whether the PBX has saved it. */
  kept: z.boolean(),
  work: TrunkWork.optional(),
  /** What the last run came to, in case nobody could be told. */
  last: z.object({ run: z.string(), code: z.string(), detail: z.string(), done: z.array(z.string()) }).optional(),
});
export type TrunkRecord = z.infer<typeof TrunkRecord>;

/** A run that writes. */
export interface TrunkRun {
  /** Its own id, by which its end is found after a restart. */
  id: string;
  record: TrunkRecord;
  /** Puts the record on disk; awaited before each write. */
  save: (record: TrunkRecord) => Promise<void>;
  progress: (text: string, percent: number) => void;
  /** Ends the writing; what was written is then undone. */
  signal: AbortSignal;
  /**
   * Ends the undoing too. When it is aborted while something is written, everything is left as it is: `recover` then
   * goes on in the next process.
   */
  leave: AbortSignal;
}

/**
 * Sets trunks on one PBX: reads, compares, writes only what differs, reads back after each write, and undoes in reverse
 * what it wrote when something fails. Touches nothing that Demarc did not make. Only one run at a time.
 */
export interface TrunkProvisioner {
  /** What would change; only reads. @throws DemarcError `trunk.…`, `pbx.…`, `ssh.…`, `mdsh.…` */
  diff(trunk: TrunkSettings, record: TrunkRecord, signal: AbortSignal): Promise<TrunkDiff>;
  /**
   * Does what the plan with this hash says; nothing when the PBX has the trunk already.
   * @throws DemarcError `trunk.plan-outdated` and those of `diff` before anything was written; `trunk.undone`,
   * `trunk.half-done`, `trunk.not-kept` after
   */
  apply(trunk: TrunkSettings, expected: string, run: TrunkRun): Promise<TrunkOutcome>;
  /** Takes away what Demarc made, in reverse. @throws DemarcError as `apply` */
  remove(run: TrunkRun): Promise<TrunkOutcome>;
  /** Brings a run to its end that was cut off: undone, or kept when all was written. @throws DemarcError as `apply` */
  recover(run: TrunkRun): Promise<TrunkOutcome>;
}
