import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InvitationMail } from '#connector/people/invitation-mail.ts';
import { UserMails } from '#connector/users/mails.ts';
import type { User, UserManaged } from '#contract/api/users.ts';
import { until } from '#test/support/program.ts';
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
let mails: UserMails;
let sent: InvitationMail[];
let works: boolean;
let partner: string;
let site: Site;
let admin: Client;

beforeEach(async () => {
  sent = [];
  works = true;
  api = await startApp({
    userMails: { queue: (...wish) => mails.queue(...wish) },
  });
  const send = async (mail: InvitationMail) => {
    if (works) sent.push(mail);
    return works ? 'sent' : 'not now';
  };
  mails = new UserMails({ ...api, log: pino({ level: 'silent' }), publicUrl: 'https://demarc.example', send });
  partner = await addPartner(api.store);
  site = await addSite(api.store, await addAccount(api.store, partner));
  admin = await api.signIn('Account Admin', partner, site.account);
});
afterEach(async () => {
  await mails.stop();
  await api[Symbol.asyncDispose]();
});

const manage = async (action: string, more: object = {}) =>
  (await admin.send('POST', '/users/manage', { account: site.account, action, ...more })).json<UserManaged>();
const waiting = () => api.store.db.selectFrom('user_mail').selectAll().execute();
const emptied = () => until('the queue is empty', 10_000, async () => (await waiting()).length === 0, 10);

describe('a welcome mail', () => {
  test('brings each user who is not registered a link that sets a password, and makes the person', async () => {
    await addUsers(api.store, site, [{ name: 'No Mail' }, { name: 'Ann', email: 'ann@x.fr' }]);
    expect(await manage('welcome')).toEqual({ matched: 3, changed: 2, skipped: 1 });
    await emptied();
    expect(
      sent.map(({ to, first, by }) => `${to.email} ${first} ${by}`).toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(['ann@x.fr true Ann Admin', 'jean@x.fr true Ann Admin']);
    const token = new URLSearchParams(new URL(sent[0]?.link ?? '').hash.slice(1)).get('token');
    const set = await admin.send('POST', '/auth/password-links/redeem', {
      token,
      password: 'a long enough passphrase',
    });
    expect([Math.floor(set.statusCode / 100), set.statusCode < 300 ? '' : set.body]).toEqual([2, '']);
    const registered = await admin.get(`/users?account=${site.account}&filter=property:eq:registered`);
    expect(registered.json<{ items: User[] }>().items).toHaveLength(1);
    // Again only to those who have not registered.
    expect((await manage('welcome')).changed).toBe(1);
  });

  test('makes a deleted half of a PBX’s user anew', async () => {
    await admin.send('DELETE', `/users/${site.user}?confirm=delete`);
    expect((await manage('welcome', { users: [site.user] })).changed).toBe(1);
    await emptied();
    expect((await admin.get(`/users/${site.user}`)).json<User>().status).toBe('Active');
  });

  test('that the mail server does not take waits and is tried again, over a restart too', async () => {
    works = false;
    await manage('welcome');
    await until('it was tried', 10_000, async () => (await waiting())[0]?.attempts === 1, 10);
    expect(sent).toEqual([]);
    await mails.stop();
    works = true;
    api.clock.time += 6 * 60_000;
    const again = new UserMails({
      ...api,
      log: pino({ level: 'silent' }),
      publicUrl: 'https://demarc.example',
      send: async (mail) => {
        sent.push(mail);
        return 'sent';
      },
    });
    again.start();
    await emptied();
    await again.stop();
    expect(sent).toHaveLength(1);
  });

  test('that the mail server refuses for good is given up at once and told', async () => {
    const refusing = new UserMails({
      ...api,
      log: pino({ level: 'silent' }),
      publicUrl: 'https://demarc.example',
      send: async () => 'refused',
    });
    await mails.stop();
    await manage('welcome');
    refusing.start();
    await emptied();
    await refusing.stop();
    const event = await api.store.db
      .selectFrom('event')
      .select('message')
      .where('name', '=', 'user.mail-failed')
      .executeTakeFirst();
    expect(event?.message).toContain('the mail server refuses it');
  });

  test('to an address that belongs to another partner’s person is given up and told', async () => {
    const other = await addPartner(api.store, 'Other');
    await addPerson(api.store, { partner: other, account: null, role: 'Partner', email: 'jean@x.fr' });
    await manage('welcome');
    await emptied();
    expect(sent).toEqual([]);
    const event = await api.store.db
      .selectFrom('event')
      .select('result')
      .where('name', '=', 'user.mail-failed')
      .execute();
    expect(event).toEqual([{ result: 'FAILURE' }]);
  });
});

describe('a reset', () => {
  test('goes to registered users alone, and never to one who holds more than whoever asks', async () => {
    await addUsers(api.store, site, [{ name: 'Boss', email: 'boss@x.fr' }]);
    const given = { partner, account: site.account, password: 'a long enough passphrase' };
    await addPerson(api.store, { ...given, role: 'User', email: 'jean@x.fr' });
    await addPerson(api.store, { ...given, role: 'Account Admin', email: 'boss@x.fr' });
    const manager = await api.signIn('Account Manager', partner, site.account);
    const reset = { account: site.account, action: 'reset' };
    expect((await manager.send('POST', '/users/manage', reset)).json()).toEqual({ matched: 2, changed: 1, skipped: 1 });
    await emptied();
    expect(sent.map(({ to, first }) => [to.email, first])).toEqual([['jean@x.fr', false]]);
    const [boss] = (await admin.get(`/users?account=${site.account}&q=boss`)).json<{ items: User[] }>().items;
    const patch = { role: 'User' };
    const match = { 'if-match': boss?.etag ?? '' };
    const lowered = await manager.send('PATCH', `/users/${boss?.id}`, patch, match);
    expect(lowered.statusCode).toBe(403);
    expect((await manage('deactivate', { q: 'boss' })).changed).toBe(1);
  });
});

test('without a mail server it is refused in words', async () => {
  await using bare = await startApp();
  const of = await addPartner(bare.store);
  const account = await addAccount(bare.store, of);
  const person = await bare.signIn('Account Admin', of, account);
  const answer = await person.send('POST', '/users/manage', { account, action: 'welcome' });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'user.no-mail']);
});
