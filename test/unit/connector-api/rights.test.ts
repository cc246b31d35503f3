import type { FastifyInstance, LightMyRequestResponse, RouteOptions } from 'fastify';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { may, permissionsIn, reaches, scopeOf } from '#connector/access/may.ts';
import { needsJudgement } from '#connector/api/access.ts';
import { Permission, ROLE_PERMISSIONS, Role } from '#contract/access.ts';
import { aboutLaunches, addLaunch } from './rights-launches.ts';
import { aboutNumbers, addNumbers } from './rights-numbers.ts';
import { addAccount, addPartner, addRole, addSite, type Client, type Site, startApp, type TestApp } from './support.ts';

interface World {
  ours: Site;
  foreign: Site;
}

async function world({ store }: TestApp): Promise<World & { partner: string; account: string; sibling: Site }> {
  const partner = await addPartner(store, 'Ours');
  const other = await addPartner(store, 'Theirs');
  const account = await addAccount(store, partner, 'Customer');
  const ours = await addSite(store, account);
  const sibling = await addSite(store, await addAccount(store, partner, 'Other customer'));
  const foreign = await addSite(store, await addAccount(store, other, 'Stranger'));
  for (const site of [ours, sibling, foreign]) {
    await addNumbers(store, site);
    await addLaunch(store, site);
  }
  return { partner, account, ours, sibling, foreign };
}

const trunkOf = ({ pbx }: Site, name: string) => ({
  name,
  pbx,
  host: '192.0.2.5',
  port: 5061,
  farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
});

