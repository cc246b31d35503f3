import { z } from 'zod';
import {
  Did,
  DidCreate,
  DidEdit,
  ExtensionRange,
  ExtensionRangeCreate,
  ExtensionRangeEdit,
  NextFree,
  NumberSourceState,
} from '#contract/api/numbers.ts';
import { Id } from '#contract/ids.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import type { ListResource } from '../../lists/list.ts';
import { type DidRow, didDto, didsList, type RangeRow, rangeDto, rangesList } from '../../lists/numbers.ts';
import { nextFree } from '../../numbers/next-free.ts';
import { Numbers } from '../../numbers/numbers.ts';
import { numberSources } from '../../numbers/sources.ts';
import { allow, eventActor } from '../access.ts';
import { listRoutes, oneRoute } from '../list-routes.ts';
import {
  type Api,
  accountResource,
  allowRow,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
} from '../routing.ts';

const rangeColumns: CsvColumn<ExtensionRange>[] = [
  { heading: 'Account', value: (row) => row.accountName },
  { heading: 'Lower value', value: (row) => row.lower },
  { heading: 'Upper value', value: (row) => row.upper },
  { heading: 'PBX', value: (row) => row.pbxName },
  { heading: 'Location', value: (row) => row.location?.name },
  { heading: 'Source', value: (row) => row.source },
];

const didColumns: CsvColumn<Did>[] = [
  { heading: 'Account', value: (row) => row.accountName },
  { heading: 'DID number', value: (row) => row.number },
  { heading: 'To', value: (row) => row.numberTo },
  { heading: 'Destination number', value: (row) => row.target },
  { heading: 'Destination to', value: (row) => row.targetTo },
  { heading: 'User', value: (row) => row.targetName },
  { heading: 'Type', value: (row) => row.type },
  { heading: 'PBX', value: (row) => row.pbxName },
  { heading: 'Location', value: (row) => row.location?.name },
  { heading: 'Source', value: (row) => row.source },
];

/** Extension ranges and direct-dial numbers: two resources of one form. */
export function numberRoutes(app: Api, all: Parts): void {
  const { store, clock } = all;
  const numbers = new Numbers({ store, clock });

  resource<ExtensionRange, RangeRow, ExtensionRangeCreate, ExtensionRangeEdit>({
    path: 'extension-ranges',
    kind: 'extension_range',
    words: ['extension range', 'extension ranges'],
    tag: 'Extension ranges',
    item: ExtensionRange,
    create: ExtensionRangeCreate,
    edit: ExtensionRangeEdit,
    list: rangesList,
    dto: rangeDto,
    columns: rangeColumns,
    add: numbers.addRange.bind(numbers),
    change: numbers.editRange.bind(numbers),
  });
  resource<Did, DidRow, DidCreate, DidEdit>({
    path: 'dids',
    kind: 'did',
    words: ['direct-dial number', 'direct-dial numbers'],
    tag: 'Direct-dial numbers',
    item: Did,
    create: DidCreate,
    edit: DidEdit,
    list: didsList,
    dto: didDto,
    columns: didColumns,
    add: numbers.addDid.bind(numbers),
    change: numbers.editDid.bind(numbers),
  });

  app.get(
    '/extension-ranges/next-free',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'The lowest extension of the ranges of a PBX that nobody has',
        tags: ['Extension ranges'],
        querystring: z.object({ pbx: Id }),
        response: answers(NextFree),
      },
    },
    async (request) => {
      const found = await store.db
        .selectFrom('pbx')
        .select(['id', 'account_id'])
        .where('id', '=', request.query.pbx)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      return nextFree(store.db, await allowRow(request, store.db, found));
    },
  );

  app.get(
    '/number-sources',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'Of each PBX of an account, how its numbers are known and when they were read',
        tags: ['Direct-dial numbers'],
        querystring: z.object({ account: Id }),
        response: answers(z.object({ items: z.array(NumberSourceState) })),
      },
    },
    async (request) => {
      const { account } = allow(request, await accountResource(store.db, request.query.account));
      return { items: await numberSources(store.db, account) };
    },
  );

  function resource<
    Item extends { etag: string },
    Row extends { account_id: string },
    Create extends { account: string },
    Edit,
  >(parts: {
    path: 'extension-ranges' | 'dids';
    kind: 'extension_range' | 'did';
    words: readonly [one: string, many: string];
    tag: string;
    item: z.ZodType<Item>;
    create: z.ZodType<Create>;
    edit: z.ZodType<Edit>;
    list: ListResource;
    dto: (row: Row) => Item;
    columns: CsvColumn<Item>[];
    add: (wish: Create, by: Parameters<Numbers['addRange']>[1]) => Promise<string>;
    change: (id: string, wish: Edit, match: string, by: Parameters<Numbers['addRange']>[1]) => Promise<void>;
  }): void {
    const { path, list, dto, item } = parts;
    const [one, many] = parts.words;
    const tags = [parts.tag];
    const of = { path: `/${path}`, tags, access: 'integrations:view', list, item, itemOf: dto } as const;
    listRoutes<Row, Item>(app, all, { ...of, words: many, within: 'n.account_id', columns: parts.columns });
    const { allowed, known } = oneRoute<Row, Item>(app, all, { ...of, words: one });

    app.post(
      `/${path}`,
      {
        config: { access: 'integrations:add' },
        schema: { summary: `Add an entry of ${many}`, tags, body: parts.create, response: created<z.ZodType>(item) },
      },
      async (request, reply) => {
        const wish = request.body as Create;
        allow(request, await accountResource(store.db, wish.account));
        const id = await parts.add(wish, { actor: eventActor(request), requestId: request.id });
        reply.code(201).header('location', `/api/v1/${path}/${id}`);
        return known(id);
      },
    );

    app.patch(
      `/${path}/:id`,
      {
        config: { access: 'integrations:edit' },
        schema: {
          summary: `Change an entry of ${many}; If-Match must name the version that was read`,
          tags,
          params: ById,
          headers: IfMatch,
          body: parts.edit,
          response: answers<z.ZodType>(item),
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        await allowed(request, id);
        const match = matchOf(request.headers);
        await parts.change(id, request.body as Edit, match, { actor: eventActor(request), requestId: request.id });
        const now = await known(id);
        reply.header('etag', now.etag);
        return now;
      },
    );

    app.delete(
      `/${path}/:id`,
      {
        config: { access: 'integrations:delete' },
        schema: { summary: `Delete an entry of ${many} that a person made`, tags, params: ById, response: nothing },
      },
      async (request, reply) => {
        const { id } = request.params;
        await allowed(request, id);
        await numbers.remove(parts.kind, id, { actor: eventActor(request), requestId: request.id });
        return reply.code(204).send(null);
      },
    );
  }
}
