import { parse } from 'csv-parse/sync';
import type { FastifyInstance } from 'fastify';
import { describe, expect, test } from 'vitest';
import { guardCell } from '#connector/lists/csv.ts';
import { HistoryEvent } from '#contract/api.ts';
import {
  addAccount,
  addPartner,
  addSite,
  addUsers,
  type Client,
  CONFIRMED_GATEWAY,
  type Site,
  START,
  startApp,
  type TestApp,
} from './support.ts';

async function world(api: TestApp): Promise<{ site: Site; client: Client; partner: string }> {
  const partner = await addPartner(api.store);
  const site = await addSite(api.store, await addAccount(api.store, partner));
  return { site, partner, client: await api.signIn('Partner', partner, null) };
}

describe('changing an account', () => {
  test('needs the version that was read: 428 without it, 412 with an old one', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const url = `/accounts/${site.account}`;
    const { headers } = await client.get(url);
    expect(headers.etag).toBe('"1"');
    expect((await client.send('PATCH', url, { name: 'B' })).json()).toMatchObject({
      code: 'api.precondition-required',
    });
    const changed = await client.send('PATCH', url, { name: 'B', phonePolicy: 'Work' }, { 'if-match': '"1"' });
    expect(changed.json()).toMatchObject({ name: 'B', phonePolicy: 'Work', etag: '"2"' });
    expect(changed.headers.etag).toBe('"2"');
    const stale = await client.send('PATCH', url, { name: 'C' }, { 'if-match': '"1"' });
    expect([stale.statusCode, stale.json<{ code: string }>().code]).toEqual([412, 'api.stale']);
  });

  test('tells the gateways once, records what changed, and an edit that changes nothing does neither', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const url = `/accounts/${site.account}`;
    const guard = { percent: 5, users: 9 };
    await client.send('PATCH', url, { guard, name: 'Customer' }, { 'if-match': '"1"' });
    await client.send('PATCH', url, { guard }, { 'if-match': '"2"' });
    expect(api.wants).toEqual([site.account]);
    const events = (await client.get(`/events?account=${site.account}`)).json<{ items: HistoryEvent[] }>();
    expect(events.items).toHaveLength(1);
    expect(events.items[0]).toMatchObject({
      action: 'Edit',
      asset: 'Account',
      actorName: 'Ann Admin',
      propertiesChanged: [{ property: 'guard', before: { percent: 10, users: 50 }, after: guard }],
    });
    expect(events.items[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a gateway that cannot be told does not undo the edit', async () => {
    const wantChanged = () => Promise.reject(new Error('bus down'));
    await using api = await startApp({ wantChanged });
    const { site, client } = await world(api);
    const answer = await client.send('PATCH', `/accounts/${site.account}`, { name: 'B' }, { 'if-match': '"1"' });
    expect(answer.json()).toMatchObject({ name: 'B' });
  });

  test.each([
    ['country', { country: '1!' }],
    ['country', { country: 'FRA' }],
    ['guard.percent', { guard: { percent: 101, users: 1 } }],
    ['name', { name: ' ' }],
  ])('refuses a bad %s by name', async (field, body) => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const answer = await client.send('PATCH', `/accounts/${site.account}`, body, { 'if-match': '"1"' });
    expect(answer.json()).toMatchObject({ code: 'api.invalid', field });
  });
});

