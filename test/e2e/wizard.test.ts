import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrolmentAnswer, LiveAnswer, StatusAnswer } from '#contract/wizard/gateway.ts';
import type { IrregularAnswer, PbxAnswer, PbxTypesAnswer, ProbeAnswer } from '#contract/wizard/pbx.ts';
import type { SessionAnswer } from '#contract/wizard/session.ts';
import type { WizardAnswer } from '#contract/wizard/state.ts';
import { LocalBrowser } from '#test/support/local-browser.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { DaemonProcess } from '#test/support/stack.ts';

const SITE = {
  name: 'Plant North',
  address: 'Main street 1',
  city: 'Graz',
  country: 'AT',
  province: '',
  postalCode: '8010',
};
const PASSWORD = 'a local password of ours';

const secretOf = async (state: string): Promise<string> => (await readFile(join(state, 'setup-secret'), 'utf8')).trim();

async function signedIn(daemon: DaemonProcess): Promise<LocalBrowser> {
  const browser = new LocalBrowser(daemon.url);
  await browser.json<SessionAnswer>('POST', '/api/session', { secret: await secretOf(daemon.state) });
  return browser;
}

describe('the set-up from the secret to the overview', () => {
  let site: Site;
  beforeAll(async () => {
    site = await startSite({ users: 60 });
  });
  afterAll(() => site[Symbol.asyncDispose]());

  it('goes on after a kill at every step, in another browser, and ends with the secret', async () => {
    const { daemon } = site;
    const killed = async () => {
      await daemon.stop('SIGKILL');
      await daemon.start();
    };
    expect(daemon.output(), 'the secret is on the console').toContain(await secretOf(daemon.state));
    for (const file of await readdir(join(daemon.state, 'logs'))) {
      expect(await readFile(join(daemon.state, 'logs', file), 'utf8')).not.toContain(await secretOf(daemon.state));
    }
    const browser = await signedIn(daemon);
    let wizard = await browser.wizard();
    expect(wizard).toMatchObject({ status: 'Configure gateway', variant: 'standalone', account: null });
    const live = await browser.send('GET', '/api/live');
    const etag = String(live.headers['etag']);
    expect((await browser.send('GET', '/api/live', { headers: { 'if-none-match': etag } })).status).toBe(304);

    // Gateway: the site, then the claim.
    const stale = wizard.revision;
    wizard = await browser.json('PUT', '/api/wizard/site', { revision: stale, site: SITE });
    const other = await signedIn(daemon);
    expect(
      await other.refused('PUT', '/api/wizard/site', { body: { revision: stale, site: { ...SITE, city: 'Linz' } } }),
    ).toEqual({ status: 409, code: 'wizard.changed' });
    await killed();
    expect(await browser.wizard()).toMatchObject({ status: 'Configure gateway', site: { saved: true, city: 'Graz' } });
    const cloud = { url: site.connector.url, ca: await readFile(site.connector.caFile, 'utf8') };
    const offer = await browser.json<EnrolmentAnswer>('POST', '/api/enrolment', { cloud });
    await killed();
    expect(await browser.json('GET', '/api/enrolment'), 'the code survives').toMatchObject({ code: offer.code });
    await site.api.post(`/api/v1/enrolments/${offer.code}/confirm`, { account: site.account.id });
    await until('the wizard goes on by itself', 60_000, async () => (await browser.wizard()).status === 'Add PBX');
    expect((await browser.wizard()).account).toMatchObject({ id: site.account.id });
    const marks = (await browser.json<LiveAnswer>('GET', '/api/live')).marks;
    expect(marks['enrolment']).not.toBe((JSON.parse(live.text) as LiveAnswer).marks['enrolment']);

    // PBX: the form of its family, then the settings.
    const { types } = await browser.json<PbxTypesAnswer>('GET', '/api/pbx-types');
    expect(types.map(({ type }) => type)).toContain('mivoice-5000');
    const { host, port, baseDn, bindDn, password } = site.lab.mivoice5000;
    const connection = { host, port, tls: 'none', baseDn, bindDn, password };
    const pbx = await browser.json<PbxAnswer>('POST', '/api/pbxs', {
      type: 'mivoice-5000',
      name: 'Office',
      connection,
    });
    await killed();
    await browser.json('PATCH', `/api/pbxs/${pbx.id}`, { revision: pbx.revision, syncMinutes: 30 });
    expect(
      await other.refused('PATCH', `/api/pbxs/${pbx.id}`, { body: { revision: pbx.revision, syncMinutes: 5 } }),
    ).toEqual({ status: 409, code: 'wizard.changed' });

    // Connect: the test, the sync, the irregular users.
    const probe = await browser.json<ProbeAnswer>('POST', `/api/pbxs/${pbx.id}/test`);
    expect(probe).toMatchObject({ ok: true, users: 60 });
    await browser.json('POST', `/api/pbxs/${pbx.id}/sync/start`);
    await killed();
    await until('the users are read', 60_000, async () => {
      const { pbxs } = await browser.json<StatusAnswer>('GET', '/api/status');
      if (pbxs[0]?.lastSuccessAt === null && pbxs[0].running === null) {
        await browser.json('POST', `/api/pbxs/${pbx.id}/sync/start`);
      }
      return pbxs[0]?.users === 60;
    });
    expect((await browser.wizard()).status).toBe('Deployment');
    await pagesOfIrregular(browser, pbx.id);

    // Deployment, twice, then the end.
    wizard = await browser.wizard();
    const step = { revision: wizard.revision, openUsers: true };
    await browser.json('POST', '/api/wizard/steps/deployment', step);
    wizard = await browser.json<WizardAnswer>('POST', '/api/wizard/steps/deployment', step);
    await browser.json('PUT', '/api/session/password', { password: PASSWORD });
    await killed();
    await browser.json('POST', '/api/wizard/complete', { revision: wizard.revision });
    await killed();
    expect(await browser.wizard()).toMatchObject({ status: 'Onboarding Complete', openUsers: true, hasPassword: true });
    await expect(secretOf(daemon.state)).rejects.toThrow('ENOENT');
    const later = new LocalBrowser(daemon.url);
    expect(await later.json('GET', '/api/session')).toMatchObject({ ways: { secret: false, password: true } });
    await later.json('POST', '/api/session', { password: PASSWORD });
    const made = await daemon.call<{ secret: string }>('POST', '/api/setup-secret');
    await new LocalBrowser(daemon.url).json('POST', '/api/session', { secret: made.secret });
    await until('the cloud knows the name of the site', 60_000, async () => {
      const { items } = await site.api.get<{ items: { name: string }[] }>(
        `/api/v1/gateways?account=${site.account.id}`,
      );
      return items[0]?.name === SITE.name;
    });
    expect(await later.json('GET', '/api/about')).toMatchObject({ registration: { account: site.account.id } });
    expect(await later.json('GET', '/api/debug')).toMatchObject({ link: { state: 'online' } });
  });
});

