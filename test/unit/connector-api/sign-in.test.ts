import * as crypto from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Attempts, addressKey } from '#connector/access/attempts.ts';
import { hashPassword, verifyPassword } from '#connector/access/passwords.ts';
import { createSetupToken } from '#connector/access/setup.ts';
import { addAccount, addPartner, addPerson, type Client, startApp, type TestApp } from './support.ts';

const PASSWORD = 'correct horse battery';

async function withPerson(api: TestApp): Promise<{ partner: string; person: string }> {
  const partner = await addPartner(api.store);
  const given = { partner, account: null, role: 'Partner', email: 'Ann@Example.com', password: PASSWORD } as const;
  return { partner, person: await addPerson(api.store, given) };
}

const login = (api: TestApp, body: unknown, headers: Record<string, string> = {}) =>
  api.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: body as object, headers });

async function signedIn(api: TestApp): Promise<Client> {
  const answer = await login(api, { email: 'ann@example.com', password: PASSWORD });
  expect(answer.statusCode).toBe(200);
  return api.client(String(answer.cookies[0]?.value), answer.json<{ csrf: string }>().csrf);
}

describe('setting up', () => {
  const body = { partnerName: 'Telecom & Co', name: 'Ann', email: 'ann@example.com', password: PASSWORD };
  const setUp = (api: TestApp, token: string) =>
    api.app.inject({ method: 'POST', url: '/api/v1/auth/setup', payload: { ...body, token } });

  test('the one-time link makes the partner and its first person once, and signs in', async () => {
    await using api = await startApp();
    const first = await createSetupToken(api);
    const token = (await createSetupToken(api)) ?? '';
    expect((await setUp(api, first ?? '')).statusCode).toBe(410);
    const answer = await setUp(api, token);
    expect(answer.json()).toMatchObject({ name: 'Ann', email: 'ann@example.com', role: 'Partner' });
    const client = api.client(String(answer.cookies[0]?.value), answer.json<{ csrf: string }>().csrf);
    expect((await client.get('/accounts')).json()).toEqual({ items: [], nextCursor: null, total: 0 });
    expect((await setUp(api, token)).json()).toMatchObject({ code: 'api.setup-done' });
    expect(await createSetupToken(api)).toBeUndefined();
    const row = await api.store.db.selectFrom('person').select('password_hash').executeTakeFirst();
    expect(row?.password_hash).toMatch(/^\$argon2id\$/);
    const link = await api.store.db.selectFrom('setup_link').selectAll().executeTakeFirst();
    expect(link?.token_hash).not.toContain(token);
  });

  test('a link that is a day old is refused', async () => {
    await using api = await startApp();
    const token = (await createSetupToken(api)) ?? '';
    api.clock.time += 24 * 3_600_000 + 1;
    expect((await setUp(api, token)).statusCode).toBe(410);
    expect(await api.store.db.selectFrom('person').selectAll().execute()).toEqual([]);
  });

  test('a hundred guesses of the link end at the limit', async () => {
    await using api = await startApp();
    const codes = await Promise.all(Array.from({ length: 40 }, async () => (await setUp(api, 'guess')).statusCode));
    expect(codes.filter((code) => code === 410)).toHaveLength(30);
    expect(codes.filter((code) => code === 429)).toHaveLength(10);
  });
});