/** Every route about one thing: how it is called, and the permission that decides. */
const aboutOne: {
  name: string;
  permission: Permission;
  call: (client: Client, site: Site) => Promise<{ statusCode: number }>;
}[] = [
  { name: 'GET account', permission: 'accounts:view', call: (c, s) => c.get(`/accounts/${s.account}`) },
  {
    name: 'PATCH account',
    permission: 'accounts:edit',
    call: (c, s) => c.send('PATCH', `/accounts/${s.account}`, { name: 'New' }, { 'if-match': '"1"' }),
  },
  {
    name: 'POST reactivate account',
    permission: 'accounts:delete',
    call: (c, s) => c.send('POST', `/accounts/${s.account}/reactivate`, { confirm: 'reactivate' }),
  },
  { name: 'GET gateway', permission: 'support:view', call: (c, s) => c.get(`/gateways/${s.gateway}`) },
  {
    name: 'DELETE gateway',
    permission: 'integrations:delete',
    call: (c, s) => c.send('DELETE', `/gateways/${s.gateway}`),
  },
  { name: 'DELETE pbx', permission: 'integrations:delete', call: (c, s) => c.send('DELETE', `/pbxs/${s.leftPbx}`) },
  { name: 'GET user', permission: 'users:view', call: (c, s) => c.get(`/users/${s.user}`) },
  { name: 'GET sync run', permission: 'integrations:view', call: (c, s) => c.get(`/sync-runs/${s.run}`) },
  { name: 'GET held users', permission: 'users:view', call: (c, s) => c.get(`/sync-runs/${s.run}/held-users`) },
  {
    name: 'POST decision',
    permission: 'integrations:edit',
    call: (c, s) => c.send('POST', `/sync-runs/${s.run}/decision`, { action: 'keep' }),
  },
  { name: 'GET command', permission: 'integrations:view', call: (c, s) => c.get(`/commands/${s.command}`) },
  { name: 'GET trunk', permission: 'integrations:view', call: (c, s) => c.get(`/trunks/${s.trunk}`) },
  { name: 'GET trunk health', permission: 'integrations:view', call: (c, s) => c.get(`/trunks/${s.trunk}/health`) },
  { name: 'GET trunk proof', permission: 'integrations:view', call: (c, s) => c.get(`/trunks/${s.trunk}/proof`) },
  { name: 'GET trunk plan', permission: 'integrations:view', call: (c, s) => c.get(`/trunks/${s.trunk}/plan`) },
  {
    name: 'GET worksheet',
    permission: 'integrations:view',
    call: (c, s) => c.get(`/trunks/${s.trunk}/worksheet.html`),
  },
  {
    name: 'GET form of a worksheet',
    permission: 'integrations:view',
    call: (c, s) => c.get(`/trunks/${s.trunk}/worksheet/trunk-group`),
  },
  {
    name: 'POST trunk',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/trunks', { account: s.account, settings: trunkOf(s, 'Another') }),
  },
  {
    name: 'PUT trunk',
    permission: 'integrations:edit',
    call: (c, s) => c.send('PUT', `/trunks/${s.trunk}`, trunkOf(s, 'Changed'), { 'if-match': '"1"' }),
  },
  {
    name: 'POST trunk numbers',
    permission: 'integrations:view',
    call: (c, s) => c.send('POST', `/trunks/${s.trunk}/numbers`, { number: '+33142685300', direction: 'to-pbx' }),
  },
  { name: 'DELETE trunk', permission: 'integrations:delete', call: (c, s) => c.send('DELETE', `/trunks/${s.trunk}`) },
  {
    name: 'POST pbx.sync',
    permission: 'integrations:edit',
    call: (c, s) => c.send('POST', `/gateways/${s.gateway}/commands`, { name: 'pbx.sync', args: { pbx: s.pbx } }),
  },
  {
    name: 'POST gateway.self-test',
    permission: 'support:view',
    call: (c, s) => c.send('POST', `/gateways/${s.gateway}/commands`, { name: 'gateway.self-test' }),
  },
  {
    name: 'POST cancel',
    permission: 'integrations:edit',
    call: (c, s) => c.send('POST', `/commands/${s.command}/cancel`),
  },
  {
    name: 'POST confirm',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/enrolments/MNPQRTWX/confirm', { account: s.account }),
  },
  {
    name: 'POST provisioning token',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/provisioning-tokens', { account: s.account }),
  },
  {
    name: 'DELETE provisioning token',
    permission: 'integrations:delete',
    call: (c, s) => c.send('DELETE', `/provisioning-tokens/${s.token}`),
  },
  {
    name: 'GET provisioning tokens',
    permission: 'integrations:view',
    call: (c, s) => c.get(`/provisioning-tokens?account=${s.account}`),
  },
  { name: 'GET alert', permission: 'settings:view', call: (c, s) => c.get(`/alerts/${s.alert}`) },
  {
    name: 'POST acknowledge',
    permission: 'settings:edit',
    call: (c, s) => c.send('POST', `/alerts/${s.alert}/acknowledge`),
  },
  {
    name: 'POST mute',
    permission: 'settings:edit',
    call: (c, s) => c.send('POST', `/alerts/${s.alert}/mute`, { until: null }),
  },
  {
    name: 'GET alert rules',
    permission: 'settings:view',
    call: (c, s) => c.get(`/accounts/${s.account}/alert-rules`),
  },
  {
    name: 'PUT alert rules',
    permission: 'settings:edit',
    call: (c, s) => c.send('PUT', `/accounts/${s.account}/alert-rules`, {}, { 'if-match': '"0"' }),
  },
  ...(['contact', 'webhook'] as const).flatMap((kind) => {
    const path = `/alert-${kind}s`;
    const address = kind === 'contact' ? { email: 'new@example.com' } : { url: 'https://hooks.example.com/1' };
    const match = { 'if-match': '"1"' };
    const permission = 'settings:edit' as const;
    return [
      {
        name: `POST ${kind}`,
        permission,
        call: (c: Client, s: Site) => c.send('POST', path, { account: s.account, name: 'New', ...address }),
      },
      {
        name: `PATCH ${kind}`,
        permission,
        call: (c: Client, s: Site) => c.send('PATCH', `${path}/${s[kind]}`, {}, match),
      },
      {
        name: `POST test of ${kind}`,
        permission,
        call: (c: Client, s: Site) => c.send('POST', `${path}/${s[kind]}/test`),
      },
    ];
  }),
  {
    name: 'POST new secret of webhook',
    permission: 'settings:edit',
    call: (c, s) => c.send('POST', `/alert-webhooks/${s.webhook}/secret`, undefined, { 'if-match': '"1"' }),
  },
  ...(['contact', 'webhook'] as const).map((kind) => ({
    name: `DELETE ${kind}`,
    permission: 'settings:edit' as const,
    call: (c: Client, s: Site) => c.send('DELETE', `/alert-${kind}s/${s[kind]}`),
  })),
  ...(
    [
      ['accounts', 'accounts:view'],
      ['alerts', 'settings:view'],
      ['alerts.csv', 'settings:view'],
      ['alert-contacts', 'settings:view'],
      ['alert-webhooks', 'settings:view'],
      ['gateways', 'support:view'],
      ['users', 'users:view'],
      ['users/summary', 'users:view'],
      ['users.csv', 'users:view'],
      ['sync-runs', 'integrations:view'],
      ['platforms', 'inventory:view'],
      ['applications', 'inventory:view'],
      ['commands', 'integrations:view'],
      ['trunks', 'integrations:view'],
      ['events', 'events:view'],
      ['events.csv', 'events:view'],
      ['events/choices', 'events:view'],
    ] as const
  ).map(([list, permission]) => ({
    name: `GET ${list} of an account`,
    permission,
    call: (c: Client, s: Site) => c.get(`/${list}?account=${s.account}`),
  })),
  ...aboutNumbers,
  ...aboutLaunches,
  {
    name: 'POST cloud user',
    permission: 'users:add',
    call: (c, s) => {
      const email = `${ulid()}@example.com`;
      return c.send('POST', '/users', { account: s.account, firstName: 'Nora', lastName: 'New', email });
    },
  },
  {
    name: 'PATCH user',
    permission: 'users:edit',
    call: async (c, s) => {
      const { etag } = (await c.get(`/users/${s.user}`)).json<{ etag?: string }>();
      return c.send('PATCH', `/users/${s.user}`, {}, { 'if-match': etag ?? '"0"' });
    },
  },
  {
    name: 'POST manage users',
    permission: 'users:delete',
    call: (c, s) => {
      const body = { account: s.account, action: 'delete', users: [s.user], confirm: 'delete' };
      return c.send('POST', '/users/manage', body);
    },
  },
  {
    name: 'DELETE user',
    permission: 'users:delete',
    call: (c, s) => c.send('DELETE', `/users/${s.user}?confirm=delete`),
  },
  { name: 'GET people', permission: 'people:view', call: (c, s) => c.get(`/people?account=${s.account}`) },
  {
    name: 'POST person',
    permission: 'people:add',
    call: (c, s) => {
      const email = `${ulid()}@example.com`;
      return c.send('POST', '/people', { account: s.account, name: 'New', email, role: 'User' });
    },
  },
  {
    name: 'PATCH person',
    permission: 'people:edit',
    call: (c, s) => c.send('PATCH', `/people/${s.person}`, { account: s.account, name: 'New' }, { 'if-match': '"1"' }),
  },
  {
    name: 'POST password link',
    permission: 'people:edit',
    call: (c, s) => c.send('POST', `/people/${s.person}/password-link?account=${s.account}`),
  },
  {
    name: 'DELETE person',
    permission: 'people:delete',
    call: (c, s) => c.send('DELETE', `/people/${s.person}?account=${s.account}`),
  },
  { name: 'GET roles of an account', permission: 'roles:view', call: (c, s) => c.get(`/roles?account=${s.account}`) },
  { name: 'GET API tokens', permission: 'settings:view', call: (c, s) => c.get(`/api-tokens?account=${s.account}`) },
  {
    name: 'POST API token',
    permission: 'settings:edit',
    call: (c, s) => c.send('POST', '/api-tokens', { account: s.account, name: 'New', role: 'User' }),
  },
  {
    name: 'DELETE API token',
    permission: 'settings:edit',
    call: (c, s) => c.send('DELETE', `/api-tokens/${s.apiToken}`),
  },
];

