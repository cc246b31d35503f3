/** Inviting people, giving roles, tokens of programs, the own profile: who may what to whom. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InvitationMail } from '#connector/people/invitation-mail.ts';
import type { ApiToken, Person, PersonInvited } from '#contract/api/access.ts';
import type { RoleInfo } from '#contract/api/roles.ts';
import { addAccount, addPartner, type Client, startApp, type TestApp } from '../connector-api/support.ts';

const mails: InvitationMail[] = [];
let mailWorks = true;
let api: TestApp;
beforeAll(async () => {
  api = await startApp({
    sendInvitation: async (mail) => {
      mails.push(mail);
      return mailWorks ? 'sent' : 'not now';
    },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const code = (answer: { json<T>(): T }) => answer.json<{ code: string }>().code;
const tokenOf = (link: string) => new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';

let emails = 0;
const newEmail = () => `person${++emails}@example.com`;

/** Invites with the mail server down, so that the link is in the answer; gives person and token. */
async function invite(client: Client, account: string | null, role: string, email = newEmail()) {
  mailWorks = false;
  const answer = await client.send('POST', '/people', { account, name: 'Ivy Invited', email, role });
  mailWorks = true;
  expect(answer.statusCode).toBe(201);
  const { person, link } = answer.json<PersonInvited>();
  return { person, email, token: link?.link ? tokenOf(link.link) : undefined };
}

async function redeem(token: string, password = 'a good password') {
  return api.app.inject({
    method: 'POST',
    url: '/api/v1/auth/password-links/redeem',
    payload: { token, password },
  });
}

async function signInBy(email: string, password: string): Promise<Client> {
  const answer = await api.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: { email, password } });
  const cookie = answer.cookies[0]?.value ?? '';
  const { csrf, id } = answer.json<{ csrf: string; id: string }>();
  return api.client(cookie, csrf, id);
}

/** A partner with one account, its administrator and an admin of the account. */
async function house() {
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner);
  const owner = await api.signIn('Partner', partner, null);
  const admin = await api.signIn('Account Admin', partner, account);
  return { partner, account, owner, admin };
}

describe('an invitation', () => {
  test('is mailed and then not shown; shown once where mail does not work', async () => {
    const { account, admin } = await house();
    const body = { account, name: 'Ivy\r\nBcc: all', email: newEmail(), role: 'Support', language: 'de' };
    const mailed = (await admin.send('POST', '/people', body)).json<PersonInvited>();
    expect(mailed.link).toMatchObject({ mailed: true, link: null });
    expect(mails.at(-1)).toMatchObject({ to: { email: body.email }, language: 'de', first: true, days: 7 });
    expect((await invite(admin, account, 'User')).token).toMatch(/^[\w-]{43}$/);
  });

  test('sets a password once and signs in; a second use, an old one and a guess are refused', async () => {
    const { account, admin } = await house();
    const { person, email, token = '' } = await invite(admin, account, 'User');
    expect(person.status).toBe('Invited');
    const look = await api.app.inject({
      method: 'POST',
      url: '/api/v1/auth/password-links/look',
      payload: { token },
    });
    expect(look.json()).toMatchObject({ email, first: true });
    expect((await redeem(token, 'short')).statusCode).toBe(400);
    expect((await redeem(token)).statusCode).toBe(200);
    expect(code(await redeem(token))).toBe('person.link-used');
    expect(code(await redeem('guess'))).toBe('person.link-used');
    const client = await signInBy(email, 'a good password');
    expect((await client.get('/me')).json()).toMatchObject({ email, role: 'User' });
  });

  test('ends after seven days', async () => {
    const { account, admin } = await house();
    const { token = '' } = await invite(admin, account, 'User');
    const before = api.clock.time;
    api.clock.time += 7 * 86_400_000 + 1;
    const late = await redeem(token);
    api.clock.time = before;
    expect(late.statusCode).toBe(410);
  });

  test('of somebody who is known adds a place and leaves what they sign in with', async () => {
    const { partner, account, owner, admin } = await house();
    const { email, token = '' } = await invite(admin, account, 'User');
    await redeem(token);
    const second = await addAccount(api.store, partner, 'Second');
    const again = await invite(owner, second, 'Account Admin', email.toUpperCase());
    expect(again.token).toBeUndefined();
    const client = await signInBy(email, 'a good password');
    expect((await client.get(`/accounts/${second}`)).statusCode).toBe(200);
    expect(code(await owner.send('POST', '/people', { account: second, name: 'X', email, role: 'User' }))).toBe(
      'person.already-here',
    );
    const stranger = await house();
    expect(
      code(await stranger.admin.send('POST', '/people', { account: stranger.account, name: 'X', email, role: 'User' })),
    ).toBe('person.email-taken');
  });
});

