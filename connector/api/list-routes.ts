/** The routes by which things of accounts are read: a list by pages, the whole of it as CSV, and one with its ETag. */
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CsvColumn } from '../lists/csv.ts';
import { type ListResource, readAll, readList, readOne, type Within } from '../lists/list.ts';
import type { Access } from './access.ts';
import { CsvQuery, csvAnswer, sendCsv } from './csv-export.ts';
import { type Api, allowRow, answers, ById, type Parts, visibleBy } from './routing.ts';

interface Listed<Row, Item> {
  /** Where the list is, for example `/users`; its CSV is at `/users.csv`. */
  path: string;
  /** What it lists, for the OpenAPI document. */
  words: string;
  tags: string[];
  access: Access;
  list: ListResource;
  item: z.ZodType<Item>;
  /** An item as the API tells it, at the instant `now` (ms since 1970). */
  itemOf: (row: Row, now: number, request: FastifyRequest) => Item;
  /** The column that holds the account, or what else tells which rows the caller may see. */
  within: string | ((request: FastifyRequest, account: string | undefined) => Promise<Within>);
  /** Columns of the CSV; without them there is none. */
  columns?: readonly CsvColumn<Item>[];
}

/** `GET path`, and `GET path.csv` where it has columns. */
export function listRoutes<Row, Item>(app: Api, { store, clock }: Parts, listed: Listed<Row, Item>): void {
  const { path, words, tags, access, list, item, itemOf, within, columns } = listed;
  const mine = (request: FastifyRequest, account: string | undefined) =>
    typeof within === 'string' ? visibleBy(request, store.db, within, account) : within(request, account);

  app.get(
    path,
    {
      config: { access },
      schema: { summary: `List ${words}`, tags, querystring: ListQuery, response: answers(Page(item)) },
    },
    async (request) => {
      const now = clock.now();
      const page = await readList<Row>(store.db, list, await mine(request, request.query.account), request.query, now);
      const items = page.rows.map((row) => itemOf(row, now, request));
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );

  if (columns === undefined) return;
  app.get(
    `${path}.csv`,
    {
      config: { access },
      schema: { summary: `Export ${words} as CSV`, tags, querystring: CsvQuery, response: csvAnswer },
    },
    async (request, reply) => {
      const now = clock.now();
      const rows = readAll<Row, Item>(
        store.db,
        list,
        await mine(request, request.query.account),
        request.query,
        now,
        (row) => itemOf(row, now, request),
      );
      return sendCsv(reply, `${path.slice(1)}.csv`, rows, columns, request.query.bom);
    },
  );
}

interface Kept<Row, Item> extends Pick<Listed<Row, Item>, 'path' | 'tags' | 'access' | 'list' | 'item'> {
  /** What one of them is, for people. */
  words: string;
  itemOf: (row: Row) => Item;
}

/** `GET path/:id`. Gives what the routes that change one need: its row, and how it stands now. */
export function oneRoute<Row extends { account_id: string }, Item extends { etag: string }>(
  app: Api,
  { store }: Parts,
  { path, words, tags, access, list, item, itemOf }: Kept<Row, Item>,
): {
  /** Its row, when the caller has the route's right there. @throws DemarcError `api.not-found`, `api.forbidden` */
  allowed: (request: FastifyRequest, id: string) => Promise<Row>;
  /** @throws DemarcError `api.not-found` */
  known: (id: string) => Promise<Item>;
} {
  const allowed = async (request: FastifyRequest, id: string): Promise<Row> =>
    await allowRow(request, store.db, await readOne<Row>(store.db, list, id));

  app.get(
    `${path}/:id`,
    {
      config: { access },
      schema: { summary: `One ${words}, with its ETag`, tags, params: ById, response: answers<z.ZodType>(item) },
    },
    async (request, reply) => {
      const found = itemOf(await allowed(request, request.params.id));
      reply.header('etag', found.etag);
      return found;
    },
  );

  const known = async (id: string): Promise<Item> => {
    const row = await readOne<Row>(store.db, list, id);
    if (row === undefined) throw new DemarcError('api.not-found', words);
    return itemOf(row);
  };
  return { allowed, known };
}
