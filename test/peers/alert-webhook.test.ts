/** Webhooks of alerts against a real HTTPS server; the signature is checked by openssl, which knows nothing of our code. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import type { TargetRow } from '#connector/alerts/deliveries.ts';
import { newSecret, webhookCarrier } from '#connector/alerts/webhook.ts';
import { makeCertificates, type TestCertificates } from '#test/support/certificates.ts';
import { hasProgram, temporaryFolder } from '#test/support/program.ts';

const run = promisify(execFile);
const SECRET = newSecret();
const BODY = JSON.stringify({ kind: 'test', text: 'Grüße' });
const ID = '01BX5ZZKBKACTAV9WEVGEMMVRZ';

interface Received {
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

describe.skipIf(!hasProgram('openssl'))('a webhook', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let certificates: TestCertificates;
  let server: ReturnType<typeof createServer>;
  let answer: (response: ServerResponse) => void;
  const received: Received[] = [];
  const usual = getCACertificates('default');
  let port = 0;

  beforeAll(async () => {
    folder = await temporaryFolder('webhook');
    certificates = await makeCertificates(folder.path);
    const [cert, key] = await Promise.all([readFile(certificates.certPath), readFile(certificates.keyPath)]);
    server = createServer({ cert, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        received.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks) });
        answer(response);
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    setDefaultCACertificates([...usual, certificates.caPem]);
  });
  afterAll(async () => {
    setDefaultCACertificates(usual);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    received.length = 0;
    answer = (response) => response.writeHead(200).end('thank you');
  });

  const send = (path: string, { allowPrivate = true, limitMs = 5000, host = `127.0.0.1:${port}` } = {}) => {
    const target = { kind: 'webhook', address: `https://${host}${path}`, secret: SECRET } as TargetRow;
    const carry = webhookCarrier({ clock: systemClock, allowPrivate });
    return carry(target, { id: ID, content: BODY }, AbortSignal.timeout(limitMs));
  };

  test('is posted once, and openssl finds its signature to be that of the secret', async () => {
    expect(await send('/hook?key=1')).toBe('status 200: thank you');
    expect(received).toHaveLength(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: Buffer.alloc(0) }] = received;
    expect(path).toBe('/hook?key=1');
    expect(body.toString('utf8')).toBe(BODY);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'demarc-delivery': ID });
    const [, seconds = '', mac = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['demarc-signature'])) ?? [];
    expect(Math.abs(Number(seconds) * 1000 - Date.now())).toBeLessThan(10_000);
    const signed = join(folder.path, 'signed');
    await writeFile(signed, Buffer.concat([Buffer.from(`${seconds}.`), body]));
    const { stdout } = await run('openssl', ['dgst', '-sha256', '-hmac', SECRET, '-r', signed]);
    expect(stdout.split(' ')[0]).toBe(mac);
  });

  test.each([500, 404, 429])('that answers %i is not delivered, and the answer is told', async (status) => {
    answer = (response) => response.writeHead(status).end('database is down');
    await expect(send('/')).rejects.toMatchObject({
      code: 'alert.webhook-refused',
      detail: `status ${status}: database is down`,
    });
  });

  test.each([301, 302, 307, 308])('that answers %i is not followed', async (status) => {
    answer = (response) => response.writeHead(status, { location: `https://127.0.0.1:${port}/elsewhere` }).end();
    await expect(send('/')).rejects.toMatchObject({ code: 'alert.webhook-redirect' });
    expect(received.map(({ path }) => path)).toEqual(['/']);
  });

  test('that never answers, or never ends its answer, is given up in time', async () => {
    answer = () => undefined;
    await expect(send('/', { limitMs: 300 })).rejects.toMatchObject({ code: 'alert.webhook-timeout' });
    answer = (response) => response.writeHead(200).write('a');
    await expect(send('/', { limitMs: 300 })).rejects.toMatchObject({ code: 'alert.webhook-timeout' });
  });

  test('whose answer has no end is read only at its beginning', async () => {
    answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect((await send('/')).length).toBeLessThan(400);
  });

  test('with a certificate that is not trusted, or nobody there, says which', async () => {
    setDefaultCACertificates(usual);
    await expect(send('/')).rejects.toMatchObject({ code: 'alert.webhook-tls' });
    setDefaultCACertificates([...usual, certificates.caPem]);
    await expect(send('/', { host: '127.0.0.1:1' })).rejects.toMatchObject({ code: 'alert.webhook-unreachable' });
    expect(received).toEqual([]);
  });

  test('into a private network is not even dialled, whether by number or by name', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      await expect(send('/', { host, allowPrivate: false })).rejects.toMatchObject({ code: 'alert.webhook-private' });
    }
    expect(received).toEqual([]);
    expect(await send('/', { host: `localhost:${port}` })).toContain('200');
  });
});