describe('nobody gives more than they hold', () => {
  test('an admin with fewer ticks cannot make a full admin, nor take over one by a link', async () => {
    const { account, owner, admin } = await house();
    const ticks = ['accounts:view', 'people:view', 'people:add', 'people:edit', 'roles:view', 'roles:assign'];
    const made = await owner.send('POST', '/roles', { name: 'Desk', base: 'Account Admin', permissions: ticks });
    const role = made.json<RoleInfo>();
    expect(role.permissions.toSorted()).toEqual(ticks.toSorted());
    expect(code(await admin.send('POST', '/people', { account, name: 'X', email: newEmail(), role: role.id }))).toBe(
      'role.not-givable',
    );
    await owner.send('POST', `/roles/${role.id}/accounts`, { accounts: [account], assign: true });
    const { email, token = '' } = await invite(admin, account, role.id);
    await redeem(token);
    const desk = await signInBy(email, 'a good password');
    const full = { account, name: 'X', email: newEmail(), role: 'Account Admin' };
    expect(code(await desk.send('POST', '/people', full))).toBe('role.not-givable');
    expect(code(await desk.send('POST', '/people', { ...full, role: 'Partner' }))).toBe('role.not-givable');
    expect((await desk.send('POST', '/people', { ...full, role: 'User' })).statusCode).toBe(201);
    const link = await desk.send('POST', `/people/${admin.person}/password-link?account=${account}`);
    expect(code(link)).toBe('person.not-yours');
    const disable = { account, status: 'Disabled' };
    expect(code(await desk.send('PATCH', `/people/${admin.person}`, disable, { 'if-match': '"1"' }))).toBe(
      'person.not-yours',
    );
  });

  test('an admin of one account does not act on somebody who belongs to another, too', async () => {
    const { partner, account, owner, admin } = await house();
    const { person, email } = await invite(admin, account, 'User');
    const second = await addAccount(api.store, partner, 'Second');
    await invite(owner, second, 'Account Admin', email);
    const link = await admin.send('POST', `/people/${person.id}/password-link?account=${account}`);
    expect(code(link)).toBe('person.not-yours');
    expect((await admin.send('DELETE', `/people/${person.id}?account=${account}`)).statusCode).toBe(204);
    expect((await owner.get(`/people?account=${second}`)).body).toContain(email);
  });

  test('nobody changes, disables or removes themselves', async () => {
    const { admin, account } = await house();
    const edit = await admin.send('PATCH', `/people/${admin.person}`, { account, role: 'User' }, { 'if-match': '"1"' });
    expect(code(edit)).toBe('person.yourself');
    expect(code(await admin.send('DELETE', `/people/${admin.person}?account=${account}`))).toBe('person.yourself');
  });
});

