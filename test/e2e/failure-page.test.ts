import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalBrowser } from '#test/support/local-browser.ts';
import { freePort, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { DaemonProcess, localRequest } from '#test/support/stack.ts';

const DAEMON = join(import.meta.dirname, '../../bin/demarc-daemon.mjs');
const PASSWORD = 'a local password of ours';

describe('a daemon that cannot start', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let program: Program | undefined;
  let port: number;
  let url: string;
  const state = () => join(folder.path, 'state');

  const start = async (seconds: number): Promise<Program> => {
    const started = startProgram(process.execPath, [DAEMON], {
      env: {
        DEMARC_DAEMON_STATE: state(),
        DEMARC_WEB_PORT: String(port),
        DEMARC_WEB_HOST: '127.0.0.1',
        DEMARC_FAILURE_PAGE: String(seconds),
      },
    });
    program = started;
    await until('the page is there', 30_000, () =>
      localRequest(`${url}/healthz`).then(
        () => true,
        () => false,
      ),
    );
    return started;
  };

  beforeAll(async () => {
    folder = await temporaryFolder('failure');
    port = await freePort();
    url = `https://127.0.0.1:${port}`;
    await using daemon = new DaemonProcess({ state: state(), port });
    await daemon.start();
    const { secret } = await daemon.call<{ secret: string }>('POST', '/api/setup-secret');
    const browser = new LocalBrowser(url);
    await browser.json('POST', '/api/session', { secret });
    await browser.json('PUT', '/api/session/password', { password: PASSWORD });
    await browser.json('PUT', '/api/wizard/site', {
      revision: 0,
      site: { name: 'A', city: 'Graz', country: 'AT' },
    });
    await daemon.stop();
    await writeFile(join(state(), 'config.json'), '{ "version": 1, "pbxs": "destroyed" ');
    await writeFile(join(state(), 'config.json.good'), '\0\0\0');
  });
  afterAll(async () => {
    await program?.stop();
    await folder[Symbol.asyncDispose]();
  });

  it('shows what is wrong and what to do on every path, and gives the bundle for the password alone', async () => {
    const started = await start(60);
    const browser = new LocalBrowser(url);
    for (const path of ['/', '/gateway', '/assets/index.js']) {
      const { status, text, headers } = await browser.send('GET', path);
      expect(status, path).toBe(503);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(text).toContain('config.json');
      expect(text).toContain('remove it and the copy beside it');
      expect(text).toContain('name="password"');
    }
    const { text: german } = await browser.send('GET', '/', {
      headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' },
    });
    expect(german).toContain('<html lang="de">');
    expect(german).toContain('Die Konfiguration hat ein Feld, das nicht wie erwartet ist (');
    expect(german).toContain('entfernen Sie die Datei und die Kopie daneben');
    expect(await browser.refused('GET', '/api/live')).toEqual({ status: 503, code: 'config.invalid' });
    expect((await browser.send('GET', '/api/pbxs')).status).toBe(401);
    const bundle = (raw: string, headers: Record<string, string> = {}) =>
      browser.send('POST', '/failure/bundle', {
        raw,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      });
    const wrong = await bundle('password=a+guess');
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('The password is not right');
    expect((await bundle('')).status).toBe(401);
    expect((await bundle(`password=${'x'.repeat(5000)}`)).status).toBe(413);
    const right = `password=${encodeURIComponent(PASSWORD)}`;
    expect((await bundle(right, { origin: 'https://evil.example' })).status).toBe(403);
    const file = await bundle(right);
    expect(file.status, file.text.slice(0, 300)).toBe(200);
    expect(file.headers['content-type']).toBe('application/gzip');
    expect(Number(file.headers['content-length'])).toBeGreaterThan(500);
    await started.stop();
  });

  it('ends by itself with the code that says why, so that it is started again; with the file gone it starts', async () => {
    const started = await start(1);
    expect(await started.exited).toBe(2);
    expect(started.output()).toContain('config.invalid');
    await rm(join(state(), 'config.json'));
    await rm(join(state(), 'config.json.good'));
    await using daemon = new DaemonProcess({ state: state(), port });
    await daemon.start();
    const browser = new LocalBrowser(url);
    await browser.json('POST', '/api/session', { password: PASSWORD });
    expect((await browser.wizard()).site.city).toBe('Graz');
  });

  it('where no password can be checked gives the bundle to this machine without one', async () => {
    await rm(state(), { recursive: true });
    await mkdir(join(state(), 'config.json'), { recursive: true });
    await mkdir(join(state(), 'wizard.json'), { recursive: true });
    const started = await start(60);
    const browser = new LocalBrowser(url);
    expect((await browser.send('GET', '/')).text).not.toContain('<input');
    const file = await browser.send('POST', '/failure/bundle', { raw: '' });
    expect(file.status, file.text.slice(0, 300)).toBe(200);
    await started.stop();
  });
});