/**
 * Every route about something of the partner itself; whoever holds a role in one account only does not reach it. `own`:
 * it is about the caller's partner, whoever that is, so that no other can be named.
 */
const aboutPartner: ((typeof aboutOne)[number] & { own?: true })[] = [
  { name: 'GET roles', own: true, permission: 'roles:view', call: (c) => c.get('/roles') },
  {
    name: 'POST role',
    own: true,
    permission: 'roles:add',
    call: (c) => c.send('POST', '/roles', { name: `Role ${ulid()}` }),
  },
  { name: 'GET role', permission: 'roles:view', call: (c, s) => c.get(`/roles/${s.role}`) },
  {
    name: 'PATCH role',
    permission: 'roles:edit',
    call: (c, s) => c.send('PATCH', `/roles/${s.role}`, { description: 'New' }, { 'if-match': '"1"' }),
  },
  { name: 'GET accounts of a role', permission: 'roles:view', call: (c, s) => c.get(`/roles/${s.role}/accounts`) },
  {
    name: 'POST accounts of a role',
    permission: 'roles:edit',
    call: (c, s) => c.send('POST', `/roles/${s.role}/accounts`, { accounts: [s.account], assign: true }),
  },
  {
    name: 'DELETE role',
    permission: 'roles:delete',
    call: (c, s) => c.send('DELETE', `/roles/${s.role}?confirm=delete`),
  },
  { name: 'GET managers', own: true, permission: 'people:view', call: (c) => c.get('/account-managers') },
  {
    name: 'GET accounts of managers',
    own: true,
    permission: 'people:view',
    call: (c, s) => c.get(`/account-managers/accounts?people=${s.manager}`),
  },
  {
    name: 'POST accounts of a manager',
    permission: 'roles:assign',
    call: (c, s) => c.send('POST', `/account-managers/${s.manager}/accounts`, { accounts: [s.account], assign: true }),
  },
  { name: 'GET sign-in provider', own: true, permission: 'settings:view', call: (c) => c.get('/sign-in-provider') },
  { name: 'GET people of the partner', own: true, permission: 'people:view', call: (c) => c.get('/people') },
  { name: 'GET tokens of the partner', own: true, permission: 'settings:view', call: (c) => c.get('/api-tokens') },
  {
    name: 'DELETE token of the partner',
    permission: 'settings:edit',
    call: (c, s) => c.send('DELETE', `/api-tokens/${s.partnerToken}`),
  },
];