describe('a person', () => {
  test('who is disabled is out with the next request; two admins who edit are both told', async () => {
    const { account, admin } = await house();
    const { person, email, token = '' } = await invite(admin, account, 'Support');
    await redeem(token);
    const client = await signInBy(email, 'a good password');
    const [first] = (await admin.get(`/people?account=${account}&q=${email}`)).json<{ items: Person[] }>().items;
    const match = { 'if-match': first?.etag ?? '' };
    const off = await admin.send('PATCH', `/people/${person.id}`, { account, status: 'Disabled' }, match);
    expect(off.json()).toMatchObject({ status: 'Disabled', modifiedBy: 'Ann Admin' });
    expect((await client.get('/me')).statusCode).toBe(401);
    expect(code(await admin.send('PATCH', `/people/${person.id}`, { account, name: 'Other' }, match))).toBe(
      'api.stale',
    );
    const bare = await admin.send('PATCH', `/people/${person.id}`, { account, name: 'Other' });
    expect(code(bare)).toBe('api.precondition-required');
  });

  test('who was removed comes back only by a new link', async () => {
    const { account, admin } = await house();
    const { person, email, token = '' } = await invite(admin, account, 'User');
    await redeem(token);
    await admin.send('DELETE', `/people/${person.id}?account=${account}`);
    const refused = await api.app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: { email, password: 'a good password' },
    });
    expect(refused.statusCode).toBe(401);
    expect((await invite(admin, account, 'User', email)).token).toBeDefined();
  });
});

describe('a custom role', () => {
  test('loses every verb of a category with its VIEW, keeps what is fixed, gains nothing above its base', async () => {
    const { owner } = await house();
    const body = { name: 'Odd', base: 'Account Admin', permissions: ['users:delete', 'accounts:add', 'support:logs'] };
    const { permissions } = (await owner.send('POST', '/roles', body)).json<RoleInfo>();
    expect(permissions).toEqual(['accounts:view']);
    expect(code(await owner.send('POST', '/roles', { ...body, name: 'odd' }))).toBe('role.name-taken');
    expect(code(await owner.send('POST', '/roles', { ...body, name: 'support' }))).toBe('role.name-taken');
  });

  test('is in force on the next request, and cannot go while somebody holds it', async () => {
    const { account, owner } = await house();
    const role = (await owner.send('POST', '/roles', { name: 'Looker', base: 'Account Admin' })).json<RoleInfo>();
    const assign = (on: boolean) =>
      owner.send('POST', `/roles/${role.id}/accounts`, { accounts: [account], assign: on });
    expect((await assign(true)).statusCode).toBe(204);
    const { person, email, token = '' } = await invite(owner, account, role.id);
    await redeem(token);
    const client = await signInBy(email, 'a good password');
    expect((await client.get('/me')).json()).toMatchObject({ role: 'Account Admin', roleName: 'Looker' });
    expect((await client.get(`/users?account=${account}`)).statusCode).toBe(200);
    const permissions = role.permissions.filter((one) => !one.startsWith('users:'));
    const path = `/roles/${role.id}`;
    expect((await owner.send('PATCH', path, { permissions }, { 'if-match': role.etag })).statusCode).toBe(200);
    expect((await client.get(`/users?account=${account}`)).statusCode).toBe(403);
    expect(code(await owner.send('PATCH', path, { name: 'Late' }, { 'if-match': role.etag }))).toBe('api.stale');
    expect(code(await owner.send('DELETE', `${path}?confirm=delete`))).toBe('role.in-use');
    expect(code(await assign(false))).toBe('role.in-use');
    await owner.send('DELETE', `/people/${person.id}?account=${account}`);
    expect((await owner.send('DELETE', path)).statusCode).toBe(400);
    expect((await owner.send('DELETE', `${path}?confirm=delete`)).statusCode).toBe(204);
  });

  test('for all accounts cannot go to a customer account', async () => {
    const { account, owner } = await house();
    const role = (await owner.send('POST', '/roles', { name: 'Staff' })).json<RoleInfo>();
    expect(role.base).toBe('Partner');
    const answer = await owner.send('POST', `/roles/${role.id}/accounts`, { accounts: [account], assign: true });
    expect(code(answer)).toBe('role.not-for-accounts');
  });
});

