import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { SupportLog, SupportProduct, SupportState } from '#contract/api/support-logs.ts';
import { Id } from '#contract/ids.ts';
import type { ListResource } from '../lists/list.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import { type UploadRow, uploadDto } from '../uploads/upload-dto.ts';

/** A row of the list of support logs. */
export type SupportLogRow = Selectable<Tables['support_log']> & {
  account_name: string;
  partner_id: string;
  gateway_name: string | null;
};

/** Support logs, the newest first. The search looks at the title only (LOG-3). */
export const supportLogsList: ListResource = {
  select: sql`s.*, a.name as account_name, a.partner_id, g.name as gateway_name`,
  from: sql`support_log as s inner join account as a on a.id = s.account_id left join gateway as g on g.id = s.gateway_id`,
  id: 's.id',
  defaultSort: '-createdAt',
  search: sql`s.title_lc`,
  fields: {
    title: { kind: 'text', column: 's.title_lc', lower: true, sort: true },
    product: { kind: 'word', column: 's.product', words: SupportProduct.options, sort: true },
    state: { kind: 'word', column: 's.state', words: SupportState.options, sort: true },
    gateway: { kind: 'word', column: 's.gateway_id', nullable: true },
    reporterName: { kind: 'text', column: 's.reporter_name', sort: true },
    createdAt: { kind: 'instant', column: 's.created_at', sort: true },
  },
};

const Attachments = z.array(Id);

/** The ids of its attachments, as they were attached. */
export const attachmentIds = (row: Pick<SupportLogRow, 'attachments'>): string[] =>
  Attachments.parse(JSON.parse(row.attachments));

type WholeUpload = UploadRow & { completed_at: string };

/** The attachments that are still there: whole files of the log's own account. */
export async function attachmentsOf(db: Db, rows: readonly SupportLogRow[]): Promise<Map<string, WholeUpload[]>> {
  const ids = rows.flatMap(attachmentIds);
  const files =
    ids.length === 0
      ? []
      : await db
          .selectFrom('upload')
          .selectAll()
          .where('id', 'in', ids)
          .where('completed_at', 'is not', null)
          .execute();
  const whole = files.flatMap(({ completed_at, ...file }) =>
    completed_at === null ? [] : [{ ...file, completed_at }],
  );
  return new Map(
    rows.map((row) => {
      const own = attachmentIds(row);
      return [row.id, whole.filter((file) => own.includes(file.id) && file.account_id === row.account_id)];
    }),
  );
}

export function supportLogDto(row: SupportLogRow, attachments: readonly WholeUpload[]): SupportLog {
  return SupportLog.parse({
    id: row.id,
    account: row.account_id,
    accountName: row.account_name,
    partner: row.partner_id,
    gateway: row.gateway_id,
    gatewayName: row.gateway_name,
    product: row.product,
    title: row.title,
    report: row.report,
    reporter: row.reporter_id,
    reporterName: row.reporter_name,
    reporterEmail: row.reporter_email,
    state: row.state,
    notes: row.notes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    attachments: attachments.map(uploadDto),
    etag: `"${row.revision}"`,
  });
}
