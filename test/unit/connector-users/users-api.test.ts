import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User, UserManaged, UserSummary } from '#contract/api/users.ts';
import {
  addAccount,
  addPartner,
  addPerson,
  addSite,
  addUsers,
  type Client,
  type Site,
  startApp,
  type TestApp,
} from '../connector-api/support.ts';

let api: TestApp;
let partner: string;
let site: Site;
let admin: Client;

beforeAll(async () => {
  api = await startApp();
  partner = await addPartner(api.store);
});
afterAll(() => api[Symbol.asyncDispose]());

/** An account of its own with a PBX and one of its users ("Jean Dupont"), and its admin. */
async function begin(): Promise<void> {
  const account = await addAccount(api.store, partner, 'Users');
  site = await addSite(api.store, account);
  admin = await api.signIn('Account Admin', partner, account);
}

const marie = () => ({ account: site.account, firstName: 'Marie', lastName: 'Curie', email: 'Marie@Example.com' });
const add = async (more: object = {}): Promise<User> => {
  const answer = await admin.send('POST', '/users', { ...marie(), ...more });
  expect([answer.statusCode, answer.statusCode === 201 ? '' : answer.body]).toEqual([201, '']);
  return answer.json<User>();
};
const one = async (id: string) => (await admin.get(`/users/${id}`)).json<User>();
const edit = (user: User, change: object, match = user.etag) =>
  admin.send('PATCH', `/users/${user.id}`, change, { 'if-match': match });
const names = async (query = '') =>
  (await admin.get(`/users?account=${site.account}${query}`)).json<{ items: User[] }>().items.map(({ name }) => name);

describe('a user of the cloud', () => {
  beforeAll(begin);

  test('is added, found by search, and belongs to no PBX', async () => {
    const user = await add();
    expect(user).toMatchObject({
      name: 'Marie Curie',
      email: 'Marie@example.com',
      source: 'console',
      pbx: null,
      gateway: null,
      role: 'User',
      registered: false,
      lockedFields: [],
      modifiedBy: 'Ann Admin',
    });
    expect(await names('&q=curie%20marie@')).toEqual(['Marie Curie']);
    const events = await api.store.db
      .selectFrom('event')
      .select(['message', 'asset_id'])
      .where('name', '=', 'user.created')
      .execute();
    expect(events).toContainEqual({ message: 'User created: Marie Curie', asset_id: user.id });
  });

  test.each([
    ['an address that a user of a PBX has', { email: 'JEAN@X.FR' }, 409, 'user.in-use'],
    ['no address', { email: 'marie' }, 400, 'api.invalid'],
    ['an empty name', { firstName: ' \u200b'.replace('\u200b', '\u202e'), email: 'n@x.fr' }, 400, 'api.invalid'],
    ['a number without its country', { mobilePhone: '0612345678', email: 'n@x.fr' }, 400, 'api.invalid'],
  ])('with %s is refused, and nothing is kept', async (_name, more, status, code) => {
    const before = await names();
    const answer = await admin.send('POST', '/users', { ...marie(), ...more });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(await names()).toEqual(before);
  });

  test('can be made an admin only by whoever may give roles', async () => {
    const manager = await api.signIn('Account Manager', partner, site.account);
    const wanted = { ...marie(), email: 'boss@x.fr', role: 'Account Admin' };
    expect((await manager.send('POST', '/users', wanted)).statusCode).toBe(403);
    const plain = await add({ email: 'plain@x.fr' });
    const raise = await manager.send(
      'PATCH',
      `/users/${plain.id}`,
      { role: 'Account Admin' },
      { 'if-match': plain.etag },
    );
    expect(raise.statusCode).toBe(403);
    expect((await add({ email: 'boss@x.fr', role: 'Account Admin' })).role).toBe('Account Admin');
  });

  test('keeps names of every script, and none of what turns the reading direction', async () => {
    const user = await add({ firstName: 'محمد', lastName: '👩‍💻 O\u202eliven', email: 'scripts@x.fr' });
    expect(user.name).toBe('محمد 👩‍💻 O liven');
    expect(await names(`&q=${encodeURIComponent('محمد')}`)).toEqual([user.name]);
  });

  test('edited by two admins is changed once, and the second is told', async () => {
    const user = await add({ email: 'two@x.fr' });
    const first = await edit(user, { lastName: 'Sklodowska' });
    expect([first.statusCode, first.json<User>().name]).toEqual([200, 'Marie Sklodowska']);
    const second = await edit(user, { lastName: 'Other' });
    expect([second.statusCode, second.json<{ code: string }>().code]).toEqual([412, 'api.stale']);
    expect((await one(user.id)).lastName).toBe('Sklodowska');
    const unsaid = await admin.send('PATCH', `/users/${user.id}`, { lastName: 'X' });
    expect(unsaid.statusCode).toBe(428);
  });

  test('goes for good when it is deleted, with the person who belongs nowhere else', async () => {
    const user = await add({ email: 'gone@x.fr' });
    const person = await addPerson(api.store, {
      partner,
      account: site.account,
      role: 'User',
      email: 'gone@x.fr',
      password: 'long enough',
    });
    expect(await one(user.id)).toMatchObject({ registered: true });
    expect((await admin.send('DELETE', `/users/${user.id}`)).statusCode).toBe(400);
    expect((await admin.send('DELETE', `/users/${user.id}?confirm=delete`)).statusCode).toBe(204);
    expect((await admin.get(`/users/${user.id}`)).statusCode).toBe(404);
    expect(
      await api.store.db.selectFrom('person').select('id').where('id', '=', person).executeTakeFirst(),
    ).toBeUndefined();
  });
});