describe('an account manager', () => {
  test('sees the accounts that are assigned and no other; becomes an administrator and back', async () => {
    const { partner, account, owner } = await house();
    await addAccount(api.store, partner, 'Another');
    const { person, email, token = '' } = await invite(owner, null, 'Account Manager');
    await redeem(token);
    const client = await signInBy(email, 'a good password');
    const accounts = async () => (await client.get('/accounts')).json<{ total?: number }>().total;
    expect(await accounts()).toBeUndefined();
    const assign = (on: boolean) =>
      owner.send('POST', `/account-managers/${person.id}/accounts`, { accounts: [account], assign: on });
    await assign(true);
    expect(await accounts()).toBe(1);
    const listed = (await owner.get(`/account-managers/accounts?people=${person.id}`)).json<{ items: object[] }>();
    expect(listed.items).toContainEqual(expect.objectContaining({ id: account, selected: [person.id] }));
    const etag = async () =>
      (await owner.get('/people')).json<{ items: Person[] }>().items.find(({ id }) => id === person.id)?.etag ?? '';
    const become = async (role: string) =>
      owner.send('PATCH', `/people/${person.id}`, { account: null, role }, { 'if-match': await etag() });
    expect((await become('Partner')).json()).toMatchObject({ role: 'Partner', manager: false });
    expect(await accounts()).toBe(2);
    expect(code(await assign(true))).toBe('person.not-a-manager');
    expect((await become('Account Manager')).json()).toMatchObject({ manager: true });
    expect(await accounts()).toBeUndefined();
    const self = `/account-managers/${owner.person}/accounts`;
    expect(code(await owner.send('POST', self, { accounts: [account], assign: true }))).toBe('person.yourself');
  });
});

