/** Support logs: issues that people report, with files of gateways, until they are settled (LOG-1 to LOG-10). */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';
import { Upload } from '../uploads.ts';
import { PbxType } from '../words.ts';

/** What an issue can be about. */
export const SupportProduct = z.enum(['gateway', 'console', 'sip-trunk', ...PbxType.options, 'other']);
export type SupportProduct = z.infer<typeof SupportProduct>;

/** Reported once somebody has handed it on to the vendor (LOG-6). */
export const SupportState = z.enum(['Open', 'Reported', 'Resolved']);
export type SupportState = z.infer<typeof SupportState>;

/** `GET /api/v1/support-logs/{id}` (LOG-2, LOG-8). */
export const SupportLog = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  partner: Id,
  gateway: Id.nullable(),
  gatewayName: z.string().nullable(),
  product: SupportProduct,
  title: z.string(),
  report: z.string(),
  reporter: Id,
  reporterName: z.string(),
  reporterEmail: z.string(),
  state: SupportState,
  /** What the partner notes, such as the number of a ticket. */
  notes: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  /** Files of its gateway that belong to it; those that have served their time are gone. */
  attachments: z.array(Upload.pick({ id: true, kind: true, fileName: true, bytes: true, createdAt: true })),
  etag: z.string(),
});
export type SupportLog = z.infer<typeof SupportLog>;

/** `POST /api/v1/support-logs`. Attachments are files of the gateway that it names. */
export const SupportLogCreate = z.strictObject({
  account: Id,
  gateway: Id.optional(),
  product: SupportProduct,
  title: z.string().trim().min(1).max(200),
  report: z.string().trim().max(10_000).default(''),
  attachments: z.array(Id).max(20).default([]),
});
export type SupportLogCreate = z.infer<typeof SupportLogCreate>;

/** `PATCH /api/v1/support-logs/{id}`. */
export const SupportLogEdit = z.strictObject({ state: SupportState, notes: z.string().trim().max(4000) }).partial();
export type SupportLogEdit = z.infer<typeof SupportLogEdit>;

/** `GET /api/v1/support-logs/products`: those with issues in the last 60 days (LOG-5). */
export const SupportProducts = z.array(z.object({ product: SupportProduct, count: z.int() }));