describe('one gateway', () => {
  test('shows its section documents with the time each was received; a damaged one is left out', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const at = new Date(START - 60_000).toISOString();
    const common = {
      account_id: site.account,
      gateway_id: site.gateway,
      boot: 1,
      revision: 1,
      hash: 'h',
      received_at: at,
    };
    const gateway = {
      hostName: 'gw',
      version: '1',
      addresses: ['192.0.2.1'],
      timeZone: 'Europe/Paris',
      startedAt: at,
      certificateExpiresAt: null,
    };
    await api.store.write(({ db }) =>
      db
        .insertInto('section')
        .values([
          { ...common, section: 'gateway', document: JSON.stringify(gateway) },
          { ...common, section: 'pbxs', document: '{"links":[]}' },
          { ...common, section: 'health', document: '{"outbox":1}' },
        ])
        .execute(),
    );
    const detail = (await client.get(`/gateways/${site.gateway}`)).json<object>();
    expect(detail).toMatchObject({
      hostName: 'gw',
      timeZone: 'Europe/Paris',
      addresses: ['192.0.2.1'],
      links: [],
      linksAt: at,
      checks: [],
      checkedAt: null,
      presence: 'Online',
      pbxs: 1,
      users: 1,
      capabilities: expect.arrayContaining(['pbx.sync']),
    });
  });

  test('is released through enrolment in the name of the caller, and reset only with the word', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    expect((await client.send('DELETE', `/gateways/${site.gateway}`)).statusCode).toBe(204);
    expect((await client.send('DELETE', `/gateways/${site.gateway}?reset=yes`)).statusCode).toBe(400);
    expect((await client.send('DELETE', `/gateways/${site.gateway}?reset=revert`)).statusCode).toBe(204);
    const actor = { id: client.person, name: 'Ann Admin', kind: 'person' };
    expect(api.enrolments.calls).toEqual([
      ['release', site.account, site.gateway, actor, { reset: false }],
      ['release', site.account, site.gateway, actor, { reset: true }],
    ]);
  });
});

describe('inventory', () => {
  test('a platform shows what runs on it and the status of the licence that ends first', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const platforms = (await client.get('/platforms?filter=swaStatus:eq:Expiring%20soon')).json<{ items: object[] }>();
    expect(platforms.items).toEqual([
      expect.objectContaining({
        platformId: 'host-1',
        accountName: 'Customer',
        gateway: site.gateway,
        applicationTypes: ['mivoice-5000'],
        swaStatus: 'Expiring soon',
        licence: expect.objectContaining({ type: 'Perpetual' }),
      }),
    ]);
    const applications = (await client.get('/applications?q=srv-1')).json<{ items: object[] }>();
    expect(applications.items).toEqual([
      expect.objectContaining({
        type: 'mivoice-5000',
        platformName: 'srv-1',
        swaStatus: 'Expiring soon',
        hasPortal: true,
      }),
    ]);
    for (const status of ['Active', 'Unknown', 'Expired']) {
      expect((await client.get(`/platforms?filter=swaStatus:eq:${status}`)).json()).toMatchObject({ total: 0 });
    }
    await api.store.write(({ db }) => db.deleteFrom('application').execute());
    expect((await client.get('/platforms?filter=swaStatus:eq:Unknown')).json()).toMatchObject({
      total: 1,
      items: [{ swaStatus: 'Unknown', licence: null, applicationTypes: [] }],
    });
  });
});

describe('commands', () => {
  test('are accepted, kept and published once, whatever is repeated with the same key', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const url = `/gateways/${site.gateway}/commands`;
    const body = { name: 'pbx.sync', args: { pbx: site.pbx }, deadlineSeconds: 60 };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.send('POST', url, body, { 'idempotency-key': 'key-1' })),
    );
    expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202, 202, 202, 202]);
    const ids = answers.map((answer) => answer.json<{ id: string }>().id);
    expect(new Set(ids).size).toBe(1);
    expect(api.published).toHaveLength(1);
    const command = (await client.get(`/commands/${ids[0]}`)).json<object>();
    expect(command).toMatchObject({
      name: 'pbx.sync',
      issuerName: 'Ann Admin',
      state: 'sent',
      args: { pbx: site.pbx },
    });
    expect(command).toMatchObject({ deadlineAt: new Date(START + 60_000).toISOString() });
    const other = await client.send('POST', url, { ...body, deadlineSeconds: 61 }, { 'idempotency-key': 'key-1' });
    expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([422, 'api.idempotency-mismatch']);
  });

  test('a key belongs to one person, and a failed request does not use it up', async () => {
    await using api = await startApp();
    const { client, site, partner } = await world(api);
    const url = `/gateways/${site.gateway}/commands`;
    const bad = await client.send('POST', url, { name: 'pbx.sync', args: {} }, { 'idempotency-key': 'k' });
    expect(bad.json()).toMatchObject({ code: 'command.invalid-arguments' });
    const good = { name: 'gateway.self-test' };
    expect((await client.send('POST', url, good, { 'idempotency-key': 'k' })).statusCode).toBe(202);
    const second = await api.signIn('Partner', partner, null);
    expect((await second.send('POST', url, good, { 'idempotency-key': 'k' })).statusCode).toBe(202);
    expect(api.published).toHaveLength(2);
  });

  test('one that nobody knows is not supported, one that nobody has yet is withdrawn once', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const unknown = await client.send('POST', `/gateways/${site.gateway}/commands`, { name: 'gateway.explode' });
    expect([unknown.statusCode, unknown.json<{ code: string }>().code]).toEqual([422, 'command.not-supported']);
    const cancel = () => client.send('POST', `/commands/${site.command}/cancel`);
    expect((await cancel()).json()).toMatchObject({ state: 'canceled' });
    expect((await cancel()).json()).toMatchObject({ code: 'command.final' });
  });

  test('a Held run lists whom it would remove, and is decided once', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const held = (await client.get(`/sync-runs/${site.run}/held-users?sort=name&limit=1`)).json<{
      nextCursor: string;
    }>();
    expect(held).toMatchObject({ total: 2, items: [{ key: 'k2', name: 'Abe', email: 'a@x.fr', extension: null }] });
    const rest = (
      await client.get(`/sync-runs/${site.run}/held-users?limit=1&cursor=${held.nextCursor}`)
    ).json<object>();
    expect(rest).toMatchObject({ items: [{ name: 'Zoe', extension: '0100' }], nextCursor: null });
    const decide = () => client.send('POST', `/sync-runs/${site.run}/decision`, { action: 'remove' });
    const decided = await decide();
    expect(decided.statusCode).toBe(202);
    expect(decided.json()).toMatchObject({
      name: 'pbx.sync',
      args: { pbx: site.pbx, decision: { run: site.run, action: 'remove' } },
    });
    expect((await client.get(`/sync-runs/${site.run}`)).json()).toMatchObject({
      hold: 'removing',
      decidedBy: 'Ann Admin',
    });
    expect((await decide()).json()).toMatchObject({ code: 'sync.unknown-hold' });
  });
});