describe('signing in', () => {
  test('sets a cookie that scripts and other sites cannot use, and stores only its hash', async () => {
    await using api = await startApp();
    await withPerson(api);
    const answer = await login(api, { email: 'ANN@example.com', password: PASSWORD });
    const header = String(answer.headers['set-cookie']);
    expect(header).toMatch(/^__Host-demarc=[\w-]{43}; /);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) expect(header).toContain(part);
    expect(header).not.toContain('Domain');
    expect(answer.headers['cache-control']).toBe('no-store');
    const row = await api.store.db.selectFrom('session').selectAll().executeTakeFirst();
    expect(row?.id_hash).not.toBe(answer.cookies[0]?.value);
  });

  test.each([
    ['a wrong password', { email: 'ann@example.com', password: 'wrong' }],
    ['an unknown e-mail', { email: 'nobody@example.com', password: PASSWORD }],
  ])('%s is refused in the same words', async (_, body) => {
    await using api = await startApp();
    await withPerson(api);
    const answer = await login(api, body);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({
      code: 'api.bad-credentials',
      message: 'The e-mail address or the password is wrong',
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a disabled person and one without a password are refused', async () => {
    await using api = await startApp();
    const { partner, person } = await withPerson(api);
    await addPerson(api.store, { partner, account: null, role: 'User', email: 'new@example.com' });
    expect((await login(api, { email: 'new@example.com', password: '' })).statusCode).toBe(401);
    await api.store.write(({ db }) => db.updateTable('person').set({ disabled: 1 }).where('id', '=', person).execute());
    expect((await login(api, { email: 'ann@example.com', password: PASSWORD })).statusCode).toBe(401);
  });

  test('guessing one e-mail ends after ten tries with Retry-After, and goes on after a quarter of an hour', async () => {
    await using api = await startApp();
    await withPerson(api);
    const wrong = { email: 'ann@example.com', password: 'wrong' };
    const tries = await Promise.all(Array.from({ length: 12 }, () => login(api, wrong)));
    expect(tries.filter((answer) => answer.statusCode === 401)).toHaveLength(10);
    const refused = await login(api, { email: 'ann@example.com', password: PASSWORD });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('900');
    expect(refused.json()).toMatchObject({ code: 'api.too-many-requests' });
    api.clock.time += 15 * 60_000;
    expect((await login(api, { email: 'ann@example.com', password: PASSWORD })).statusCode).toBe(200);
  });

  test('guessing many e-mails from one address ends too; signing in rightly is never counted', async () => {
    await using api = await startApp();
    await withPerson(api);
    for (let n = 0; n < 15; n += 1) await signedIn(api);
    const tries = await Promise.all(
      Array.from({ length: 31 }, (_, n) => login(api, { email: `p${n}@example.com`, password: 'wrong' })),
    );
    expect(tries.filter((answer) => answer.statusCode === 429)).toHaveLength(1);
  });

  test('leaves an event for success, failure and signing out', async () => {
    await using api = await startApp();
    const { partner } = await withPerson(api);
    await login(api, { email: 'ann@example.com', password: 'wrong' });
    api.clock.time += 1;
    const client = await signedIn(api);
    api.clock.time += 1;
    await client.send('POST', '/auth/logout');
    const events = await api.store.db.selectFrom('event').selectAll().orderBy('at').execute();
    expect(events.map((event) => [event.name, event.result, event.partner_id])).toEqual([
      ['person.sign-in-failed', 'FAILURE', partner],
      ['person.signed-in', 'SUCCESS', partner],
      ['person.signed-out', 'SUCCESS', partner],
    ]);
    expect(JSON.stringify(events)).not.toContain('wrong password"');
    expect(events.at(-1)?.message).toBe('Signed out');
  });
});

describe('a session', () => {
  test('ends after an hour without a request, and after twelve hours whatever happens', async () => {
    await using api = await startApp();
    await withPerson(api);
    const idle = await signedIn(api);
    api.clock.time += 3_600_000 - 1;
    expect((await idle.get('/me')).statusCode).toBe(200);
    api.clock.time += 3_600_000;
    expect((await idle.get('/me')).statusCode).toBe(401);
    const busy = await signedIn(api);
    for (let minutes = 0; minutes < 12 * 60 - 30; minutes += 30) {
      api.clock.time += 30 * 60_000;
      expect((await busy.get('/me')).statusCode).toBe(200);
    }
    api.clock.time += 30 * 60_000;
    expect((await busy.get('/me')).statusCode).toBe(401);
  });

  test('is marked as seen at most once a minute', async () => {
    await using api = await startApp();
    await withPerson(api);
    const client = await signedIn(api);
    const seen = async () =>
      (await api.store.db.selectFrom('session').select('seen_at').executeTakeFirstOrThrow()).seen_at;
    const before = await seen();
    api.clock.time += 59_000;
    await client.get('/me');
    expect(await seen()).toBe(before);
    api.clock.time += 1_000;
    await client.get('/me');
    expect(await seen()).not.toBe(before);
  });

  test('is over after signing out', async () => {
    await using api = await startApp();
    await withPerson(api);
    const client = await signedIn(api);
    const out = await client.send('POST', '/auth/logout');
    expect(out.statusCode).toBe(204);
    expect(String(out.headers['set-cookie'])).toContain('Expires=Thu, 01 Jan 1970');
    expect((await client.get('/me')).statusCode).toBe(401);
  });
});

describe('a change from elsewhere', () => {
  test.each([
    ['without the CSRF token', { 'x-csrf-token': '' }, 403],
    ['with another session’s token', { 'x-csrf-token': 'a'.repeat(43) }, 403],
    ['from a foreign origin', { origin: 'https://evil.example' }, 403],
    ['from the opaque origin of a sandbox', { origin: 'null' }, 403],
    ['from our public address', { origin: 'https://demarc.example' }, 201],
    ['from the address that the browser used', { origin: 'https://localhost:80', host: 'localhost:80' }, 201],
  ])('%s', async (_, headers, status) => {
    await using api = await startApp();
    await withPerson(api);
    const client = await signedIn(api);
    const answer = await client.send('POST', '/accounts', { name: 'A', country: 'FR' }, headers);
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'api.csrf' });
  });

  test('a foreign page cannot sign a browser in', async () => {
    await using api = await startApp();
    await withPerson(api);
    const body = { email: 'ann@example.com', password: PASSWORD };
    expect((await login(api, body, { origin: 'https://evil.example' })).statusCode).toBe(403);
    const form = await api.app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { 'content-type': 'text/plain' },
      payload: JSON.stringify(body),
    });
    expect(form.json()).toMatchObject({ code: 'api.media-type' });
  });
});