/** Routes with a right that stand apart from the tables, each with its reason. */
const IMPORTS = [
  'GET /imports/template.xlsx',
  'GET /imports',
  'GET /imports/:id',
  'GET /imports/:id/rows',
  'GET /imports/:id/bad-rows.xlsx',
  'POST /imports/:id/rows',
  'PUT /imports/:id/rows/:n',
  'DELETE /imports/:id/rows/:n',
  'POST /imports/:id/apply',
  'DELETE /imports/:id',
  'POST /imports',
];
const UPLOADS = ['GET /uploads', 'GET /uploads/:id/file', 'DELETE /uploads/:id'];
const SUPPORT_LOGS = [
  'GET /support-logs',
  'GET /support-logs/products',
  'GET /support-logs/:id',
  'POST /support-logs',
  'PATCH /support-logs/:id',
  'GET /support-logs/:id/export.zip',
];
const APART: Readonly<Record<string, string>> = {
  ...Object.fromEntries(IMPORTS.map((route) => [route, 'a file comes first: connector-imports/imports-api.test.ts'])),
  ...Object.fromEntries(UPLOADS.map((route) => [route, 'a file comes first: connector-uploads/uploads.test.ts'])),
  ...Object.fromEntries(SUPPORT_LOGS.map((route) => [route, 'connector-support/support-logs.test.ts'])),
  'POST /accounts': 'creates what has no id yet; tested below',
  'POST /accounts/:id/deactivate': 'ends sessions: account-life.test.ts',
  'DELETE /accounts/:id': 'ends sessions: account-life.test.ts',
  'GET /enrolments/code/:code': 'belongs to no account yet; enrolment tests',
  'PUT /sign-in-provider': 'takes every right at once: test/peers/oidc.test.ts',
  'DELETE /sign-in-provider': 'takes every right at once: test/peers/oidc.test.ts',
  'POST /commands': 'judged for each gateway: routes.test.ts',
};

/** Which routes the lines of a table call: found by calling them with a client that only writes down what it is asked. */
async function routesOf(lines: typeof aboutOne, routes: readonly string[]): Promise<string[]> {
  const called: { method: string; path: string }[] = [];
  const note = async (method: string, url: string) => {
    called.push({ method, path: url.split('?')[0] ?? '' });
    return { statusCode: 200, json: () => ({}) } as LightMyRequestResponse;
  };
  const client: Client = {
    person: '',
    cookie: '',
    csrf: '',
    get: (url) => note('GET', url),
    send: note,
  };
  const site = new Proxy<Site>({} as Site, { get: () => 'X' });
  for (const line of lines) await line.call(client, site);
  const plainFirst = [...routes].sort((a, b) => a.split(':').length - b.split(':').length);
  return called.flatMap(({ method, path }) => {
    const fits = (route: string) => new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
    return plainFirst.find((route) => fits(route).test(`${method} ${path}`)) ?? [];
  });
}

