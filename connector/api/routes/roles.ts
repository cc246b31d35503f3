import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { z } from 'zod';
import {
  AccountManager,
  ManagedAccount,
  ManagedAccountsChange,
  RoleAccount,
  RoleAccountsChange,
  RoleCreate,
  RoleEdit,
  RoleInfo,
} from '#contract/api/roles.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { type ListResource, readList } from '../../lists/list.ts';
import {
  assignAccounts,
  listManagers,
  type ManagedAccountRow,
  managedAccountDto,
  managedAccountsList,
} from '../../roles/managers.ts';
import { CustomRoles, listRoles, roleOf, roleResource, rolesAt } from '../../roles/roles.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import {
  type Api,
  accountResource,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
} from '../routing.ts';

const tags = ['Roles'];
const Items = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });
/** What lets others in is for people, not for programs. */
const forPeople = { callers: 'people' } as const;

const by = (request: FastifyRequest) => ({ actor: eventActor(request), requestId: request.id });
const own = (request: FastifyRequest) => ({ partner: callerOf(request).actor.partner, account: null });

interface RoleAccountRow {
  id: string;
  name: string;
  updated_at: string;
  assigned: number;
  roles: string | null;
}

/** Accounts with the roles that can be given there, as the page of one role shows them (ROL-16). */
const roleAccountsList = (role: string): ListResource => ({
  select: sql`a.id, a.name, a.updated_at,
    (select count(*) from role_account as ra where ra.account_id = a.id and ra.role_id = ${role}) as assigned,
    (select string_agg(r.name, ${'\n'}) from role_account as ra join role as r on r.id = ra.role_id
      where ra.account_id = a.id) as roles`,
  from: sql`account as a`,
  id: 'a.id',
  defaultSort: 'name',
  search: sql.ref('a.name_lc'),
  fields: {
    name: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    modifiedAt: { kind: 'instant', column: 'a.updated_at', sort: true },
  },
});

const roleAccountDto = (row: RoleAccountRow): RoleAccount => ({
  id: row.id,
  name: row.name,
  assigned: row.assigned > 0,
  roles: (row.roles?.split('\n') ?? []).sort(),
  modifiedAt: row.updated_at,
});

