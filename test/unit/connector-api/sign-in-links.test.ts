import { describe, expect, test } from 'vitest';
import { addAccount, addPartner, type Client, startApp, type TestApp } from './support.ts';

async function withPerson(api: TestApp): Promise<{ partner: string; client: Client }> {
  const partner = await addPartner(api.store);
  return { partner, client: await api.signIn('Partner', partner, null) };
}

async function linkOf(client: Client): Promise<{ token: string; link: URL; expiresAt: string }> {
  const answer = await client.send('POST', '/auth/sign-in-links');
  expect(answer.statusCode).toBe(200);
  const { link, expiresAt } = answer.json<{ link: string; expiresAt: string }>();
  const url = new URL(link);
  return { token: new URLSearchParams(url.hash.slice(1)).get('token') ?? '', link: url, expiresAt };
}

const redeem = (api: TestApp, token: string) =>
  api.app.inject({ method: 'POST', url: '/api/v1/auth/redeem', payload: { token } });

const refused = { statusCode: 410, body: expect.stringContaining('api.sign-in-link-used') as unknown };

describe('a one-time sign-in link', () => {
  test('signs the same person in, in a session of its own, and leaves an event', async () => {
    await using api = await startApp();
    const { partner, client } = await withPerson(api);
    const { token, link, expiresAt } = await linkOf(client);
    expect([link.origin, link.pathname, link.search]).toEqual(['https://demarc.example', '/sign-in', '']);
    expect(expiresAt).toBe(new Date(api.clock.time + 15 * 60_000).toISOString());
    const answer = await redeem(api, token);
    expect(answer.json()).toMatchObject({ id: client.person, role: 'Partner' });
    const cookie = answer.cookies[0]?.value ?? '';
    expect(cookie).not.toBe(client.cookie);
    const other = api.client(cookie, answer.json<{ csrf: string }>().csrf);
    expect((await other.send('POST', '/accounts', { name: 'A', country: 'FR' })).statusCode).toBe(201);
    expect((await client.get('/me')).statusCode).toBe(200);
    const events = await api.store.db.selectFrom('event').selectAll().where('name', '=', 'person.signed-in').execute();
    expect(events).toMatchObject([
      { actor_id: client.person, partner_id: partner, message: 'Signed in with a one-time link', result: 'SUCCESS' },
    ]);
  });

  test('works once, also when it is used twice at the same time', async () => {
    await using api = await startApp();
    const { client } = await withPerson(api);
    const { token } = await linkOf(client);
    const both = await Promise.all([redeem(api, token), redeem(api, token)]);
    expect(new Set(both.map((answer) => answer.statusCode))).toEqual(new Set([200, 410]));
    expect(await redeem(api, token)).toMatchObject(refused);
  });

  test('is over after a quarter of an hour, and is then forgotten', async () => {
    await using api = await startApp();
    const { client } = await withPerson(api);
    const late = await linkOf(client);
    api.clock.time += 15 * 60_000;
    expect(await redeem(api, late.token)).toMatchObject(refused);
    await linkOf(client);
    expect(await api.store.db.selectFrom('sign_in_link').selectAll().execute()).toHaveLength(1);
  });

  test('does not sign in a person who was disabled meanwhile', async () => {
    await using api = await startApp();
    const { client } = await withPerson(api);
    const { token } = await linkOf(client);
    await api.store.write(({ db }) => db.updateTable('person').set({ disabled: 1 }).execute());
    const answer = await redeem(api, token);
    expect(answer).toMatchObject(refused);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('is not stored in clear', async () => {
    await using api = await startApp();
    const { client } = await withPerson(api);
    const { token } = await linkOf(client);
    const rows = await api.store.db.selectFrom('sign_in_link').selectAll().execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('is made only for who is signed in and sends the CSRF token', async () => {
    await using api = await startApp();
    const partner = await addPartner(api.store);
    const client = await api.signIn('User', partner, await addAccount(api.store, partner));
    const stranger = await api.app.inject({ method: 'POST', url: '/api/v1/auth/sign-in-links' });
    expect(stranger.statusCode).toBe(401);
    const forged = await client.send('POST', '/auth/sign-in-links', undefined, { 'x-csrf-token': '' });
    expect(forged.json()).toMatchObject({ code: 'api.csrf' });
    expect(await api.store.db.selectFrom('sign_in_link').selectAll().execute()).toEqual([]);
    await linkOf(client);
  });

  test('cannot be guessed: an address gets 30 tries in a quarter of an hour', async () => {
    await using api = await startApp();
    const codes = await Promise.all(Array.from({ length: 40 }, async () => (await redeem(api, 'guess')).statusCode));
    expect(codes.filter((code) => code === 410)).toHaveLength(30);
    expect(codes.filter((code) => code === 429)).toHaveLength(10);
  });
});
