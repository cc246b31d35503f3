import { sql } from 'kysely';
import { z } from 'zod';
import { type UserAction, UserCreate, UserEdit, UserManage, UserManaged } from '#contract/api/users.ts';
import { ListQuery, User, UserSummary } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { may } from '../../access/may.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { InvalidField } from '../../lists/invalid-field.ts';
import { compileWhere, readOne } from '../../lists/list.ts';
import { summariseUsers, type UserRow, userDto, usersList } from '../../lists/users.ts';
import { listed } from '../../store/json.ts';
import type { Db } from '../../store/store.ts';
import { manageUsers } from '../../users/manage.ts';
import { createUser, editUser } from '../../users/users.ts';
import { allow, callerOf, eventActor, type Right } from '../access.ts';
import { listRoutes, oneRoute } from '../list-routes.ts';
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
  visibleBy,
} from '../routing.ts';

const tags = ['Users'];

const columns: CsvColumn<User>[] = [
  { heading: 'Name', value: (user) => user.name },
  { heading: 'First name', value: (user) => user.firstName },
  { heading: 'Last name', value: (user) => user.lastName },
  { heading: 'E-mail', value: (user) => user.email },
  { heading: 'Extension', value: (user) => user.extension },
  { heading: 'Work phone', value: (user) => user.workPhone },
  { heading: 'Mobile phone', value: (user) => user.mobilePhone },
  { heading: 'Login', value: (user) => user.loginId },
  { heading: 'Department', value: (user) => user.department },
  { heading: 'PBX', value: (user) => user.pbxName },
  { heading: 'Key', value: (user) => user.key },
  { heading: 'Role', value: (user) => user.role },
  { heading: 'Status', value: (user) => user.status },
  { heading: 'Registered', value: (user) => (user.registered ? 'yes' : 'no') },
  { heading: 'Irregularities', value: (user) => user.irregularities.join(' ') },
  { heading: 'Changed', value: (user) => user.modifiedAt },
  { heading: 'Changed by', value: (user) => user.modifiedBy },
];

/** Who may do what to several; mails are for whoever may add or edit (ROL-9). */
const RIGHTS: Readonly<Record<UserAction, Right>> = {
  activate: 'users:edit',
  deactivate: 'users:edit',
  delete: 'users:delete',
  welcome: ['users:add', 'users:edit'],
  reset: 'users:edit',
};

/** One user as it is now. */
async function userOf(db: Db, id: string): Promise<User> {
  const row = await readOne<UserRow>(db, usersList, id);
  if (row === undefined) throw new DemarcError('api.not-found');
  return userDto(row);
}

/** Users of PBXs and of the cloud alone. */
export function userRoutes(app: Api, parts: Parts): void {
  const { store, clock, userMails } = parts;
  const config = { access: 'users:view' } as const;

  const of = { path: '/users', tags, access: 'users:view', list: usersList, item: User } as const;
  listRoutes<UserRow, User>(app, parts, { ...of, words: 'users', itemOf: userDto, within: 'u.account_id', columns });
  const { allowed } = oneRoute<UserRow, User>(app, parts, { ...of, words: 'user', itemOf: userDto });

  app.get(
    '/users/summary',
    {
      config,
      schema: {
        summary: 'How many users match, by irregularity',
        tags,
        querystring: ListQuery,
        response: answers(UserSummary),
      },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 'u.account_id', request.query.account);
      const where = compileWhere(usersList, request.query, clock.now());
      return summariseUsers(store.db, [within.condition, ...where]);
    },
  );

  app.post(
    '/users',
    {
      config: { access: 'users:add' },
      schema: { summary: 'Add a user that the cloud alone has', tags, body: UserCreate, response: created(User) },
    },
    async (request, reply) => {
      const account = allow(request, await accountResource(store.db, request.body.account));
      if (request.body.role !== 'User') allow(request, account, 'roles:assign');
      const by = { actor: eventActor(request), requestId: request.id };
      const user = await userOf(store.db, await createUser({ store, clock }, request.body, by));
      return reply.code(201).header('location', `/api/v1/users/${user.id}`).header('etag', user.etag).send(user);
    },
  );

  app.patch(
    '/users/:id',
    {
      config: { access: 'users:edit' },
      schema: {
        summary: 'Change what is not locked of a user; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: UserEdit,
        response: answers(User),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const row = await allowed(request, id);
      const { role } = request.body;
      if (role !== undefined && role !== (row.held_role ?? row.role)) {
        allow(request, await accountResource(store.db, row.account_id), 'roles:assign');
      }
      const match = matchOf(request.headers);
      const { actor } = callerOf(request);
      const by = { actor: eventActor(request), requestId: request.id };
      await editUser({ store, clock }, { id, match, edit: request.body, by: actor }, by);
      const user = await userOf(store.db, id);
      return reply.header('etag', user.etag).send(user);
    },
  );

  app.delete(
    '/users/:id',
    {
      config: { access: 'users:delete' },
      schema: {
        summary: 'Delete a user of the cloud, or the cloud’s half of a PBX’s user, which stays listed',
        tags,
        params: ById,
        querystring: z.object({ confirm: z.literal('delete') }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const row = await allowed(request, id);
      const { matched, skipped } = await manageUsers(
        { store, clock },
        { account: row.account_id, action: 'delete', which: [sql`u.id = ${id}`], by: callerOf(request).actor },
        { actor: eventActor(request), requestId: request.id },
      );
      // One that has no cloud half any more is as it was asked for.
      if (matched === 1 && skipped === 1 && row.status !== 'PBX only') throw new DemarcError('user.partner');
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/users/manage',
    {
      config: { access: 'users:edit' },
      schema: {
        summary: 'Do one thing to the named users, or to all of the account that a search and filters match',
        tags,
        body: UserManage,
        response: answers(UserManaged),
      },
    },
    async (request) => {
      const { account, action, users, q, filter, confirm } = request.body;
      const rights = RIGHTS[action];
      const resource = allow(request, await accountResource(store.db, account), rights);
      if (action === 'delete' && confirm !== 'delete') throw new InvalidField('confirm', 'must be the word delete');
      const which =
        users === undefined
          ? compileWhere(usersList, { q, filter }, clock.now())
          : [sql`u.id in ${listed(store.db, users)}`];
      const by = { actor: eventActor(request), requestId: request.id };
      if (action === 'welcome' || action === 'reset') {
        const { actor } = callerOf(request);
        const mayAssign = may(actor, 'roles:assign', resource);
        return userMails.queue({ account, kind: action, which, by: actor, mayAssign }, by);
      }
      return manageUsers(
        { store, clock },
        { account, action, which, by: callerOf(request).actor },
        { actor: eventActor(request), requestId: request.id },
      );
    },
  );
}