describe('a user of a PBX', () => {
  beforeAll(begin);

  test('has locked what the PBX tells, and takes what it does not tell', async () => {
    const [bare = ''] = await addUsers(api.store, site, [{ name: 'No Mail', extension: '77', irregular: 1 }]);
    const user = await one(bare);
    expect(user.lockedFields).toEqual(['name', 'extension', 'workPhone', 'loginId', 'department']);
    const refused = await edit(user, { name: 'Other' });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'user.locked']);
    const taken = await edit(user, { email: 'no.mail@x.fr', mobilePhone: '+33612345678', role: 'Account Admin' });
    expect(taken.json()).toMatchObject({ email: 'no.mail@x.fr', irregularities: [], role: 'Account Admin' });
    expect(taken.json<User>().lockedFields).not.toContain('email');
    expect(await names('&q=no.mail')).toEqual(['No Mail']);
    const cleared = await edit(taken.json<User>(), { email: null });
    expect(cleared.json<User>().irregularities).toEqual(['no-email']);
    const jean = await one(site.user);
    expect((await edit(jean, { email: 'x@x.fr' })).json()).toMatchObject({ code: 'user.locked' });
  });

  test('that is deleted stays listed as one of the PBX only, and can come back', async () => {
    const gone = await admin.send('DELETE', `/users/${site.user}?confirm=delete`);
    expect(gone.statusCode).toBe(204);
    expect(await one(site.user)).toMatchObject({ status: 'PBX only', name: 'Jean Dupont' });
    expect(await names('&filter=property:eq:pbx-only')).toEqual(['Jean Dupont']);
    const body = { account: site.account, action: 'activate', users: [site.user] };
    expect((await admin.send('POST', '/users/manage', body)).json()).toEqual({ matched: 1, changed: 1, skipped: 0 });
    expect(await one(site.user)).toMatchObject({ status: 'Active' });
  });
});

describe('many users at once', () => {
  beforeAll(begin);

  test('all that a filter matches are made inactive: their people are out at once, and in again when they are active', async () => {
    const user = await add({ email: 'many@x.fr' });
    const member = await api.signIn('Account Admin', partner, site.account);
    await api.store.db
      .updateTable('person')
      .set({ email: 'many@x.fr', email_lc: 'many@x.fr' })
      .where('id', '=', member.person)
      .execute();
    const manage = (action: string, more: object = {}) =>
      admin.send('POST', '/users/manage', {
        account: site.account,
        action,
        filter: ['property:eq:cloud-users'],
        ...more,
      });
    expect((await member.get('/me')).statusCode).toBe(200);
    expect((await manage('deactivate')).json()).toEqual({ matched: 1, changed: 1, skipped: 0 });
    expect((await member.get('/me')).statusCode).toBe(401);
    expect(await one(user.id)).toMatchObject({ status: 'Inactive', registered: false });
    expect((await manage('activate')).json<UserManaged>().changed).toBe(1);
    expect((await manage('delete')).statusCode).toBe(400);
    expect((await manage('delete', { confirm: 'delete' })).json<UserManaged>().changed).toBe(1);
    expect(await names()).toEqual(['Jean Dupont']);
  });

  test('leaves out partners and the person who asks', async () => {
    await add({ email: 'partner@x.fr' });
    await addPerson(api.store, { partner, account: null, role: 'Partner', email: 'partner@x.fr' });
    await add({ email: 'me@x.fr' });
    await api.store.db
      .updateTable('person')
      .set({ email: 'me@x.fr', email_lc: 'me@x.fr' })
      .where('id', '=', admin.person)
      .execute();
    const all = { account: site.account, action: 'delete', confirm: 'delete' };
    expect((await admin.send('POST', '/users/manage', all)).json()).toEqual({ matched: 3, changed: 1, skipped: 2 });
    expect(await names()).toHaveLength(3);
  });

  test('of another account are not reached by their ids', async () => {
    const other = await addSite(api.store, await addAccount(api.store, partner, 'Other'));
    const body = { account: site.account, action: 'deactivate', users: [other.user] };
    expect((await admin.send('POST', '/users/manage', body)).json()).toEqual({ matched: 0, changed: 0, skipped: 0 });
    const foreign = { ...body, account: other.account };
    expect((await admin.send('POST', '/users/manage', foreign)).statusCode).toBe(404);
  });

  test('are counted by property and by product', async () => {
    const { properties, products, total } = (
      await admin.get(`/users/summary?account=${site.account}`)
    ).json<UserSummary>();
    expect(total).toBe(3);
    expect(properties).toEqual({
      admins: 1,
      users: 2,
      registered: 0,
      unregistered: 3,
      'pbx-users': 1,
      'cloud-users': 2,
      inactive: 0,
      'pbx-only': 1,
    });
    expect(products).toEqual({ 'mivoice-5000': 1 });
  });
});
