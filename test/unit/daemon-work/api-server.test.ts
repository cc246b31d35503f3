import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { AccessGuard, loadToken } from '#daemon/api/access.ts';
import { limited } from '#daemon/api/body.ts';
import { localCertificate } from '#daemon/api/certificate.ts';
import { followLines, lastLines } from '#daemon/api/logs.ts';
import { Reply, route } from '#daemon/api/route.ts';
import { startApiServer } from '#daemon/api/server.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { quiet, StandingClock } from './support.ts';

const TOKEN = 'a'.repeat(43);
let certificate: Awaited<ReturnType<typeof localCertificate>>;
let certificateFolder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  certificateFolder = await temporaryFolder('certificate');
  certificate = await localCertificate(certificateFolder.path, { now: () => Date.now() });
  return () => certificateFolder[Symbol.asyncDispose]();
});

const routes = [
  route({ method: 'GET', path: '/healthz', open: true, handle: async () => ({ ok: true }) }),
  route({ method: 'GET', path: '/api/plain', handle: async () => ({ answer: 42 }) }),
  route({
    method: 'POST',
    path: '/api/things/:id',
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.object({ loud: z.stringbool().optional() }),
    body: z.strictObject({ name: z.string().max(10) }),
    handle: async ({ params, query, body }) => new Reply(201, { ...params, ...query, ...body }),
  }),
  route({
    method: 'PUT',
    path: '/api/file',
    streamed: true,
    handle: async (call) => {
      let bytes = 0;
      for await (const chunk of limited(call.request, 2_000_000)) bytes += chunk.length;
      return { bytes };
    },
  }),
  route({
    method: 'GET',
    path: '/api/stream',
    handle: async ({ signal }) =>
      new Reply(200, undefined, {
        lines: (async function* () {
          for (let n = 1; !signal.aborted; n += 1) {
            yield { n };
            await sleep(10);
          }
        })(),
      }),
  }),
  route({ method: 'GET', path: '/api/bug', handle: () => Promise.reject(new TypeError('secret detail of a bug')) }),
  route({
    method: 'GET',
    path: '/api/fault',
    handle: () => Promise.reject(new DemarcError('pbx.timeout', '192.0.2.1')),
  }),
];

async function bench(options: { redirectPort?: number } = {}) {
  const clock = new StandingClock();
  const access = new AccessGuard(TOKEN, clock);
  const server = await startApiServer({
    routes,
    access,
    certificate,
    host: '127.0.0.1',
    port: 0,
    log: quiet,
    ...options,
  });
  const ask = (method: string, path: string, more: { token?: string | null; body?: string } = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: unknown }>((resolve, reject) => {
      const token = more.token === undefined ? TOKEN : more.token;
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const asked = request(
        { host: '127.0.0.1', port: server.port, method, path, headers, ca: certificate.certificate, agent: false },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => {
            text += chunk;
          });
          answer.once('end', () => {
            const body: unknown = text === '' ? undefined : JSON.parse(text);
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
          });
        },
      );
      asked.once('error', reject);
      asked.end(more.body);
    });
  return { server, clock, ask, [Symbol.asyncDispose]: () => server.stop() };
}

