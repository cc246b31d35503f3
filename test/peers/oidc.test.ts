/** Signing in by a real OpenID provider: there and back, who is linked with whom, and everything that must not work. */
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SignInSettings } from '#contract/api/access.ts';
import { freePort } from '#test/support/program.ts';
import { addPartner, addPerson, type Client, startApp, type TestApp } from '../unit/connector-api/support.ts';

const OURS = 'https://demarc.example';
const CALLBACK = `${OURS}/api/v1/auth/provider-callback`;
const CLIENT = { id: 'demarc', secret: 'a secret that is long enough for the provider' };

/** What the provider knows of its subjects. */
const subjects: Record<string, { email?: string; email_verified?: boolean }> = {};

async function startProvider() {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [CALLBACK],
        post_logout_redirect_uris: [`${OURS}/`],
      },
    ],
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...subjects[id] }),
    }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['for the test alone'] },
    pkce: { required: () => true },
  });
  const answer = provider.callback();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A browser at the provider: follows redirects with its cookies until it is sent back to us; gives that address. */
async function throughProvider(start: string, subject: string, answer: 'sign in' | 'cancel' = 'sign in') {
  const jar = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 15; step += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      url = new URL(location, url).href;
      if (url.startsWith(OURS)) return url;
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (response.status !== 200 || action === undefined) throw new Error(`${response.status}: ${page.slice(0, 500)}`);
    if (answer === 'cancel') url = `${url}/abort`;
    else {
      url = new URL(action, url).href;
      const prompt = page.includes('value="login"') ? 'login' : 'consent';
      form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: subject, password: 'x' }) });
    }
  }
  throw new Error('the provider did not send the browser back');
}