describe('GET /me', () => {
  test('gives the rights in the account that was asked for', async () => {
    await using api = await startApp();
    const { partner } = await withPerson(api);
    const account = await addAccount(api.store, partner);
    const support = await api.signIn('Support', partner, account);
    const me = (await support.get(`/me?account=${account}`)).json<{
      permissions: string[];
      role: string;
      csrf: string;
    }>();
    expect(me).toMatchObject({ role: 'Support', csrf: support.csrf });
    expect(me.permissions).toContain('support:reboot');
    expect(me.permissions).not.toContain('support:reset');
    const other = await addAccount(api.store, await addPartner(api.store));
    expect((await support.get(`/me?account=${other}`)).statusCode).toBe(404);
  });
});

describe('passwords', () => {
  test.each(['argon2id', 'scrypt'] as const)('%s: only the right one fits, in either Unicode form', async (way) => {
    const stored = await hashPassword('Zo\u00eb \u{1F511} 1', way);
    expect(stored.startsWith(`$${way}$`)).toBe(true);
    expect(await verifyPassword('Zoe\u0308 \u{1F511} 1', stored)).toBe(true);
    expect(await verifyPassword('Zoe \u{1F511} 1', stored)).toBe(false);
    expect(await hashPassword('Zo\u00eb \u{1F511} 1', way)).not.toBe(stored);
  });

  test('nothing fits a missing or damaged stored text', async () => {
    for (const stored of [
      null,
      '',
      '$',
      '$md5$a$b',
      '$argon2id$',
      '$argon2id$$',
      '$argon2id$YQ==$YQ==',
      '$__proto__$a$b',
      '$toString$a$b',
    ]) {
      expect(await verifyPassword('', stored)).toBe(false);
    }
    expect('argon2' in crypto).toBe(true);
  });
});

describe('attempts', () => {
  test('are forgotten for the key unused for longest, never without bound', () => {
    const attempts = new Attempts({ clock: { now: () => 0 }, limit: 1, windowMs: 1000, keys: 2 });
    attempts.begin('a');
    attempts.begin('b');
    attempts.begin('c');
    expect(() => attempts.begin('c')).toThrow('Too many requests');
    expect(() => attempts.begin('a')).not.toThrow();
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('of %s count as %s', (address, key) => expect(addressKey(address)).toBe(key));
});