describe('access', () => {
  test('only /healthz answers without the token; unknown addresses are not told apart', async () => {
    await using b = await bench();
    expect((await b.ask('GET', '/healthz', { token: null })).status).toBe(200);
    for (const path of ['/api/plain', '/api/none']) {
      const answer = await b.ask('GET', path, { token: null });
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ code: 'daemon.bad-token', nextStep: expect.any(String) });
    }
    expect((await b.ask('GET', '/api/plain')).body).toEqual({ answer: 42 });
  });

  test('after ten wrong tokens in a minute the guesser waits; the right token still enters', async () => {
    await using b = await bench();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      statuses.push((await b.ask('GET', '/api/plain', { token: `wrong${i}`.padEnd(43, 'x') })).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await b.ask('GET', '/api/plain')).status).toBe(200);
    b.clock.time += 61_000;
    expect((await b.ask('GET', '/api/plain', { token: 'wrong' })).status).toBe(401);
  });

  test('a token that is longer, shorter, empty or of another scheme is refused', () => {
    const guard = new AccessGuard(TOKEN, new StandingClock());
    for (const header of [undefined, '', 'Bearer', `Bearer ${TOKEN}b`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`]) {
      expect(() => guard.check(header, String(header))).toThrow(DemarcError);
    }
    expect(() => guard.check(`Bearer ${TOKEN}`, 'a')).not.toThrow();
  });

  test('the token file is made once, 256 bits, for its owner only; a damaged one is replaced', async () => {
    await using folder = await temporaryFolder('token');
    const path = join(folder.path, 'token');
    const first = await loadToken(path);
    expect(Buffer.from(first, 'base64url')).toHaveLength(32);
    expect(await loadToken(path)).toBe(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, '\n');
    expect(await loadToken(path)).not.toBe(first);
  });
});

describe('inputs', () => {
  test('parameters, query and body are parsed and typed', async () => {
    await using b = await bench();
    const answer = await b.ask('POST', '/api/things/7?loud=true', { body: '{"name":"x"}' });
    expect([answer.status, answer.body]).toEqual([201, { id: '7', loud: true, name: 'x' }]);
  });

  test.each([
    ['a body that is no JSON', '/api/things/7', '{'],
    ['no body', '/api/things/7', ''],
    ['an unknown field', '/api/things/7', '{"name":"x","more":1}'],
    ['a value that is too long', '/api/things/7', '{"name":"xxxxxxxxxxxxxxx"}'],
    ['a parameter of another form', '/api/things/seven', '{"name":"x"}'],
    ['a query of another form', '/api/things/7?loud=perhaps', '{"name":"x"}'],
    ['a list', '/api/things/7', '[]'],
    ['a prototype', '/api/things/7', '{"__proto__":{"name":"x"}}'],
  ])('%s is refused with what is wrong', async (_what, path, body) => {
    await using b = await bench();
    const answer = await b.ask('POST', path, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'api.invalid', message: expect.stringContaining('(') });
  });

  test('a body above 1 MiB is refused, and a streamed one above its own limit', async () => {
    await using b = await bench();
    const big = `{"name":"${'x'.repeat(1_100_000)}"}`;
    const refused = await b.ask('POST', '/api/things/7', { body: big }).catch((error: Error) => error);
    // The server may close before everything was sent: a reset is as good a refusal.
    expect(refused instanceof Error || refused.status === 413).toBe(true);
    expect((await b.ask('PUT', '/api/file', { body: 'x'.repeat(1_900_000) })).body).toEqual({ bytes: 1_900_000 });
    expect((await b.ask('GET', '/api/plain')).status).toBe(200);
  });

  test('a wrong method says which are right, an unknown address is not found', async () => {
    await using b = await bench();
    const answer = await b.ask('DELETE', '/api/plain');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET']);
    expect((await b.ask('GET', '/api/none')).status).toBe(404);
    expect((await b.ask('GET', '/api/plain/more')).status).toBe(404);
    expect((await b.ask('GET', '/%ff%00/..//')).status).toBe(404);
  });

  test('bytes that are no HTTP end that connection and nothing else', async () => {
    await using b = await bench();
    const socket = connect(b.server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end('\x16\x03\x01garbage\r\n\r\n'.repeat(50));
    await new Promise((resolve) => {
      socket.resume().once('close', resolve);
    });
    expect((await b.ask('GET', '/healthz')).status).toBe(200);
  });
});

describe('answers', () => {
  test('a foreseen error has its status, code and next step; a bug is a plain 500', async () => {
    await using b = await bench();
    const fault = await b.ask('GET', '/api/fault');
    expect([fault.status, fault.body]).toEqual([504, new DemarcError('pbx.timeout', '192.0.2.1').toText()]);
    const bug = await b.ask('GET', '/api/bug');
    expect([bug.status, (bug.body as { code: string }).code]).toEqual([500, 'internal']);
  });

  test('a stream goes on until the reader leaves, and a stop ends it', async () => {
    const b = await bench();
    let lines = 0;
    const ended = new Promise<void>((resolve) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: b.server.port,
          path: '/api/stream',
          headers: { authorization: `Bearer ${TOKEN}` },
          ca: certificate.certificate,
          agent: false,
        },
        (answer) => {
          answer.on('data', () => {
            lines += 1;
          });
          answer.once('error', () => resolve());
          answer.once('close', () => resolve());
        },
      );
      asked.once('error', () => resolve());
      asked.end();
    });
    await until('lines come', 3000, () => lines > 3);
    const started = performance.now();
    await b.server.stop();
    await ended;
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('who connects and says nothing holds no stop up', async () => {
    const redirectPort = await freePort();
    const b = await bench({ redirectPort });
    const ends = [b.server.port, redirectPort].map(async (port) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      return once(socket.resume(), 'close');
    });
    expect((await b.ask('GET', '/healthz', { token: null })).status).toBe(200);
    const started = performance.now();
    await b.server.stop();
    expect(performance.now() - started).toBeLessThan(4000);
    await Promise.all(ends);
  });

  test('a taken port is a clear error; a taken redirect port is not', async () => {
    await using first = await bench();
    const access = new AccessGuard(TOKEN, first.clock);
    const options = { routes, access, certificate, host: '127.0.0.1', log: quiet };
    await expect(startApiServer({ ...options, port: first.server.port })).rejects.toMatchObject({
      code: 'daemon.port-taken',
    });
    const second = await startApiServer({ ...options, port: 0, redirectPort: first.server.port });
    expect(second.port).toBeGreaterThan(0);
    await second.stop();
  });

  test('plain HTTP is led to HTTPS on the same host', async () => {
    const redirectPort = await freePort();
    await using b = await bench({ redirectPort });
    const location = await new Promise((resolve, reject) => {
      const headers = { host: `gateway.example:${redirectPort}` };
      plainRequest({ host: '127.0.0.1', port: redirectPort, path: '/x', headers, agent: false }, (answer) => {
        answer.resume();
        resolve([answer.statusCode, answer.headers.location]);
      })
        .once('error', reject)
        .end();
    });
    expect(location).toEqual([308, `https://gateway.example:${b.server.port}/`]);
  });
});

