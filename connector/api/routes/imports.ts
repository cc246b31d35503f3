import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  IMPORT_FILE_TYPE,
  IMPORT_LIMITS,
  Import,
  ImportCells,
  ImportProblem,
  ImportRow,
  ImportRowsQuery,
} from '#contract/api/imports.ts';
import { UserRole } from '#contract/api/users.ts';
import { Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { may } from '../../access/may.ts';
import { type ImportJob } from '../../imports/imports.ts';
import { readFile } from '../../imports/read-file.ts';
import { readCursor, writeCursor } from '../../lists/cursor.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import { once } from '../idempotency.ts';
import { type Api, accepted, accountResource, answers, ById, created, nothing, type Parts } from '../routing.ts';
import { sendXlsx, xlsxAnswer } from '../xlsx-export.ts';

const tags = ['Imports'];
const config = { access: 'users:add' } as const;

const RowOf = ById.extend({ n: z.coerce.number().int().min(1) });
const IdempotencyKey = z.object({ 'idempotency-key': z.string().min(1).max(200).optional() });
const NewFile = z.object({ account: Id, name: z.string().min(1).max(255).default('users') });
const OfAccount = z.object({ account: Id });

const columns = [
  { heading: 'FIRST NAME', width: 20 },
  { heading: 'LAST NAME', width: 24 },
  { heading: 'NAME', width: 30 },
  { heading: 'EMAIL', width: 36 },
  { heading: 'ROLE', width: 16, choices: UserRole.options },
];

/** Imports of users from spreadsheets (IMP). */
export function importRoutes(app: Api, { store, clock, imports: { imports, applier } }: Parts): void {
  /** The import, where the caller may add users. @throws DemarcError as `allow` does */
  async function find(request: FastifyRequest, id: string): Promise<{ job: ImportJob; mayAssign: boolean }> {
    const job = await imports.job(id);
    const account = job && (await accountResource(store.db, job.account_id));
    const resource = allow(request, job && account && { ...account, job });
    return { job: resource.job, mayAssign: may(callerOf(request).actor, 'roles:assign', resource) };
  }

  async function rowOf(id: string, n: number, mayAssign: boolean): Promise<ImportRow> {
    const row = await imports.row(id, n, mayAssign);
    if (row === undefined) throw new DemarcError('api.not-found');
    return row;
  }

  app.get(
    '/imports/template.xlsx',
    { config, schema: { summary: 'The spreadsheet to fill in', tags, querystring: OfAccount, response: xlsxAnswer } },
    async (request, reply) => {
      allow(request, await accountResource(store.db, request.query.account));
      return sendXlsx(reply, 'users-template.xlsx', { name: 'Users', columns, rows: [] });
    },
  );

  app.get(
    '/imports',
    {
      config,
      schema: { summary: 'The imports of an account', tags, querystring: OfAccount, response: answers(Page(Import)) },
    },
    async (request) => {
      const { account } = request.query;
      const resource = allow(request, await accountResource(store.db, account));
      const mayAssign = may(callerOf(request).actor, 'roles:assign', resource);
      const items: Import[] = [];
      for (const job of await imports.list(account)) items.push(await imports.describe(job, mayAssign));
      return { items, nextCursor: null, total: items.length };
    },
  );

  // A plugin of its own, so that no other route takes such bodies.
  const upload: FastifyPluginAsyncZod = async (scope) => {
    scope.addContentTypeParser(IMPORT_FILE_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/imports',
      {
        config,
        bodyLimit: IMPORT_LIMITS.fileBytes,
        schema: {
          summary: 'Upload a spreadsheet (.xlsx or CSV) of users; nothing is added before the import is applied',
          tags,
          consumes: [IMPORT_FILE_TYPE],
          querystring: NewFile,
          response: created(Import),
        },
      },
      async (request, reply) => {
        const { account, name } = request.query;
        const resource = allow(request, await accountResource(store.db, account));
        const rows = await readFile(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
        const actor = eventActor(request);
        const id = await store.write((unit) => imports.create(unit, { account, fileName: name, rows, actor }));
        const job = await imports.job(id);
        if (job === undefined) throw new DemarcError('api.not-found');
        const made = await imports.describe(job, may(callerOf(request).actor, 'roles:assign', resource));
        return reply.code(201).header('location', `/api/v1/imports/${id}`).send(made);
      },
    );
  };
  void app.register(upload);

  app.get(
    '/imports/:id',
    { config, schema: { summary: 'One import with its counts', tags, params: ById, response: answers(Import) } },
    async (request) => {
      const { job, mayAssign } = await find(request, request.params.id);
      return imports.describe(job, mayAssign);
    },
  );

  app.get(
    '/imports/:id/rows',
    {
      config,
      schema: {
        summary: 'The rows of an import that are no users yet, with what is wrong with each',
        tags,
        params: ById,
        querystring: ImportRowsQuery,
        response: answers(Page(ImportRow)),
      },
    },
    async (request) => {
      const { job, mayAssign } = await find(request, request.params.id);
      const { only, cursor, limit } = request.query;
      const after = cursor === undefined ? 0 : Number(readCursor(cursor, 'n').value);
      const rows = await imports.rows(job.id, { only, after, limit: limit + 1, mayAssign });
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1) : undefined;
      const { rows: all, bad } = await imports.describe(job, mayAssign);
      return {
        items,
        nextCursor: last === undefined ? null : writeCursor('n', { value: last.n, id: job.id }),
        total: only === 'bad' ? bad : all,
      };
    },
  );

  app.get(
    '/imports/:id/bad-rows.xlsx',
    {
      config,
      schema: { summary: 'The rows with problems as a spreadsheet', tags, params: ById, response: xlsxAnswer },
    },
    async (request, reply) => {
      const { job, mayAssign } = await find(request, request.params.id);
      const rows = await imports.rows(job.id, { only: 'bad', after: 0, limit: IMPORT_LIMITS.rows, mayAssign });
      const cells = rows.map((row) => [row.firstName, row.lastName, row.name, row.email, row.role, said(row.problems)]);
      const wide = [...columns, { heading: 'PROBLEMS', width: 50 }];
      return sendXlsx(reply, 'users-to-correct.xlsx', { name: 'Users', columns: wide, rows: cells });
    },
  );

  app.post(
    '/imports/:id/rows',
    {
      config,
      schema: { summary: 'Add a row', tags, params: ById, body: ImportCells, response: created(ImportRow) },
    },
    async (request, reply) => {
      const { job, mayAssign } = await find(request, request.params.id);
      const n = await imports.addRow(job.id, request.body);
      return reply.code(201).send(await rowOf(job.id, n, mayAssign));
    },
  );

  app.put(
    '/imports/:id/rows/:n',
    {
      config,
      schema: { summary: 'Correct a row', tags, params: RowOf, body: ImportCells, response: answers(ImportRow) },
    },
    async (request) => {
      const { id, n } = request.params;
      const { mayAssign } = await find(request, id);
      await imports.correct(id, n, request.body);
      return rowOf(id, n, mayAssign);
    },
  );

  app.delete(
    '/imports/:id/rows/:n',
    { config, schema: { summary: 'Take a row away', tags, params: RowOf, response: nothing } },
    async (request, reply) => {
      const { id, n } = request.params;
      await find(request, id);
      await imports.dropRow(id, n);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/imports/:id/apply',
    {
      config,
      schema: {
        summary: 'Make users of the good rows; those with problems remain. The same Idempotency-Key begins it once',
        tags,
        params: ById,
        headers: IdempotencyKey,
        response: accepted(Import),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { mayAssign } = await find(request, id);
      const actor = eventActor(request);
      const key = request.headers['idempotency-key'];
      const idempotent = key === undefined ? undefined : { key, person: actor.id, request: { apply: id } };
      const { answer, row } = await once({ store, clock }, idempotent, Import, async (unit) => {
        const job = await imports.job(id, unit.db);
        if (job === undefined) throw new DemarcError('api.not-found');
        const begun = await applier.begin(unit, job, { mayAssign, actor });
        return { answer: await imports.describe(begun, mayAssign, unit.db), row: begun };
      });
      if (row !== undefined) applier.run(id);
      return reply.code(202).send(answer);
    },
  );

  app.delete(
    '/imports/:id',
    {
      config,
      schema: { summary: 'Drop an import; what has been applied stays', tags, params: ById, response: nothing },
    },
    async (request, reply) => {
      const { job } = await find(request, request.params.id);
      await imports.cancel(job.id);
      return reply.code(204).send(null);
    },
  );
}

const SAID: Readonly<Record<ImportProblem, string>> = {
  'no-name': 'no name',
  'no-email': 'no e-mail address',
  'invalid-email': 'e-mail address not valid',
  'unknown-role': 'role is neither User nor Account Admin',
  'too-long': 'name too long',
  formula: 'holds a formula: paste it as a value',
  merged: 'merged cells',
  'error-value': 'a cell shows an error',
  'email-in-use': 'e-mail address already in use in this account',
  'email-repeated': 'e-mail address stands in the sheet more than once',
  'role-not-allowed': 'your role does not allow you to make admins',
};

/** What is wrong with a row, in words, for the sheet that is downloaded. */
const said = (problems: readonly ImportProblem[]): string => problems.map((problem) => SAID[problem]).join('; ');