describe('events', () => {
  test('come newest first; those of the partner itself only to who holds all its accounts', async () => {
    await using api = await startApp();
    const { client, site, partner } = await world(api);
    for (const name of ['B', 'C']) {
      api.clock.time += 1000;
      const { etag } = (await client.get(`/accounts/${site.account}`)).json<{ etag: string }>();
      await client.send('PATCH', `/accounts/${site.account}`, { name }, { 'if-match': etag });
    }
    api.clock.time += 1000;
    await client.send('POST', '/auth/logout');
    const owner = await api.signIn('Partner', partner, null);
    const all = (await owner.get('/events')).json<{ items: HistoryEvent[] }>().items;
    expect(all.map((event) => [event.name, event.message])).toEqual([
      ['person.signed-out', 'Signed out'],
      ['account.changed', 'Account changed: C'],
      ['account.changed', 'Account changed: B'],
    ]);
    const manager = await api.signIn('Account Admin', partner, site.account);
    const own = (await manager.get('/events')).json<{ items: HistoryEvent[] }>().items;
    expect(own.map((event) => event.message)).toEqual(['Account changed: C', 'Account changed: B']);
  });
});

describe('CSV', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+33123', "'+33123"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ['a=b', 'a=b'],
    ['', ''],
  ])('cell %j becomes %j', (cell, guarded) => expect(guardCell(cell)).toBe(guarded));

  test('holds every matching user of many pages, quoted by RFC 4180, with a byte order mark on demand', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const odd = 'Say "hi",\r\nÅsa =1';
    await addUsers(api.store, site, [{ name: odd, email: '=cmd|x' }]);
    await addUsers(
      api.store,
      site,
      Array.from({ length: 2500 }, (_, n) => ({ name: `Person ${n}`, extension: `00${n}` })),
    );
    const answer = await client.get(`/users.csv?account=${site.account}&bom=true&sort=name&limit=5`);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="users.csv"');
    expect(answer.body.startsWith('\ufeffName,')).toBe(true);
    const rows: Record<string, string>[] = parse(answer.body, { columns: true, bom: true });
    expect(rows).toHaveLength(2502);
    expect(rows.find((row) => row['Name'] === odd)).toMatchObject({ 'E-mail': "'=cmd|x" });
    expect(rows.some((row) => row['Extension'] === '0042')).toBe(true);
    const filtered = await client.get(`/users.csv?account=${site.account}&q=hi`);
    expect(parse(filtered.body)).toHaveLength(2);
    const events = await client.get('/events.csv');
    expect(events.body.split('\r\n')[0]).toContain('Event ID,Actor Name,Actor ID,Action,Asset');
  });

  test('a bad filter is an error, not a broken file', async () => {
    await using api = await startApp();
    const { client } = await world(api);
    const answer = await client.get('/users.csv?filter=nosuch:eq:1');
    expect(answer.json()).toMatchObject({ code: 'api.invalid', field: 'filter' });
    expect((await client.get('/users.csv?sort=nosuch')).json()).toMatchObject({ code: 'api.invalid', field: 'sort' });
  });
});

