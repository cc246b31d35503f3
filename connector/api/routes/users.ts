import { ListQuery, Page, User, UserSummary } from '#contract/api.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { compileWhere, readAll, readList, readOne } from '../../lists/list.ts';
import { summariseUsers, type UserRow, userDto, usersList } from '../../lists/users.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import { type Api, allowRow, answers, ById, type Parts, visibleBy } from '../routing.ts';

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
  { heading: 'Irregularities', value: (user) => user.irregularities.join(' ') },
  { heading: 'Changed', value: (user) => user.modifiedAt },
];

/** Users as the PBXs have them. */
export function userRoutes(app: Api, { store, clock }: Parts): void {
  const config = { access: 'users:view' } as const;

  app.get(
    '/users',
    { config, schema: { summary: 'List users', tags, querystring: ListQuery, response: answers(Page(User)) } },
    async (request) => {
      const within = await visibleBy(request, store.db, 'u.account_id', request.query.account);
      const page = await readList<UserRow>(store.db, usersList, within, request.query, clock.now());
      return { items: page.rows.map(userDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

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

  app.get(
    '/users.csv',
    { config, schema: { summary: 'Export users as CSV', tags, querystring: CsvQuery, response: csvAnswer } },
    async (request, reply) => {
      const within = await visibleBy(request, store.db, 'u.account_id', request.query.account);
      const rows = readAll<UserRow, User>(store.db, usersList, within, request.query, clock.now(), userDto);
      return sendCsv(reply, 'users.csv', rows, columns, request.query.bom);
    },
  );

  app.get(
    '/users/:id',
    { config, schema: { summary: 'One user', tags, params: ById, response: answers(User) } },
    async (request) => {
      const found = await readOne<UserRow>(store.db, usersList, request.params.id);
      return userDto(await allowRow(request, store.db, found));
    },
  );
}
