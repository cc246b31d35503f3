import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { z } from 'zod';
import { ErrorBody, ListQuery, Page } from '#contract/api.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { UPLOAD_PERMISSIONS, Upload, UploadKind } from '#contract/uploads.ts';
import { allow, eventActor } from '../api/access.ts';
import { type Api, accountResource, answers, ById, nothing, type Parts, visibleBy } from '../api/routing.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import { readList, readOne, type Within } from '../lists/list.ts';
import { removeUpload } from './room.ts';
import { type UploadRow, uploadDto, uploadsList } from './upload-dto.ts';

type WholeRow = UploadRow & { completed_at: string };

const tags = ['Uploads'];
const fileAnswer = {
  200: { description: 'The file', content: { 'application/gzip': { schema: z.string() } } },
  '4xx': ErrorBody,
};

/** What support does with the files that gateways brought: list, download, delete. */
export function uploadRoutes(app: Api, { store, clock, uploads: { files } }: Parts): void {
  async function allowed(request: Parameters<typeof allow>[0], id: string): Promise<WholeRow> {
    const row = await readOne<WholeRow>(store.db, uploadsList, id);
    const resource = row && (await accountResource(store.db, row.account_id));
    const found = row && resource && { ...resource, row };
    return allow(request, found, row && UPLOAD_PERMISSIONS[UploadKind.parse(row.kind)]).row;
  }

  /** Each kind of file within the accounts in which the caller may read that kind. @throws DemarcError `api.forbidden` */
  async function readable(request: Parameters<typeof allow>[0], account: string | undefined): Promise<Within> {
    const kinds = [];
    for (const kind of UploadKind.options) {
      try {
        const within = await visibleBy(request, store.db, 'u.account_id', account, UPLOAD_PERMISSIONS[kind]);
        kinds.push(sql`(u.kind = ${kind} and ${within.condition})`);
      } catch (error) {
        if (toDemarcError(error).code !== 'api.forbidden') throw error;
      }
    }
    if (kinds.length === 0) throw new DemarcError('api.forbidden', Object.values(UPLOAD_PERMISSIONS).join(' or '));
    return { condition: sql`(${sql.join(kinds, sql` or `)})`, indexed: false };
  }

  const record = (row: UploadRow, what: 'downloaded' | 'deleted', actor: EventActor, requestId: string) =>
    store.write((work) =>
      recordEvent(
        work,
        {
          account: row.account_id,
          gateway: row.gateway_id,
          actor,
          action: what === 'deleted' ? 'Delete' : 'Report',
          type: 'Gateway',
          asset: 'Gateway',
          assetId: row.gateway_id,
          name: `upload.${what}`,
          message: `${row.file_name} was ${what}`,
          details: { upload: row.id, command: row.command_id, bytes: row.bytes },
          requestId,
        },
        clock,
      ),
    );

  app.get(
    '/uploads',
    {
      config: { access: 'support:logs' },
      schema: {
        summary:
          'List the files that gateways brought, the newest first; logs and traces each for those who may read them',
        tags,
        querystring: ListQuery,
        response: answers(Page(Upload)),
      },
    },
    async (request) => {
      const within = await readable(request, request.query.account);
      const page = await readList<WholeRow>(store.db, uploadsList, within, request.query, clock.now());
      return { items: page.rows.map(uploadDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/uploads/:id/file',
    {
      config: { access: 'support:logs' },
      schema: {
        summary: 'Download a file; that is kept in the event history',
        tags,
        params: ById,
        response: fileAnswer,
      },
    },
    async (request, reply) => {
      const row = await allowed(request, request.params.id);
      const place = { account: row.account_id, command: row.command_id };
      if ((await files.size(place)) !== row.bytes) throw new DemarcError('upload.gone');
      await record(row, 'downloaded', eventActor(request), request.id);
      return sendFile(reply, row, files.read(place));
    },
  );

  app.delete(
    '/uploads/:id',
    {
      config: { access: 'support:logs' },
      schema: { summary: 'Delete a file', tags, params: ById, response: nothing },
    },
    async (request, reply) => {
      const row = await allowed(request, request.params.id);
      await removeUpload({ store, files }, row);
      await record(row, 'deleted', eventActor(request), request.id);
      return reply.code(204).send(null);
    },
  );
}

/** As a file to keep, never as something to show: it comes from a site. */
const sendFile = (reply: FastifyReply, row: UploadRow, bytes: Readable): FastifyReply =>
  reply
    .type('application/gzip')
    .header('content-length', String(row.bytes))
    .header('content-disposition', `attachment; filename="${row.file_name}"`)
    .send(bytes);