describe('every route', () => {
  test('declares what it demands, and is refused without it', async () => {
    const routes: RouteOptions[] = [];
    await using api = await startApp({
      deviceRoutes: async (app: FastifyInstance) => {
        app.get('/undeclared', async () => ({ leaked: true }));
      },
      onRoute: (route) => routes.push(route),
    });
    expect(routes.length).toBeGreaterThan(40);
    const undeclared = routes.filter((route) => route.config?.access === undefined).map((route) => route.url);
    expect([...new Set(undeclared)]).toEqual(['/api/v1/undeclared']);
    const answer = await api.app.inject({ url: '/api/v1/undeclared' });
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('leaked');
  });

  test('that demands a right is covered by the tables of this test', async () => {
    const routes: RouteOptions[] = [];
    await using api = await startApp({ onRoute: (route) => routes.push(route) });
    const judged = routes
      .filter(({ config, method }) => config?.access && needsJudgement(config.access) && method !== 'HEAD')
      .map(({ method, url }) => `${[method].flat().join()} ${url.replace('/api/v1', '')}`);
    const called = await routesOf([...aboutOne, ...aboutPartner], judged);
    const covered = new Set([...called, ...Object.keys(APART)]);
    expect(judged.filter((route) => !covered.has(route))).toEqual([]);
    expect(Object.keys(APART).filter((route) => !judged.includes(route))).toEqual([]);
    expect(api.app.hasRoute({ method: 'GET', url: '/api/v1/me' })).toBe(true);
  });

  test('answers 401 without a session', async () => {
    const routes: RouteOptions[] = [];
    await using api = await startApp({ onRoute: (route) => routes.push(route) });
    for (const route of routes) {
      const access = route.config?.access;
      if (access === 'public' || access === 'device') continue;
      const method = [route.method].flat()[0] as 'GET';
      const answer = await api.app.inject({ method, url: route.url.replaceAll(/:\w+/g, '01ARZ3NDEKTSV4RRFFQ69G5FAV') });
      expect([route.method, route.url, answer.statusCode]).toEqual([route.method, route.url, 401]);
    }
  });

  test('that sends an answer without judging a right fails instead', async () => {
    await using api = await startApp({
      deviceRoutes: async (app: FastifyInstance) => {
        app.get('/careless', { config: { access: 'users:view' } }, async () => ({ leaked: true }));
      },
    });
    const { partner } = await world(api);
    const client = await api.signIn('Partner', partner, null);
    const answer = await client.get('/careless');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('leaked');
  });
});

