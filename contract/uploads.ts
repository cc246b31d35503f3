/**
 * Files that gateways bring to the cloud for a command: support bundles and logs, and call traces. A gateway sends one
 * file for one command to `/api/v1/device/uploads/{command}` with its client certificate, in parts that can be taken up
 * again (after draft-ietf-httpbis-resumable-upload): `HEAD` tells how much is on disk, `PATCH` appends at
 * `Upload-Offset`. The last part makes the cloud compare the digest; from then on the upload is closed.
 */
import { z } from 'zod';
import type { Permission } from './access.ts';
import type { CommandName } from './commands.ts';
import { Id, Instant } from './ids.ts';

/** Largest file that one command may bring, in bytes. */
export const MAX_UPLOAD_BYTES = 256 * 1024 * 1024;

/** The body of a `PATCH`. */
export const UPLOAD_PART_TYPE = 'application/partial-upload';

export const UploadKind = z.enum(['logs', 'trace']);
export type UploadKind = z.infer<typeof UploadKind>;

/** The right that reading a file of each kind needs. */
export const UPLOAD_PERMISSIONS: Readonly<Record<UploadKind, Permission>> = {
  logs: 'support:logs',
  trace: 'support:trace',
};

/** The commands that bring a file, and of which kind it is. */
export const UPLOADING_COMMANDS: Readonly<Partial<Record<CommandName, UploadKind>>> = {
  'gateway.collect-logs': 'logs',
  'gateway.trace-calls': 'trace',
};

const Bytes = z.coerce.number().int().min(0).max(MAX_UPLOAD_BYTES);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex');
/** A name without a path that is the same on every file system. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'must be a plain file name');

/** Headers of a `PATCH`. Each says what the whole file is, so that a file that was made anew replaces an unfinished one. */
export const UploadPart = z.object({
  'upload-offset': Bytes,
  'upload-length': Bytes.min(1),
  'upload-sha256': Sha256,
  'upload-name': FileName,
});
export type UploadPart = z.infer<typeof UploadPart>;

/** Header of every refusal, with the error's code: the answer to a `HEAD` has no body to hold it. */
export const UPLOAD_ERROR_HEADER = 'upload-error';

/** Headers of the answers to `HEAD` and `PATCH`, and of a refusal for a wrong offset: what is on disk. */
export const UploadState = z.object({
  'upload-offset': Bytes,
  'upload-complete': z.enum(['?0', '?1']),
  /** The file that the offset is of; left out while nothing has come. */
  'upload-sha256': Sha256.optional(),
});
export type UploadState = z.infer<typeof UploadState>;

/** A file as the API shows it: `GET /api/v1/uploads`. Only those that are whole. */
export const Upload = z.object({
  id: Id,
  account: Id,
  gateway: Id,
  command: Id,
  kind: UploadKind,
  fileName: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  requestedBy: z.string(),
  createdAt: Instant,
  /** When it is removed, unless the account needs its room before. */
  expiresAt: Instant,
});
export type Upload = z.infer<typeof Upload>;