describe('a token', () => {
  const bearer = (token: string | undefined, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    api.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { authorization: `Bearer ${token}` },
      ...(payload && { payload }),
    });
  const make = async (client: Client, account: string | null, role: string) =>
    (await client.send('POST', '/api-tokens', { account, name: 'Report', role, validDays: 1 })).json<ApiToken>();

  test('does what its role says, in its account, with no cookie; is kept as a hash and shown once', async () => {
    const { partner, account, admin } = await house();
    const other = await addAccount(api.store, partner, 'Other');
    const { token, id } = await make(admin, account, 'Support');
    expect((await bearer(token, 'GET', `/users?account=${account}`)).statusCode).toBe(200);
    expect((await bearer(token, 'GET', `/users?account=${other}`)).statusCode).toBe(404);
    expect((await bearer(token, 'POST', '/trunks', {})).statusCode).toBe(400);
    expect((await bearer(token, 'GET', '/me')).json()).toMatchObject({ name: 'Report (token of Ann Admin)' });
    expect((await bearer(`${token}x`, 'GET', '/users')).statusCode).toBe(401);
    expect((await bearer('', 'GET', '/users')).statusCode).toBe(401);
    const listed = (await admin.get(`/api-tokens?account=${account}`)).json<{ items: ApiToken[] }>().items[0];
    expect(listed).toMatchObject({ id, usedFrom: '127.0.0.1', expired: false });
    expect(listed?.token).toBeUndefined();
    const stored = await api.store.db.selectFrom('api_token').selectAll().where('id', '=', id).execute();
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  test('expires, and is revoked with the next request', async () => {
    const { account, admin } = await house();
    const { token, id } = await make(admin, account, 'Support');
    const before = api.clock.time;
    api.clock.time += 86_400_001;
    const late = await bearer(token, 'GET', `/users?account=${account}`);
    api.clock.time = before;
    expect(late.statusCode).toBe(401);
    expect((await admin.send('DELETE', `/api-tokens/${id}`)).statusCode).toBe(204);
    expect((await bearer(token, 'GET', `/users?account=${account}`)).statusCode).toBe(401);
  });

  test('never may more than its maker may now', async () => {
    const { account, admin } = await house();
    const { token } = await make(admin, account, 'Account Admin');
    const role = (to: string) =>
      api.store.write(({ db }) =>
        db.updateTable('membership').set({ role: to }).where('person_id', '=', admin.person).execute(),
      );
    await role('Support');
    expect((await bearer(token, 'GET', `/users?account=${account}`)).statusCode).toBe(200);
    expect((await bearer(token, 'DELETE', `/trunks/${account}`)).statusCode).toBe(404);
    const contact = { account, name: 'New', email: 'x@example.com' };
    expect((await bearer(token, 'POST', '/alert-contacts', contact)).statusCode).toBe(403);
    await role('User');
    expect((await bearer(token, 'GET', `/users?account=${account}`)).statusCode).toBe(401);
  });

  test('lets nobody in: no tokens, people, roles, passwords or sign-in links by it', async () => {
    const { owner } = await house();
    const { token } = await make(owner, null, 'Partner');
    const invited = { account: null, name: 'X', email: newEmail(), role: 'User' };
    for (const [method, url, body] of [
      ['POST', '/api-tokens', { account: null, name: 'More', role: 'Partner' }],
      ['POST', '/people', invited],
      ['POST', '/roles', { name: 'More' }],
      ['POST', '/me/password', { current: 'x', next: 'a good password' }],
      ['GET', '/me/sessions', undefined],
      ['POST', '/auth/sign-in-links', undefined],
    ] as const) {
      const answer = await bearer(token, method, url, body);
      expect([url, answer.statusCode, code(answer)]).toEqual([url, 403, 'api.person-only']);
    }
  });
});

describe('the own profile', () => {
  test('a new password needs the old one, ends the other sessions and keeps this one', async () => {
    const { account, admin } = await house();
    const { email, token = '' } = await invite(admin, account, 'User');
    await redeem(token);
    const here = await signInBy(email, 'a good password');
    const there = await signInBy(email, 'a good password');
    const wrong = await here.send('POST', '/me/password', { current: 'wrong', next: 'another password' });
    expect([wrong.statusCode, code(wrong)]).toEqual([403, 'person.wrong-password']);
    const body = { current: 'a good password', next: 'another password' };
    expect((await here.send('POST', '/me/password', body)).statusCode).toBe(204);
    expect((await here.get('/me')).statusCode).toBe(200);
    expect((await there.get('/me')).statusCode).toBe(401);
    for (let n = 0; n < 10; n += 1) await here.send('POST', '/me/password', { ...body, current: `guess ${n}` });
    expect((await here.send('POST', '/me/password', { ...body, current: 'another password' })).statusCode).toBe(429);
  });

  test('sessions are listed and ended one by one; nobody ends those of others', async () => {
    const { account, admin } = await house();
    const { email, token = '' } = await invite(admin, account, 'User');
    await redeem(token);
    const here = await signInBy(email, 'a good password');
    const there = await signInBy(email, 'a good password');
    const sessions = (await here.get('/me/sessions')).json<{ items: { id: string; current: boolean }[] }>().items;
    expect(sessions.length).toBe(3);
    expect(sessions.filter(({ current }) => current).length).toBe(1);
    const mine = (await there.get('/me/sessions')).json<typeof sessions extends infer T ? { items: T } : never>();
    const thereId = mine.items.find(({ current }) => current)?.id ?? '';
    expect((await admin.send('DELETE', `/me/sessions/${thereId}`)).statusCode).toBe(404);
    expect((await here.send('DELETE', `/me/sessions/${thereId}`)).statusCode).toBe(204);
    expect((await there.get('/me')).statusCode).toBe(401);
    expect((await here.send('DELETE', '/me/sessions/others')).statusCode).toBe(204);
    expect((await here.get('/me/sessions')).json<{ items: unknown[] }>().items.length).toBe(1);
  });

  test('name and language are the person’s own', async () => {
    const { admin } = await house();
    const edit = await admin.send('PATCH', '/me/profile', { name: 'Anne <b>', language: 'de' });
    expect(edit.json()).toMatchObject({ name: 'Anne <b>', language: 'de' });
    expect((await admin.get('/me')).json()).toMatchObject({ name: 'Anne <b>', language: 'de' });
    expect((await admin.send('PATCH', '/me/profile', { language: 'xx' })).statusCode).toBe(400);
  });
});
