/** Extension ranges and direct-dial numbers of PBXs, as the console shows them (MVB-2 to MVB-5). */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';
import { PbxType } from '../words.ts';

/** Most numbers that one range may hold. */
export const MAX_RANGE = 100_000;

/** Who says that a number is there: the PBX itself, its users' records, or a person in the console. */
export const NumberSource = z.enum(['PBX', 'Users', 'Console']);
export type NumberSource = z.infer<typeof NumberSource>;

/** `Single` or `Range` (MVB-5). */
export const DidType = z.enum(['Single', 'Range']);
export type DidType = z.infer<typeof DidType>;

/** Digits as they are dialled; what people put between them to read them is taken away. */
const digits = (pattern: RegExp, message: string) =>
  z
    .string()
    .max(64)
    .transform((text) => text.replaceAll(/[\s()./-]/g, ''))
    .pipe(z.string().regex(pattern, message));

/** An extension: zeros in front count. */
export const ExtensionDigits = digits(/^\d{1,16}$/, 'must be 1 to 16 digits');
/** A direct-dial number, with or without the plus sign. */
export const DidDigits = digits(
  /^\+?\d{1,26}$/,
  'must be digits, with a plus sign in front where the country code is written',
);
/** Where a direct-dial number leads: an extension, or a number of a group. */
const Destination = digits(/^[\d*#+]{1,32}$/, 'must be digits, * or #');

/** Another entry that holds some of the same numbers. */
export const NumberConflict = z.object({ from: z.string(), to: z.string(), pbxName: z.string() });
export type NumberConflict = z.infer<typeof NumberConflict>;

const Place = z.object({ id: Id, name: z.string() });

const entry = {
  id: Id,
  account: Id,
  accountName: z.string(),
  pbx: Id,
  pbxName: z.string(),
  pbxType: PbxType,
  source: NumberSource,
  location: Place.nullable(),
  /** Those that overlap with it, a few at the most. */
  conflicts: z.array(NumberConflict),
  updatedAt: Instant,
  etag: z.string(),
};

/** A block of extensions for users (MVB-2). */
export const ExtensionRange = z.object({ ...entry, lower: z.string(), upper: z.string(), size: z.int() });
export type ExtensionRange = z.infer<typeof ExtensionRange>;

/** A direct-dial number, or a range of them (MVB-5). `targetTo` where the destinations count up with the numbers. */
export const Did = z.object({
  ...entry,
  number: z.string(),
  numberTo: z.string().nullable(),
  type: DidType,
  target: z.string().nullable(),
  targetTo: z.string().nullable(),
  /** The user with that extension on the same PBX. */
  targetName: z.string().nullable(),
});
export type Did = z.infer<typeof Did>;

/** `POST /api/v1/extension-ranges`. */
export const ExtensionRangeCreate = z.strictObject({
  account: Id,
  pbx: Id,
  lower: ExtensionDigits,
  upper: ExtensionDigits,
  location: Id.nullable().default(null),
});
export type ExtensionRangeCreate = z.infer<typeof ExtensionRangeCreate>;

/** `PATCH /api/v1/extension-ranges/{id}`; of a range that the PBX tells only the location can be set. */
export const ExtensionRangeEdit = z
  .strictObject({ lower: ExtensionDigits, upper: ExtensionDigits, location: Id.nullable() })
  .partial();
export type ExtensionRangeEdit = z.infer<typeof ExtensionRangeEdit>;

/** `POST /api/v1/dids`: a number, or a range when `numberTo` is given. */
export const DidCreate = z.strictObject({
  account: Id,
  pbx: Id,
  number: DidDigits,
  numberTo: DidDigits.nullable().default(null),
  target: Destination.nullable().default(null),
  location: Id.nullable().default(null),
});
export type DidCreate = z.infer<typeof DidCreate>;

/** `PATCH /api/v1/dids/{id}`; of a number that the PBX tells only the location can be set. */
export const DidEdit = z
  .strictObject({
    number: DidDigits,
    numberTo: DidDigits.nullable(),
    target: Destination.nullable(),
    location: Id.nullable(),
  })
  .partial();
export type DidEdit = z.infer<typeof DidEdit>;

/** `GET /api/v1/extension-ranges/next-free?pbx=…` (MVB-3); null when every number of the ranges is in use. */
export const NextFree = z.object({
  number: z.string().nullable(),
  lower: z.string().nullable(),
  upper: z.string().nullable(),
});
export type NextFree = z.infer<typeof NextFree>;

/** How far the numbers of a PBX are known here: `GET /api/v1/number-sources`. */
export const NumberSourceState = z.object({
  pbx: Id,
  pbxName: z.string(),
  pbxType: PbxType,
  /** What the adapter says of it: by which channel, and what it cannot tell. */
  via: z.string(),
  note: z.string().nullable(),
  readAt: Instant.nullable(),
  /** Entries that did not fit into the message of the gateway. */
  omitted: z.int(),
});
export type NumberSourceState = z.infer<typeof NumberSourceState>;
