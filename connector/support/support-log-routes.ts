import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { z } from 'zod';
import { instant } from '#config/clock.ts';
import { SupportLog, SupportLogCreate, SupportLogEdit, SupportProducts } from '#contract/api/support-logs.ts';
import { ErrorBody, ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { allow, callerOf, eventActor } from '../api/access.ts';
import {
  type Api,
  accountResource,
  allowRow,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  type Parts,
  visibleBy,
} from '../api/routing.ts';
import { recordEvent } from '../history/record-event.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import { readList, readOne } from '../lists/list.ts';
import type { Db, Work } from '../store/store.ts';
import { asText } from './export-text.ts';
import { mailReport } from './report-mail.ts';
import { attachmentsOf, type SupportLogRow, supportLogDto, supportLogsList } from './support-logs-list.ts';
import { type ZipMember, zip } from './zip.ts';

const tags = ['Support logs'];
const DAY_MS = 86_400_000;
const PRODUCT_DAYS = 60;

const zipAnswer = {
  200: { description: 'A zip file', content: { 'application/zip': { schema: z.string() } } },
  '4xx': ErrorBody,
};

/** Issues that people report: whoever looks at gateways reports them, the partner settles them (LOG-1 to LOG-10). */
export function supportLogRoutes(app: Api, { store, clock, alerts, publicUrl, uploads: { files } }: Parts): void {
  const find = (db: Db, id: string) => readOne<SupportLogRow>(db, supportLogsList, id);

  async function one(db: Db, row: SupportLogRow): Promise<SupportLog> {
    return supportLogDto(row, (await attachmentsOf(db, [row])).get(row.id) ?? []);
  }

  async function again(db: Db, id: string): Promise<SupportLog> {
    const row = await find(db, id);
    if (row === undefined) throw new DemarcError('api.not-found');
    return one(db, row);
  }

  /** Files of this gateway only: a log must not be a way to what its reader may not see. @throws InvalidField */
  async function attachable(work: Work, { account, gateway, attachments }: SupportLogCreate): Promise<void> {
    if (gateway !== undefined) {
      const known = await work.db
        .selectFrom('gateway')
        .select('account_id')
        .where('id', '=', gateway)
        .executeTakeFirst();
      if (known?.account_id !== account) throw new InvalidField('gateway', 'must be a gateway of the account');
    }
    if (attachments.length === 0) return;
    const found = await work.db
      .selectFrom('upload')
      .select('id')
      .where('id', 'in', attachments)
      .where('account_id', '=', account)
      .where('gateway_id', '=', gateway ?? '')
      .where('completed_at', 'is not', null)
      .execute();
    if (found.length !== new Set(attachments).size) {
      throw new InvalidField('attachments', 'must be files that the gateway of the report has brought');
    }
  }

  app.get(
    '/support-logs',
    {
      config: { access: 'support:view' },
      schema: {
        summary: 'List support logs, the newest first',
        tags,
        querystring: ListQuery,
        response: answers(Page(SupportLog)),
      },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 's.account_id', request.query.account);
      const page = await readList<SupportLogRow>(store.db, supportLogsList, within, request.query, clock.now());
      const attached = await attachmentsOf(store.db, page.rows);
      const items = page.rows.map((row) => supportLogDto(row, attached.get(row.id) ?? []));
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/support-logs/products',
    {
      config: { access: 'support:view' },
      schema: {
        summary: 'Products with issues in the last 60 days',
        tags,
        querystring: ListQuery.pick({ account: true }),
        response: answers(SupportProducts),
      },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 's.account_id', request.query.account);
      const since = new Date(clock.now() - PRODUCT_DAYS * DAY_MS).toISOString();
      const { rows } = await sql`select s.product, count(*) as count from support_log as s
        where ${within.condition} and s.created_at >= ${since} group by s.product order by s.product`.execute(store.db);
      return SupportProducts.parse(rows);
    },
  );

  app.get(
    '/support-logs/:id',
    {
      config: { access: 'support:view' },
      schema: { summary: 'One support log, with its ETag', tags, params: ById, response: answers(SupportLog) },
    },
    async (request, reply) => {
      const row = await allowRow(request, store.db, await find(store.db, request.params.id));
      const log = await one(store.db, row);
      return reply.header('etag', log.etag).send(log);
    },
  );

  app.post(
    '/support-logs',
    {
      config: { access: 'support:view' },
      schema: { summary: 'Report a problem', tags, body: SupportLogCreate, response: created(SupportLog) },
    },
    async (request, reply) => {
      const { account, gateway, product, title, report, attachments } = request.body;
      const resource = allow(request, await accountResource(store.db, account));
      if (resource.deactivated === true) throw new DemarcError('account.deactivated');
      if (attachments.length > 0) allow(request, resource, 'support:logs');
      const { actor } = callerOf(request);
      const id = await store.write(async (work) => {
        await attachable(work, request.body);
        const id = work.newId();
        const now = instant(clock);
        await work.db
          .insertInto('support_log')
          .values({
            id,
            account_id: account,
            gateway_id: gateway ?? null,
            product,
            title,
            title_lc: title.toLowerCase(),
            report,
            attachments: JSON.stringify([...new Set(attachments)]),
            reporter_id: actor.id,
            reporter_name: actor.name,
            reporter_email: actor.email,
            state: 'Open',
            notes: '',
            created_at: now,
            updated_at: now,
            reminded_at: now,
            revision: 1,
          })
          .execute();
        work.changed({ topic: 'support-log', account, ref: id });
        const told = { id, title, report, product, reporter: actor };
        if (alerts.delivery.mail) await mailReport(work, account, told, { publicUrl, now: clock.now() });
        await recordEvent(
          work,
          {
            account,
            gateway: gateway ?? null,
            actor: eventActor(request),
            action: 'Create',
            type: 'Admin',
            asset: 'Support log',
            assetId: id,
            name: 'support-log.created',
            message: `Problem reported: ${title}`,
            details: { product, attachments: attachments.length },
            requestId: request.id,
          },
          clock,
        );
        return id;
      });
      return reply.code(201).send(await again(store.db, id));
    },
  );

  app.patch(
    '/support-logs/:id',
    {
      config: { access: 'support:resolve' },
      schema: {
        summary: 'Set the state or the notes; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: SupportLogEdit,
        response: answers(SupportLog),
      },
    },
    async (request, reply) => {
      const row = await allowRow(request, store.db, await find(store.db, request.params.id));
      const match = matchOf(request.headers);
      const { state = row.state, notes = row.notes } = request.body;
      const properties = [
        ...(state === row.state ? [] : [{ property: 'state', before: row.state, after: state }]),
        ...(notes === row.notes ? [] : [{ property: 'notes', before: row.notes, after: notes }]),
      ];
      await store.write(async (work) => {
        const now = instant(clock);
        // Of one that is opened again the reminders begin anew.
        const reminded_at = state === row.state ? row.reminded_at : now;
        const updated = await work.db
          .updateTable('support_log')
          .set((eb) => ({ state, notes, reminded_at, updated_at: now, revision: eb('revision', '+', 1) }))
          .where('id', '=', row.id)
          .where('revision', '=', Number(match.replaceAll('"', '')))
          .executeTakeFirst();
        if (updated.numUpdatedRows === 0n) throw new DemarcError('api.stale');
        work.changed({ topic: 'support-log', account: row.account_id, ref: row.id });
        if (properties.length === 0) return;
        await recordEvent(
          work,
          {
            account: row.account_id,
            gateway: row.gateway_id,
            actor: eventActor(request),
            action: 'Edit',
            type: 'Admin',
            asset: 'Support log',
            assetId: row.id,
            name: 'support-log.changed',
            message: `Support log changed: ${row.title}`,
            properties,
            requestId: request.id,
          },
          clock,
        );
      });
      const log = await again(store.db, row.id);
      return reply.header('etag', log.etag).send(log);
    },
  );

  app.get(
    '/support-logs/:id/export.zip',
    {
      config: { access: 'support:logs' },
      schema: {
        summary: 'The log as text with its attachments, in one zip file; that is kept in the event history',
        tags,
        params: ById,
        response: zipAnswer,
      },
    },
    async (request, reply) => {
      const row = await allowRow(request, store.db, await find(store.db, request.params.id));
      const attached = (await attachmentsOf(store.db, [row])).get(row.id) ?? [];
      const traces = attached.some(({ kind }) => kind === 'trace');
      if (traces) await allowRow(request, store.db, row, 'support:trace');
      const log = supportLogDto(row, attached);
      const text = Buffer.from(asText(log));
      const modified = new Date(row.updated_at);
      for (const file of attached) {
        const place = { account: file.account_id, command: file.command_id };
        if ((await files.size(place)) !== file.bytes) throw new DemarcError('upload.gone');
      }
      const members: ZipMember[] = [
        { name: 'report.txt', bytes: text.length, modified, read: () => Readable.from([text]) },
        ...attached.map((file, at) => ({
          // Two commands may bring files of one name.
          name: `attachments/${at + 1}-${file.file_name}`,
          bytes: file.bytes,
          modified: new Date(file.completed_at),
          read: () => files.read({ account: file.account_id, command: file.command_id }),
        })),
      ];
      await store.write((work) =>
        recordEvent(
          work,
          {
            account: row.account_id,
            gateway: row.gateway_id,
            actor: eventActor(request),
            action: 'Report',
            type: 'Admin',
            asset: 'Support log',
            assetId: row.id,
            name: 'support-log.exported',
            message: `Support log exported: ${row.title}`,
            details: { attachments: attached.length },
            requestId: request.id,
          },
          clock,
        ),
      );
      return sendZip(reply, `support-log-${row.id}.zip`, members);
    },
  );
}

const sendZip = (reply: FastifyReply, name: string, members: readonly ZipMember[]): FastifyReply =>
  reply
    .type('application/zip')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(zip(members)));