/** Both lists in pages of seven, and as a file with the same people. */
async function pagesOfIrregular(browser: LocalBrowser, pbx: string): Promise<void> {
  for (const kind of ['no-email', 'email-not-unique']) {
    const keys: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page: IrregularAnswer = await browser.json(
        'GET',
        `/api/pbxs/${pbx}/irregular?kind=${kind}&limit=7${query}`,
      );
      expect(page.users.length).toBeLessThanOrEqual(7);
      keys.push(...page.users.map(({ key }) => key));
      after = page.next;
    }
    const { pbxs } = await browser.json<StatusAnswer>('GET', '/api/status');
    expect(new Set(keys).size).toBe(pbxs[0]?.irregularities[kind as 'no-email']);
    const csv = await browser.send('GET', `/api/pbxs/${pbx}/irregular.csv?kind=${kind}`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(keys.length + 1);
  }
}

describe('the door of the local pages', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let daemon: DaemonProcess;
  let redirect: number;
  beforeAll(async () => {
    folder = await temporaryFolder('door');
    redirect = await freePort();
    const config = { version: 1, variant: 'embedded', pbxs: [] };
    await writeFile(join(folder.path, 'config.json'), JSON.stringify(config));
    daemon = new DaemonProcess({
      state: join(folder.path, 'state'),
      port: await freePort(),
      env: {
        DEMARC_WEB_REDIRECT_PORT: String(redirect),
        DEMARC_WEB_NAMES: 'pbx.site.example',
        DEMARC_DAEMON_CONFIG: join(folder.path, 'config.json'),
      },
    });
    await daemon.start();
  });
  afterAll(async () => {
    await daemon.stop();
    await folder[Symbol.asyncDispose]();
  });

  it('asks who knocks: no cookie, a stolen one of another gateway, a cut one, a token in its place', async () => {
    const browser = await signedIn(daemon);
    expect((await browser.wizard()).variant).toBe('embedded');
    const cookie = browser.cookie ?? '';
    const bad = [undefined, '__Host-demarc-gateway=AAAA', cookie.slice(0, -1), `${cookie}A`, cookie.toLowerCase()];
    for (const one of bad) {
      const thief = new LocalBrowser(daemon.url, one);
      expect(await thief.refused('GET', '/api/wizard'), one).toEqual({ status: 401, code: 'wizard.signed-out' });
    }
    await browser.send('DELETE', '/api/session');
    const stolen = new LocalBrowser(daemon.url, cookie);
    expect(await stolen.refused('GET', '/api/status')).toEqual({ status: 401, code: 'wizard.signed-out' });
  });

  it('sets a cookie that no script, no other site and no plain connection gets', async () => {
    const browser = new LocalBrowser(daemon.url);
    const answer = await browser.send('POST', '/api/session', { body: { secret: await secretOf(daemon.state) } });
    const set = String(answer.headers['set-cookie']);
    for (const part of ['__Host-', 'Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) expect(set).toContain(part);
    expect(set).not.toContain('Domain');
  });

  it('refuses what another site’s page sends, whatever cookie it brings', async () => {
    const browser = await signedIn(daemon);
    const { revision } = await browser.wizard();
    const body = { revision, site: SITE };
    for (const origin of ['https://evil.example', 'null', daemon.url.replace('https', 'http'), 'https://127.0.0.1:1']) {
      expect(await browser.refused('PUT', '/api/wizard/site', { body, headers: { origin } }), origin).toMatchObject({
        code: 'wizard.foreign-origin',
      });
    }
    const { host } = new URL(daemon.url);
    for (const name of ['evil.example', 'evil.example:9443', 'localhost.evil.example']) {
      expect(await browser.refused('GET', '/api/wizard', { headers: { host: name } }), name).toMatchObject({
        status: 421,
      });
    }
    for (const name of [host, 'localhost', 'LOCALHOST.:9443', '[::1]', '192.0.2.7:9443', 'pbx.site.example']) {
      expect((await browser.send('GET', '/api/wizard', { headers: { host: name } })).status, name).toBe(200);
    }
  });

  it('keeps from a browser what is done on the gateway itself', async () => {
    const browser = await signedIn(daemon);
    expect(await browser.refused('POST', '/api/setup-secret')).toEqual({ status: 403, code: 'wizard.token-only' });
  });

  it('answers garbage with an error of its own and lives on', async () => {
    const browser = await signedIn(daemon);
    const bodies = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"revision":-1}',
      '{"revision":0,"site":{"name":"\\u0000"}}',
      'x'.repeat(70_000),
    ];
    for (const raw of [...bodies, JSON.stringify({ revision: 0, site: { ...SITE, timeZone: 'Mars/Base' } })]) {
      for (const path of ['/api/wizard/site', '/api/session/password']) {
        const { status } = await browser.refused('PUT', path, { raw });
        expect(status, `${path} ${raw.slice(0, 30)}`).toBe(400);
      }
      expect((await browser.refused('POST', '/api/session', { raw })).status).toBe(400);
    }
    expect((await browser.refused('POST', '/api/wizard/steps/backdoor', { body: { revision: 0 } })).status).toBe(400);
    expect(await browser.refused('POST', '/api/wizard/complete', { body: { revision: 0 } })).toEqual({
      status: 409,
      code: 'wizard.incomplete',
    });
    for (const path of [
      '/assets/..%2f..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/%ff%fe.js',
      '//',
      '/api/../x',
    ]) {
      const { status, text } = await browser.send('GET', path);
      expect([200, 400, 404, 503], path).toContain(status);
      expect(text).not.toContain('root:');
      expect(text).not.toContain('"dependencies"');
    }
    expect((await browser.wizard()).site.saved).toBe(false);
  });

  it('leads from plain HTTP to HTTPS and does nothing else there', async () => {
    const answer = await new Promise<{ status: number | undefined; location: string | undefined }>(
      (resolve, reject) => {
        const sent = plainRequest(
          { host: '127.0.0.1', port: redirect, path: '/api/status', method: 'POST' },
          (reply) => {
            reply.resume();
            resolve({ status: reply.statusCode, location: reply.headers.location });
          },
        );
        sent.once('error', reject);
        sent.end();
      },
    );
    expect(answer).toEqual({ status: 308, location: `${daemon.url}/` });
  });

  it('makes guessing slow and says for how long, and the secret still lets in after that', async () => {
    const browser = new LocalBrowser(daemon.url);
    const answers = [];
    for (let n = 0; n < 8; n += 1) {
      answers.push(await browser.send('POST', '/api/session', { body: { secret: `AAAA-BBBB-CC${n}2` } }));
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);
    const wait = Number(answers.at(-1)?.headers['retry-after']);
    expect(wait).toBe(1);
    expect((await browser.json<SessionAnswer>('GET', '/api/session')).waitSeconds).toBeLessThanOrEqual(1);
    await until('the next try counts', 10_000, async () => {
      const answer = await browser.send('POST', '/api/session', { body: { secret: await secretOf(daemon.state) } });
      return answer.status === 200;
    });
  });
});