describe.each(Role.options)('role %s', (role) => {
  let api: TestApp;
  beforeAll(async () => {
    api = await startApp();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test.each(aboutOne)('$name: own account by the role’s rights, foreign ones 404', async ({ permission, call }) => {
    const { partner, account, ours, sibling, foreign } = await world(api);
    const client = await api.signIn(role, partner, account);
    const allowed = ROLE_PERMISSIONS[role].includes(permission);
    expect((await call(client, foreign)).statusCode).toBe(404);
    expect((await call(client, sibling)).statusCode).toBe(404);
    const own = (await call(client, ours)).statusCode;
    if (allowed) expect(own).toBeLessThan(300);
    else expect(own).toBe(403);
    const unknown = foreign.pbx;
    const nothing = {
      account: unknown,
      leftPbx: unknown,
      gateway: unknown,
      user: unknown,
      run: unknown,
      command: unknown,
      token: unknown,
      trunk: unknown,
      alert: unknown,
      contact: unknown,
      webhook: unknown,
      person: unknown,
      apiToken: unknown,
      role: unknown,
      manager: unknown,
      partnerToken: unknown,
    };
    expect((await call(client, { pbx: unknown, ...nothing })).statusCode).toBe(404);
  });
});

describe.each(Role.options)('role %s for all accounts', (role) => {
  let api: TestApp;
  beforeAll(async () => {
    api = await startApp();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test.each(aboutPartner)('$name: the partner’s own by the role’s rights, foreign ones 404', async (line) => {
    const { partner, account, ours, foreign } = await world(api);
    const { permission, call, own } = line;
    const client = await api.signIn(role, partner, null);
    if (own !== true) expect((await call(client, foreign)).statusCode).toBe(404);
    const { statusCode } = await call(client, ours);
    if (ROLE_PERMISSIONS[role].includes(permission)) expect(statusCode).toBeLessThan(300);
    else expect(statusCode).toBe(403);
    const ofAccount = await api.signIn(role, partner, account);
    expect((await call(ofAccount, ours)).statusCode).toBe(404);
  });
});

describe('a role of the partner’s own', () => {
  let api: TestApp;
  beforeAll(async () => {
    api = await startApp();
  });
  afterAll(() => api[Symbol.asyncDispose]());

  test('takes away exactly what is not ticked, on every route', async () => {
    const { partner, account, ours } = await world(api);
    const minus = ROLE_PERMISSIONS['Account Admin'].filter((_, n) => n % 2 === 0);
    const client = await api.signIn('Account Admin', partner, account);
    const id = await addRole(api.store, partner, 'Half an admin', minus);
    await api.store.write(({ db }) =>
      db.updateTable('membership').set({ role_id: id }).where('person_id', '=', client.person).execute(),
    );
    for (const { name, permission, call } of aboutOne) {
      const allowed = ROLE_PERMISSIONS['Account Admin'].includes(permission) && !minus.includes(permission);
      const { statusCode } = await call(client, ours);
      expect([name, allowed ? statusCode < 300 : statusCode]).toEqual([name, allowed ? true : 403]);
    }
    await api.store.write(({ db }) => db.deleteFrom('role').where('id', '=', id).execute());
    expect((await client.get(`/users/${ours.user}`)).statusCode).toBe(404);
  });
});

describe('a partner', () => {
  test('reaches every account of its own and none of another partner', async () => {
    await using api = await startApp();
    const { partner, ours, sibling, foreign } = await world(api);
    const client = await api.signIn('Partner', partner, null);
    for (const { name, call } of aboutOne) {
      expect([name, (await call(client, ours)).statusCode < 300]).toEqual([name, true]);
      expect([name, (await call(client, sibling)).statusCode < 300]).toEqual([name, true]);
      expect([name, (await call(client, foreign)).statusCode]).toEqual([name, 404]);
    }
  });

  test('lists without an account hold the rows of all its accounts and of no other', async () => {
    await using api = await startApp();
    const { partner, foreign } = await world(api);
    const client = await api.signIn('Partner', partner, null);
    for (const list of ['accounts', 'gateways', 'users', 'sync-runs', 'platforms', 'applications', 'commands']) {
      const answer = await client.get(`/${list}`);
      expect([list, answer.json<{ total: number }>().total]).toEqual([list, 2]);
      expect(answer.body).not.toContain(foreign.account);
    }
  });

  test('may create accounts; a role in one account may not', async () => {
    await using api = await startApp();
    const { partner, account } = await world(api);
    const body = { name: 'Third', country: 'de' };
    const manager = await api.signIn('Partner', partner, account);
    expect((await manager.send('POST', '/accounts', body)).statusCode).toBe(404);
    const owner = await api.signIn('Partner', partner, null);
    const made = await owner.send('POST', '/accounts', body);
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({ name: 'Third', country: 'DE', etag: '"1"', guard: { percent: 10, users: 50 } });
  });
});

describe('rights', () => {
  test('change with the next request of a session that goes on', async () => {
    await using api = await startApp();
    const { partner, account, ours } = await world(api);
    const client = await api.signIn('Support', partner, account);
    expect((await client.get(`/users/${ours.user}`)).statusCode).toBe(200);
    const change = (role: string) =>
      api.store.write(({ db }) =>
        db.updateTable('membership').set({ role }).where('person_id', '=', client.person).execute(),
      );
    await change('User');
    expect((await client.get(`/users/${ours.user}`)).statusCode).toBe(403);
    await change('Emperor');
    expect((await client.get(`/users/${ours.user}`)).statusCode).toBe(404);
    await api.store.write(({ db }) =>
      db.updateTable('person').set({ disabled: 1 }).where('id', '=', client.person).execute(),
    );
    expect((await client.get(`/users/${ours.user}`)).statusCode).toBe(401);
  });

  test.each(Role.options)('scope and list of %s agree with may for every permission', (role) => {
    for (const grant of [
      { account: null, role },
      { account: 'a', role },
    ]) {
      const actor = { id: 'p', name: 'P', email: 'p@x', partner: 'one', grants: [grant] };
      for (const permission of Permission.options) {
        const scope = scopeOf(actor, permission);
        for (const account of ['a', 'b']) {
          const inScope = scope.accounts === 'all' || scope.accounts.includes(account);
          expect(may(actor, permission, { partner: 'one', account })).toBe(inScope);
          expect(may(actor, permission, { partner: 'two', account })).toBe(false);
        }
        expect(permissionsIn(actor, 'a').includes(permission)).toBe(
          may(actor, permission, { partner: 'one', account: 'a' }),
        );
        expect(may(actor, permission, { partner: 'one', account: null })).toBe(
          grant.account === null && ROLE_PERMISSIONS[role].includes(permission),
        );
      }
      expect(reaches(actor, { partner: 'one', account: 'b' })).toBe(grant.account === null);
      expect(reaches(actor, { partner: 'two', account: 'a' })).toBe(false);
    }
  });
});
