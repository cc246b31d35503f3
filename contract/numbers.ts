/** Section `numbers`: the direct-dial numbers and extension ranges that the PBXs of a gateway tell. */
import { z } from 'zod';
import { Id, Instant } from './ids.ts';
import { PbxType } from './words.ts';

const Digits = z.string().regex(/^\+?\d{1,26}$/);

/**
 * One number, or all from `from` to `to` (as many digits). `target` is where they lead; with `targetTo` the targets count
 * up with the numbers, so that a block of numbers and extensions is one entry.
 */
export const NumberRun = z.object({
  from: Digits,
  to: Digits.optional(),
  target: z.string().min(1).max(64).optional(),
  targetTo: z.string().min(1).max(64).optional(),
});
export type NumberRun = z.infer<typeof NumberRun>;

/** Of a PBX that has its numbers with its people there is no entry: they come with the users. */
export const NumbersSection = z.looseObject({
  pbxs: z
    .array(
      z.looseObject({
        id: Id,
        type: PbxType,
        name: z.string().max(128),
        readAt: Instant,
        dids: z.array(NumberRun).max(5000),
        ranges: z.array(NumberRun).max(5000),
        /** Entries that found no room in the message. */
        omitted: z.int().min(0),
      }),
    )
    .max(50),
});
export type NumbersSection = z.infer<typeof NumbersSection>;
