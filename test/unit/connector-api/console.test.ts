import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '#test/support/program.ts';
import { addAccount, addPartner, addSite, startApp } from './support.ts';

async function built(): Promise<AsyncDisposable & { path: string }> {
  const folder = await temporaryFolder('console');
  await mkdir(join(folder.path, 'assets'));
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><title>Console</title>');
  await writeFile(join(folder.path, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder.path, 'assets', 'main-Ab12.js'), 'console.log(1)');
  await writeFile(join(folder.path, 'secret.json'), '{}');
  return folder;
}

describe('the console', () => {
  test('answers every page address with its index, asked for each time', async () => {
    await using folder = await built();
    await using api = await startApp({ consoleFolder: folder.path });
    for (const url of ['/', '/users?q=1', '/accounts/01ARZ3NDEKTSV4RRFFQ69G5FAV/gateways', '/users.csv']) {
      const answer = await api.app.inject(url);
      expect([url, answer.statusCode, answer.body]).toEqual([url, 200, '<!doctype html><title>Console</title>']);
      expect(answer.headers['cache-control']).toBe('no-cache');
      expect(answer.headers['content-type']).toContain('text/html');
    }
    expect((await api.app.inject('/favicon.svg')).headers['content-type']).toContain('image/svg');
  });

  test('keeps files with a hash in their name for ever, and a missing one is no page', async () => {
    await using folder = await built();
    await using api = await startApp({ consoleFolder: folder.path });
    const file = await api.app.inject('/assets/main-Ab12.js');
    expect([file.statusCode, file.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(file.headers['content-type']).toContain('javascript');
    const missing = await api.app.inject('/assets/gone-Ab12.js');
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ code: 'api.not-found' });
  });

  test.each([
    '/assets/../secret.json',
    '/assets/%2e%2e/secret.json',
    '/assets/..%2fsecret.json',
    '/..%2f..%2fetc/passwd',
    '/assets/%00',
  ])('%s does not leave the folder of assets', async (url) => {
    await using folder = await built();
    await using api = await startApp({ consoleFolder: folder.path });
    const answer = await api.app.inject(url);
    expect(answer.body).not.toContain('root:');
    expect(answer.body).not.toBe('{}');
  });

  test.each(['/api/v1/nothing', '/api', '/mqtt', '/tunnel/x'])(
    '%s is for programs: an error, not a page',
    async (url) => {
      await using folder = await built();
      await using api = await startApp({ consoleFolder: folder.path });
      const answer = await api.app.inject(url);
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'api.not-found']);
    },
  );

  test('that is not built says how to build it', async () => {
    await using api = await startApp({ consoleFolder: '/nonexistent' });
    const answer = await api.app.inject('/gateways');
    expect(answer.body).toContain('npm run build');
    expect(answer.statusCode).toBe(200);
    expect((await api.app.inject({ method: 'POST', url: '/gateways' })).statusCode).toBe(404);
  });

  test('may run scripts of its own files alone', async () => {
    await using api = await startApp();
    const { headers } = await api.app.inject('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('script-src');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    await using local = await startApp({ publicUrl: 'https://localhost:8443' });
    expect((await local.app.inject('/')).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('health and metrics', () => {
  test('readiness is that the store takes a write; liveness is that we answer', async () => {
    await using api = await startApp();
    expect((await api.app.inject('/readyz')).json()).toEqual({ status: 'ready' });
    await api.store.write(({ db }) => db.schema.dropTable('session').execute());
    const broken = await api.app.inject('/readyz');
    expect([broken.statusCode, broken.json<{ code: string }>().code]).toEqual([503, 'api.unavailable']);
    expect((await api.app.inject('/healthz')).json()).toEqual({ status: 'ok' });
  });

  test('metrics hold routes and gateways, with what other parts count, and no address of a request', async () => {
    const registry = new Registry();
    new Counter({ name: 'demarc_ingest_total', help: 'Records', registers: [registry] }).inc(7);
    await using api = await startApp({ metrics: { registry } });
    const site = await addSite(api.store, await addAccount(api.store, await addPartner(api.store)));
    await api.app.inject(`/api/v1/gateways/${site.gateway}?q=secret`);
    const text = (await api.app.inject('/metrics')).body;
    expect(text).toContain('demarc_ingest_total 7');
    expect(text).toContain('demarc_gateways{presence="Online"} 1');
    expect(text).toContain('demarc_gateways{presence="Offline"} 0');
    expect(text).toMatch(
      /demarc_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/gateways\/:id",status="401"\} 1/,
    );
    expect(text).not.toContain(site.gateway);
    expect(text).not.toContain('secret');
  });

  test.each([
    ['this machine', { remoteAddress: '127.0.0.1' }, 200],
    ['this machine by IPv6', { remoteAddress: '::1' }, 200],
    ['elsewhere', { remoteAddress: '192.0.2.9' }, 404],
    [
      'elsewhere through a proxy on this machine',
      { remoteAddress: '127.0.0.1', headers: { 'x-forwarded-for': '192.0.2.9' } },
      404,
    ],
    ['elsewhere with the token', { remoteAddress: '192.0.2.9', headers: { authorization: 'Bearer t0ken' } }, 200],
    ['elsewhere with a wrong token', { remoteAddress: '192.0.2.9', headers: { authorization: 'Bearer t0keX' } }, 404],
  ])('metrics are read from %s: %#', async (_, from, status) => {
    await using api = await startApp({ metrics: { token: 't0ken' } });
    expect((await api.app.inject({ url: '/metrics', ...from })).statusCode).toBe(status);
  });
});
