import { z } from 'zod';

/** An opaque identifier of an account, gateway, PBX, command and so on: a ULID. Nothing may be read out of it. */
export const Id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be a 26-character ULID');
export type Id = z.infer<typeof Id>;

/** An instant as an ISO 8601 string in UTC with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof Instant>;

/** The claim code's alphabet: no letter or digit that looks like another (0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V). */
export const CLAIM_CODE_ALPHABET = '34679ACDEFGHJKMNPQRTWXY';

/** Eight characters that an installer reads out and an admin types in; case and dashes do not matter on input. */
export const ClaimCode = z
  .string()
  .transform((text) => text.toUpperCase().replaceAll(/[\s-]/g, ''))
  .pipe(z.string().regex(new RegExp(`^[${CLAIM_CODE_ALPHABET}]{8}$`), 'must be the 8 characters shown by the gateway'));
export type ClaimCode = z.infer<typeof ClaimCode>;