/** Roles of the partner and where they can be given. */
export function roleRoutes(app: Api, { store, clock }: Parts): void {
  const roles = new CustomRoles({ store, clock });

  /** Judges the route's right on a custom role. */
  const role = async (request: FastifyRequest, id: string) => allow(request, await roleResource(store.db, id));

  app.get(
    '/roles',
    {
      config: { access: 'roles:view' },
      schema: {
        summary: 'Roles of the partner; with an account those that can be given there',
        tags,
        querystring: z.object({ account: Id.optional() }),
        response: answers(Items(RoleInfo)),
      },
    },
    async (request) => {
      const { account } = request.query;
      if (account !== undefined) {
        return { items: await rolesAt(store.db, allow(request, await accountResource(store.db, account))) };
      }
      const { partner } = allow(request, own(request));
      return { items: await listRoles(store.db, partner) };
    },
  );

  app.post(
    '/roles',
    {
      config: { access: 'roles:add', ...forPeople },
      schema: {
        summary: 'Make a role: a base without some of its rights',
        tags,
        body: RoleCreate,
        response: created(RoleInfo),
      },
    },
    async (request, reply) => {
      const { partner } = allow(request, own(request));
      const id = await roles.create(partner, request.body, by(request));
      return reply
        .code(201)
        .header('location', `/api/v1/roles/${id}`)
        .send(await roleOf(store.db, id));
    },
  );

  app.get(
    '/roles/:id',
    {
      config: { access: 'roles:view' },
      schema: { summary: 'One custom role, with its ETag', tags, params: ById, response: answers(RoleInfo) },
    },
    async (request, reply) => {
      await role(request, request.params.id);
      const found = await roleOf(store.db, request.params.id);
      return reply.header('etag', found.etag).send(found);
    },
  );

  app.patch(
    '/roles/:id',
    {
      config: { access: 'roles:edit', ...forPeople },
      schema: {
        summary: 'Change a custom role; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: RoleEdit,
        response: answers(RoleInfo),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { partner } = await role(request, id);
      const match = matchOf(request.headers);
      await roles.change(id, partner, match, request.body, by(request));
      return roleOf(store.db, id);
    },
  );

  app.delete(
    '/roles/:id',
    {
      config: { access: 'roles:delete', ...forPeople },
      schema: {
        summary: 'Delete a custom role that nobody holds',
        tags,
        params: ById,
        querystring: z.object({ confirm: z.literal('delete') }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const { partner } = await role(request, request.params.id);
      await roles.delete(request.params.id, partner, by(request));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/roles/:id/accounts',
    {
      config: { access: 'roles:view' },
      schema: {
        summary: 'Accounts, and whether this role can be given there',
        tags,
        params: ById,
        querystring: ListQuery.omit({ account: true, filter: true }),
        response: answers(Page(RoleAccount)),
      },
    },
    async (request) => {
      const { partner } = await role(request, request.params.id);
      const within = { condition: sql`a.partner_id = ${partner}`, indexed: false };
      const list = roleAccountsList(request.params.id);
      const page = await readList<RoleAccountRow>(store.db, list, within, request.query, clock.now());
      return { items: page.rows.map(roleAccountDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.post(
    '/roles/:id/accounts',
    {
      config: { access: 'roles:edit', ...forPeople },
      schema: {
        summary: 'Let a role be given in accounts, or no longer',
        tags,
        params: ById,
        body: RoleAccountsChange,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { partner } = await role(request, id);
      await roles.assign(id, partner, request.body.accounts, request.body.assign, by(request));
      return reply.code(204).send(null);
    },
  );
}

/** Whom a request is about among the partner's own people. */
const Selected = ListQuery.omit({ account: true, filter: true }).extend({ people: z.string().max(4000).default('') });

/** Account managers and the accounts that are assigned to them (ROL-21 to ROL-28). */
export function managerRoutes(app: Api, { store, clock }: Parts): void {
  app.get(
    '/account-managers',
    {
      config: { access: 'people:view' },
      schema: {
        summary: 'The partner’s administrators and account managers',
        tags,
        response: answers(Items(AccountManager)),
      },
    },
    async (request) => {
      const { partner } = allow(request, own(request));
      return { items: await listManagers(store.db, partner, callerOf(request).actor.id) };
    },
  );

  app.get(
    '/account-managers/accounts',
    {
      config: { access: 'people:view' },
      schema: {
        summary: 'Accounts with their managers, and which of the selected people (ids by comma) are among them',
        tags,
        querystring: Selected,
        response: answers(Page(ManagedAccount)),
      },
    },
    async (request) => {
      const { partner } = allow(request, own(request));
      const { people, ...query } = request.query;
      const selected = people.split(',').filter((id) => id !== '');
      const within = { condition: sql`a.partner_id = ${partner}`, indexed: false };
      const page = await readList<ManagedAccountRow>(store.db, managedAccountsList, within, query, clock.now());
      const items = page.rows.map((row) => managedAccountDto(row, selected));
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.post(
    '/account-managers/:id/accounts',
    {
      config: { access: 'roles:assign', ...forPeople },
      schema: {
        summary: 'Assign accounts to an account manager, or take them away',
        tags,
        params: ById,
        body: ManagedAccountsChange,
        response: nothing,
      },
    },
    async (request, reply) => {
      const person = await store.db
        .selectFrom('person')
        .select(['id', 'partner_id'])
        .where('id', '=', request.params.id)
        .executeTakeFirst();
      const { partner } = allow(request, person && { partner: person.partner_id, account: null });
      if (request.params.id === callerOf(request).actor.id) throw new DemarcError('person.yourself');
      const { accounts, assign } = request.body;
      await assignAccounts({ store, clock }, { partner, person: request.params.id, accounts, assign }, by(request));
      return reply.code(204).send(null);
    },
  );
}
