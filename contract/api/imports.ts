/** Importing users from a spreadsheet (IMP). */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';

/** Limits of a file. Rows beyond are counted, so that the refusal can say how many there are. */
export const IMPORT_LIMITS = { fileBytes: 5 * 1024 * 1024, rows: 10_000 } as const;

/** The type under which a file is sent, whatever it is: what it is, its bytes tell. */
export const IMPORT_FILE_TYPE = 'application/octet-stream';

/** What can be wrong with a row (IMP-4 to IMP-6, and what spreadsheets bring along). The order is that of stored bits. */
export const ImportProblem = z.enum([
  'no-name',
  'no-email',
  'invalid-email',
  'unknown-role',
  'too-long',
  'formula',
  'merged',
  'error-value',
  'email-in-use',
  'email-repeated',
  'role-not-allowed',
]);
export type ImportProblem = z.infer<typeof ImportProblem>;

/** An import: open for correction, being applied, or done. */
export const Import = z.object({
  id: Id,
  account: Id,
  fileName: z.string(),
  state: z.enum(['open', 'applying', 'done']),
  /** Rows that are no users yet, and those of them with problems. */
  rows: z.int(),
  bad: z.int(),
  /** Rows that have become users, of how many that were to. */
  applied: z.int(),
  wanted: z.int(),
  createdBy: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Import = z.infer<typeof Import>;

const Cell = z.string().max(1000);

/** What a row says, as it was written. An empty role means User. */
export const ImportCells = z.strictObject({
  firstName: Cell,
  lastName: Cell,
  name: Cell,
  email: Cell,
  role: Cell,
});
export type ImportCells = z.infer<typeof ImportCells>;

/** A row of the preview (IMP-7). `n` is its number in the sheet, or follows the last for one that was added by hand. */
export const ImportRow = ImportCells.extend({ n: z.int(), problems: z.array(ImportProblem) });
export type ImportRow = z.infer<typeof ImportRow>;

/** `GET /api/v1/imports/{id}/rows`. */
export const ImportRowsQuery = z.object({
  only: z.enum(['all', 'bad']).default('all'),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
