import { z } from 'zod';

/** Columns from 1, both ends included, as the record layout of the PBX counts them. */
const Columns = z
  .tuple([z.int().min(1).max(131), z.int().min(1).max(131)])
  .refine(([from, to]) => from <= to, 'must not end before it starts');

/**
 * How the PBX writes a call record. The defaults are the base record of 90 columns; a PBX with more options switched on
 * writes longer ones, and where those move a field, its columns are declared here. Fields behind the dialled digits are
 * read only where their columns are known.
 */
export const SmdrLayout = z
  .object({
    /** Columns of a whole record: 90 plain, 101 with longer digits, 112 or 120 with ANI and DNIS, about 131 with OLI. */
    length: z.int().min(90).max(131).default(90),
    date: Columns.default([2, 6]),
    start: Columns.default([8, 12]),
    /** Holds `p` after noon where the PBX writes 12 hours. */
    afternoon: Columns.default([13, 13]),
    duration: Columns.default([15, 22]),
    calling: Columns.default([24, 27]),
    answer: Columns.default([30, 32]),
    called: Columns.optional(),
  })
  .transform((layout) => ({
    ...layout,
    // Longer digits and other options move what stands behind them; only these two lengths are known to leave it alone.
    called: layout.called ?? ([90, 112].includes(layout.length) ? ([62, 65] as [number, number]) : undefined),
  }));
export type SmdrLayout = z.output<typeof SmdrLayout>;

/** How to reach the call records of a PBX. */
export const SmdrAccess = z.strictObject({
  port: z.int().min(1).max(65535).default(1752),
  layout: SmdrLayout.prefault({}),
  /** IANA name of the zone of the PBX's clock; that of the gateway when left out. */
  timeZone: z
    .string()
    .max(64)
    .refine(isZone, 'is no time zone')
    .default(() => new Intl.DateTimeFormat().resolvedOptions().timeZone),
  /** Off: calls are counted only. On: each call is handed on with both parties. */
  keepParties: z.boolean().default(false),
});
export type SmdrAccess = z.output<typeof SmdrAccess>;

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
