import { type Selectable, sql } from 'kysely';
import { Upload } from '#contract/uploads.ts';
import type { ListResource } from '../lists/list.ts';
import type { Tables } from '../store/schema.ts';

export type UploadRow = Selectable<Tables['upload']>;

/** How long a whole file is kept, in milliseconds. */
export const KEEP_MS = 30 * 86_400_000;

/** A whole file as the API shows it. */
export const uploadDto = (row: UploadRow & { completed_at: string }): Upload =>
  Upload.parse({
    id: row.id,
    account: row.account_id,
    gateway: row.gateway_id,
    command: row.command_id,
    kind: row.kind,
    fileName: row.file_name,
    bytes: row.bytes,
    sha256: row.sha256,
    requestedBy: row.requested_by,
    createdAt: row.completed_at,
    expiresAt: new Date(Date.parse(row.completed_at) + KEEP_MS).toISOString(),
  });

/** The files that are whole, the latest first. */
export const uploadsList: ListResource = {
  select: sql`u.*`,
  from: sql`(select * from upload where completed_at is not null) as u`,
  id: 'u.id',
  defaultSort: '-createdAt',
  search: sql`lower(u.file_name || ' ' || u.requested_by)`,
  fields: {
    gateway: { kind: 'word', column: 'u.gateway_id' },
    command: { kind: 'word', column: 'u.command_id' },
    kind: { kind: 'word', column: 'u.kind' },
    fileName: { kind: 'text', column: 'u.file_name', sort: true },
    bytes: { kind: 'number', column: 'u.bytes', sort: true },
    createdAt: { kind: 'instant', column: 'u.completed_at', sort: true },
  },
};