describe('a claim code', () => {
  test('is looked up as it is meant, however it was typed; one that cannot be a code is refused before', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    const found = await client.get('/enrolments/code/mnpq-rtwx');
    expect(found.json()).toMatchObject({ code: 'MNPQRTWX', hostName: 'site-1' });
    const looked = api.enrolments.calls.length;
    expect((await client.get('/enrolments/code/0000')).statusCode).toBe(400);
    expect(api.enrolments.calls).toHaveLength(looked);
    expect((await client.get('/enrolments/code/AAAAAAAA')).json()).toMatchObject({ code: 'enrolment.unknown-code' });
    const done = await client.send('POST', '/enrolments/mnpq rtwx/confirm', { account: site.account, name: 'Main' });
    expect([done.statusCode, done.json()]).toEqual([200, { gateway: CONFIRMED_GATEWAY }]);
    expect(api.enrolments.calls.at(-1)?.slice(0, 3)).toEqual([
      'confirm',
      'MNPQRTWX',
      { account: site.account, name: 'Main' },
    ]);
  });
});

describe('what no client should meet', () => {
  test('an error that nobody foresaw tells the request id and nothing of the inside', async () => {
    await using api = await startApp();
    const { client, site } = await world(api);
    await api.store.write(({ db }) => db.updateTable('sync_run').set({ counts: 'secret{' }).execute());
    const answer = await client.get(`/sync-runs/${site.run}`);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(answer.json()).toEqual({
      code: 'internal',
      message: 'Something failed that we did not foresee',
      nextStep: expect.any(String),
      requestId: expect.any(String),
    });
  });

  test.each([
    ['a body of a megabyte', '/auth/login', { email: 'a@b.fr', password: 'x'.repeat(1_000_000) }, 413, 'api.too-large'],
    ['a body that is not as agreed', '/auth/login', { email: 1 }, 400, 'api.invalid'],
    ['an unknown address', '/nothing', {}, 404, 'api.not-found'],
  ])('%s', async (_, url, payload, status, code) => {
    await using api = await startApp();
    const answer = await api.app.inject({ method: 'POST', url: `/api/v1${url}`, payload });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  });

  test('half a JSON document is refused', async () => {
    await using api = await startApp();
    const headers = { 'content-type': 'application/json' };
    const answer = await api.app.inject({ method: 'POST', url: '/api/v1/auth/login', headers, payload: '{"email":' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'api.invalid']);
  });

  test('an address that asks without end is told to wait', async () => {
    await using api = await startApp({ requestsPerMinute: 3 });
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push(await api.app.inject('/api/v1/me'));
    expect(answers.map((answer) => answer.statusCode)).toEqual([401, 401, 401, 429, 429]);
    const refused = answers.find((answer) => answer.statusCode === 429);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused?.json()).toMatchObject({ code: 'api.too-many-requests', requestId: expect.any(String) });
    expect((await api.app.inject('/healthz')).statusCode).toBe(200);
  });
});

describe('a route with a limit of its own', () => {
  test('is limited by that one, and answers in the one form of errors', async () => {
    await using api = await startApp({
      deviceRoutes: async (app: FastifyInstance) => {
        const config = { access: 'public', rateLimit: { max: 2, timeWindow: 60_000 } } as const;
        app.get('/limited', { config }, async () => ({ ok: true }));
      },
    });
    const codes = [];
    for (let n = 0; n < 4; n += 1) codes.push((await api.app.inject('/api/v1/limited')).statusCode);
    expect(codes).toEqual([200, 200, 429, 429]);
    expect((await api.app.inject('/api/v1/limited')).json()).toMatchObject({ code: 'api.too-many-requests' });
    expect((await api.app.inject('/api/v1/me')).statusCode).toBe(401);
  });
});