describe('signing in by a provider', () => {
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let api: TestApp;
  let partner: string;
  let owner: Client;
  let id = '';
  let people = 0;

  beforeAll(async () => {
    provider = await startProvider();
    api = await startApp();
    partner = await addPartner(api.store);
    owner = await api.signIn('Partner', partner, null);
    const answer = await put({});
    expect(answer.statusCode).toBe(200);
    id = answer.json<SignInSettings>().provider?.id ?? '';
  });
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });

  async function put(more: object, client = owner, etag?: string) {
    const now = (await owner.get('/sign-in-provider')).json<SignInSettings>().provider;
    const body = { name: 'Example Login', issuer: provider.issuer, clientId: CLIENT.id, on: true, signOut: true };
    const given = { ...body, clientSecret: CLIENT.secret, ...more };
    return client.send('PUT', '/sign-in-provider', given, { 'if-match': etag ?? now?.etag ?? '"0"' });
  }

  async function begin(to?: string) {
    const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    const answer = await api.app.inject({ url: `/api/v1/auth/providers/${id}/start${query}` });
    expect(answer.statusCode).toBe(302);
    const cookie = answer.cookies.find(({ name }) => name === '__Host-demarc-oidc');
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax' });
    return { url: answer.headers.location ?? '', browser: cookie?.value ?? '' };
  }

  const back = (url: string, browser: string) =>
    api.app.inject({ url: url.slice(OURS.length), headers: { cookie: `__Host-demarc-oidc=${browser}` } });

  async function person(role: 'Support' | 'User' = 'Support') {
    const email = `Person${++people}@Example.com`;
    return { email, id: await addPerson(api.store, { partner, account: null, role, email }) };
  }

  async function signIn(subject: string, to?: string) {
    const { url, browser } = await begin(to);
    return back(await throughProvider(url, subject), browser);
  }

  /** What the page says to which a failed sign-in leads. */
  const problem = (answer: { headers: Record<string, unknown> }) =>
    /^\/sign-in\/problem#code=([\w.-]+)&request=/.exec(String(answer.headers['location']))?.[1];

  test('is offered by name; asks for a code with PKCE, state and nonce', async () => {
    const buttons = await api.app.inject({ url: '/api/v1/auth/providers' });
    expect(buttons.json()).toEqual({ items: [{ id, name: 'Example Login' }] });
    const asked = new URL((await begin()).url).searchParams;
    expect(asked.get('response_type')).toBe('code');
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('redirect_uri')).toBe(CALLBACK);
    expect(asked.get('state')?.length).toBeGreaterThan(20);
    expect(asked.get('nonce')?.length).toBeGreaterThan(20);
  });

  test('links whoever has the verified address, leads back to the page, and knows the subject from then on', async () => {
    const { email, id: who } = await person();
    subjects['s1'] = { email: email.toLowerCase(), email_verified: true };
    const first = await signIn('s1', '/gateways?q=x');
    expect([first.statusCode, first.headers.location]).toEqual([302, '/gateways?q=x']);
    const cookie = first.cookies.find(({ name }) => name === '__Host-demarc');
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
    const client = api.client(cookie?.value ?? '', '');
    expect((await client.get('/me')).json()).toMatchObject({ id: who, email });
    // The address there may change: the subject is who they are.
    subjects['s1'] = { email: 'elsewhere@example.com', email_verified: false };
    const second = await signIn('s1');
    expect(second.headers.location).toBe('/');
    const events = (await owner.get('/events?q=Example')).body;
    expect(events).toContain('Signed in by Example Login');
  });

  test('signs out there, too, with the word that was given', async () => {
    const { email } = await person();
    subjects['s2'] = { email, email_verified: true };
    const answer = await signIn('s2');
    const client = api.client(answer.cookies.find(({ name }) => name === '__Host-demarc')?.value ?? '', '');
    const { address } = (await client.get('/auth/provider-sign-out')).json<{ address: string }>();
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('/session/end/confirm');
    expect((await owner.get('/auth/provider-sign-out')).json()).toEqual({ address: null });
  });

  test('makes nobody, and trusts no address that is not verified', async () => {
    const { email } = await person();
    subjects['s3'] = { email, email_verified: false };
    expect(problem(await signIn('s3'))).toBe('oidc.email-not-verified');
    subjects['s3'] = { email };
    expect(problem(await signIn('s3'))).toBe('oidc.email-not-verified');
    subjects['s3'] = {};
    expect(problem(await signIn('s3'))).toBe('oidc.email-missing');
    subjects['s3'] = { email: 'nobody@example.com', email_verified: true };
    expect(problem(await signIn('s3'))).toBe('oidc.nobody');
    const stranger = await addPartner(api.store, 'Theirs');
    const foreign = { partner: stranger, account: null, role: 'Partner', email: 'boss@theirs.example' } as const;
    await addPerson(api.store, foreign);
    subjects['s3'] = { email: foreign.email, email_verified: true };
    expect(problem(await signIn('s3'))).toBe('oidc.nobody');
  });

  test('does not give an address that somebody else there had', async () => {
    const { email, id: who } = await person();
    subjects['old'] = { email, email_verified: true };
    expect(problem(await signIn('old'))).toBeUndefined();
    subjects['new'] = { email, email_verified: true };
    expect(problem(await signIn('new'))).toBe('oidc.other-identity');
    await api.store.write(({ db }) => db.updateTable('person').set({ disabled: 1 }).where('id', '=', who).execute());
    expect(problem(await signIn('old'))).toBe('oidc.person-disabled');
  });

  test('is refused when it is repeated, begun elsewhere, late, forged or cut short', async () => {
    const { email } = await person();
    subjects['s4'] = { email, email_verified: true };
    const { url, browser } = await begin();
    const returned = await throughProvider(url, 's4');
    expect(problem(await back(returned, 'A'.repeat(43)))).toBe('oidc.flow-gone');
    expect(problem(await back(returned, browser))).toBeUndefined();
    expect(problem(await back(returned, browser))).toBe('oidc.flow-gone');
    expect(problem(await back(`${CALLBACK}?code=x&state=guess`, browser))).toBe('oidc.flow-gone');
    expect(problem(await back(CALLBACK, browser))).toBe('oidc.flow-gone');

    const forged = await begin();
    const state = new URL(forged.url).searchParams.get('state');
    const iss = encodeURIComponent(provider.issuer);
    expect(problem(await back(`${CALLBACK}?code=stolen&state=${state}&iss=${iss}`, forged.browser))).toBe(
      'oidc.answer-invalid',
    );
    const mixed = await begin();
    const of = new URL(await throughProvider(mixed.url, 's4'));
    of.searchParams.set('iss', 'https://evil.example');
    expect(problem(await back(of.href, mixed.browser))).toBe('oidc.answer-invalid');

    const canceled = await begin();
    expect(problem(await back(await throughProvider(canceled.url, 's4', 'cancel'), canceled.browser))).toBe(
      'oidc.refused',
    );
    const slow = await begin();
    const late = await throughProvider(slow.url, 's4');
    const before = api.clock.time;
    api.clock.time += 600_001;
    expect(problem(await back(late, slow.browser))).toBe('oidc.flow-gone');
    api.clock.time = before;
  });

  test('leads back to pages of ours alone', async () => {
    const { email } = await person();
    subjects['s5'] = { email, email_verified: true };
    for (const to of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      expect([to, (await signIn('s5', to)).headers.location]).toEqual([to, '/']);
    }
  });

  test('with a wrong secret is told as what it is, and works again with the right one', async () => {
    const { email } = await person();
    subjects['s6'] = { email, email_verified: true };
    expect((await put({ clientSecret: 'wrong' })).statusCode).toBe(200);
    expect(problem(await signIn('s6'))).toBe('oidc.answer-invalid');
    const right = await put({});
    expect(right.body).not.toContain(CLIENT.secret);
    expect(problem(await signIn('s6'))).toBeUndefined();
  });

  test('is set only to a provider that answers as who it is, on the version that was read, by full rights', async () => {
    const code = async (answer: ReturnType<typeof put>) => (await answer).json<{ code: string }>().code;
    const away = `http://127.0.0.1:${await freePort()}`;
    expect(await code(put({ issuer: away }))).toBe('oidc.unreachable');
    expect(await code(put({ issuer: `${provider.issuer}/nowhere` }))).toBe('oidc.not-a-provider');
    expect(await code(put({ issuer: 'http://login.example.com' }))).toBe('oidc.issuer-not-safe');
    expect(await code(put({ issuer: 'https://user:pw@login.example.com' }))).toBe('oidc.issuer-not-safe');
    expect(await code(put({}, owner, '"0"'))).toBe('api.stale');
    const less = await api.signIn('Account Manager', partner, null);
    expect(await code(put({}, less))).toBe('oidc.every-right');
    const ofAccount = await api.signIn('Support', partner, null);
    expect(await code(put({}, ofAccount))).toBe('api.forbidden');
  });

  test('that is switched off or taken away lets nobody in', async () => {
    const { url, browser } = await begin();
    const { email } = await person();
    subjects['s7'] = { email, email_verified: true };
    const returned = await throughProvider(url, 's7');
    await put({ on: false });
    expect(problem(await back(returned, browser))).toBe('oidc.not-set-up');
    expect((await api.app.inject({ url: '/api/v1/auth/providers' })).json()).toEqual({ items: [] });
    expect((await owner.send('DELETE', '/sign-in-provider')).statusCode).toBe(204);
    const gone = await api.app.inject({ url: `/api/v1/auth/providers/${id}/start` });
    expect(problem(gone)).toBe('oidc.not-set-up');
  });
});