describe('certificate', () => {
  test('is for this machine’s names, kept, and made anew before it ends or when the key is another’s', async () => {
    await using folder = await temporaryFolder('certificate');
    const first = await localCertificate(folder.path, { now: () => Date.now() });
    const parsed = new X509Certificate(first.certificate);
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect((await stat(join(folder.path, 'local-key.pem'))).mode & 0o777).toBe(0o600);
    expect(await localCertificate(folder.path, { now: () => Date.now() })).toEqual(first);
    const later = await localCertificate(folder.path, { now: () => Date.now() + 800 * 86_400_000 });
    expect(later.certificate).not.toBe(first.certificate);
    await writeFile(join(folder.path, 'local-key.pem'), await readFile(join(certificateFolder.path, 'local-key.pem')));
    const repaired = await localCertificate(folder.path, { now: () => Date.now() });
    expect(repaired.certificate).not.toBe(later.certificate);
  });
});

describe('logs', () => {
  const line = (n: number, level = 'info', msg = `line ${n}`) =>
    `${JSON.stringify({ level, time: `t${n}`, unit: 'demarc', msg })}\n`;

  test('the last lines come in their order, over files, filtered by level and text', async () => {
    await using folder = await temporaryFolder('logs');
    const file = join(folder.path, 'daemon.log');
    await writeFile(join(folder.path, 'daemon.1.log'), Array.from({ length: 3000 }, (_, i) => line(i)).join(''));
    await sleep(20);
    const newer = [line(3000, 'warn', 'Grüße'), 'not json\n', line(3001, 'error', 'x'.repeat(100_000)), line(3002)];
    await writeFile(join(folder.path, 'daemon.2.log'), newer.join(''));
    const last = await lastLines(file, 5, {});
    expect(last.map((entry) => entry.time)).toEqual(['t2999', 't3000', '', 't3001', 't3002']);
    expect((await lastLines(file, 10, { level: 'warn' })).map((entry) => entry.time)).toEqual(['t3000', 't3001']);
    expect((await lastLines(file, 10, { text: 'GRÜSSE'.replace('SS', 'ß') })).map((e) => e.time)).toEqual(['t3000']);
    expect(await lastLines(file, 5000, {})).toHaveLength(3004);
    expect(await lastLines(join(folder.path, 'none.log'), 5, {})).toEqual([]);
  });

  test('new lines are followed, also into the next file', async () => {
    await using folder = await temporaryFolder('follow');
    const file = join(folder.path, 'daemon.log');
    const first = join(folder.path, 'daemon.1.log');
    await writeFile(first, line(0));
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const entry of followLines(file, {}, stop.signal)) seen.push(entry.time);
    })();
    await sleep(50);
    await appendFile(first, line(1).slice(0, 10));
    await sleep(300);
    await appendFile(first, line(1).slice(10));
    await until('the first', 3000, () => seen.length === 1);
    await writeFile(join(folder.path, 'tmp'), line(2));
    await rename(join(folder.path, 'tmp'), join(folder.path, 'daemon.2.log'));
    await until('the second', 3000, () => seen.length === 2);
    stop.abort();
    await reading;
    expect(seen).toEqual(['t1', 't2']);
  });
});
