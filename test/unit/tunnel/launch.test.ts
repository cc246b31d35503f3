import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { expect, test } from 'vitest';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { until } from '#test/support/program.ts';
import { manualClock } from '#test/unit/daemon-spine/support/log.ts';
import { launchSite, said } from './support/launch-site.ts';
import { portOf, tcpServer } from './support/pair.ts';

async function system(answer: RequestListener): Promise<AsyncDisposable & { port: number; server: Server }> {
  const server = createServer({ keepAliveTimeout: 5000 }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    server,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function openWebSocket(port: number, session: { host: string; cookie: string }, origin: string): WebSocket {
  // The library passes the name on to TLS; its types do not say so.
  const options: ClientOptions & { servername: string } = {
    rejectUnauthorized: false,
    servername: session.host,
    headers: { host: session.host, cookie: session.cookie, origin },
  };
  return new WebSocket(`wss://127.0.0.1:${port}/ws`, options);
}

const hello = () => system((_request, response) => response.end('hello'));

test('a click leads to the system: token, ticket, cookie, page; the secrets are in no log and no record', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const { launch, token } = await it.click();
  expect(await it.send(launch.label, '/.demarc/enter')).toMatchObject({ status: 200 });
  const { ticket } = it.relay.launches.redeem(token, 'ann');
  const { answer, cookie } = await it.enter(launch.label, ticket);
  expect(answer.headers['set-cookie']?.[0]).toMatch(
    /^__Host-demarc-launch=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
  );
  expect(await it.send(launch.label, '/a?secret=1', { headers: { cookie } })).toMatchObject({
    status: 200,
    body: 'hello',
  });
  expect(it.records.map(({ kind }) => kind)).toEqual(['issued', 'opened', 'request']);
  expect(it.records.at(-1)).toMatchObject({ method: 'GET', path: '/a', status: 200, bytes: 5 });
  const written = it.log() + JSON.stringify(it.records);
  for (const secret of [token, ticket, cookie.split('=')[1] ?? '', 'secret=1']) expect(written).not.toContain(secret);
});

test.each([
  [undefined, '/'],
  ['/server-manager', '/server-manager'],
])('a session of a system whose pages are at %s begins at %s', async (path, start) => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const { launch, token } = await it.click('ann', path);
  const { ticket } = it.relay.launches.redeem(token, 'ann');
  const { answer } = await it.enter(launch.label, ticket);
  expect(answer.headers['demarc-start']).toBe(start);
});

test('a token is good once, for its person, within its time; whatever is wrong gets the same answer', async () => {
  await using pbx = await hello();
  const clock = manualClock();
  await using it = await launchSite({ port: pbx.port, clock });
  const refused = (token: string, person: string) => {
    expect(() => it.relay.launches.redeem(token, person)).toThrow(
      expect.objectContaining({ code: 'launch.link', detail: undefined }),
    );
  };
  const first = await it.click();
  it.relay.launches.redeem(first.token, 'ann');
  refused(first.token, 'ann');
  expect(it.records.at(-1)).toMatchObject({ kind: 'link-refused', why: 'used' });
  const foreign = await it.click();
  refused(foreign.token, 'bob');
  refused(foreign.token, 'ann');
  expect(it.records.filter(({ kind }) => kind === 'ended')).toMatchObject([
    { launch: { end: { reason: 'link-misused' } } },
  ]);
  const late = await it.click();
  clock.move(60_000);
  refused(late.token, 'ann');
  refused(randomBytes(32).toString('base64url'), 'ann');
});

test('a ticket opens its own host only, once, and by a POST of that host’s own page', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const [a, b] = [await it.click(), await it.click()];
  const { ticket } = it.relay.launches.redeem(a.token, 'ann');
  expect((await it.enter(b.launch.label, ticket)).answer.status).toBe(403);
  const foreign = await it.send(a.launch.label, '/.demarc/enter', {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
    body: JSON.stringify({ ticket }),
  });
  expect(foreign).toMatchObject({ status: 403, headers: { 'demarc-error': 'launch.foreign-origin' } });
  expect((await it.enter(a.launch.label, ticket)).answer.status).toBe(204);
  expect((await it.enter(a.launch.label, ticket)).answer.status).toBe(403);
});

test('the cookie of one session opens no other, an unknown host says nothing, another name in TLS is refused', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const [a, b] = [await it.open(), await it.open()];
  expect(await it.send(b.launch.label, '/', { headers: { cookie: a.cookie } })).toMatchObject({ status: 401 });
  expect(await it.send(a.launch.label, '/')).toMatchObject({ status: 401 });
  const unknown = await it.send('a'.repeat(26), '/', { headers: { cookie: a.cookie, accept: 'text/html' } });
  expect(unknown).toMatchObject({ status: 404, headers: { 'demarc-error': 'launch.no-session' } });
  const socket = await it.raw(b.launch.label);
  const answer = await said(
    socket,
    `GET / HTTP/1.1\r\nHost: ${a.host}\r\nCookie: ${a.cookie}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toContain(' 404 ');
  const twice = await a.get('/', { cookie: [a.cookie, a.cookie] });
  expect(twice.status).toBe(400);
});

test('the right is asked at every request; who lost it is out, with what is open', async () => {
  await using pbx = await system((request, response) => {
    if (request.url === '/slow') response.write('begun');
    else response.end('hello');
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  expect((await session.get('/')).status).toBe(200);
  const slow = session.get('/slow').catch((error: Error) => error.message);
  await until('begun', 2000, () => (it.relay.launches.get(session.launch.id)?.bytesDown ?? 0) > 5);
  it.rights.allowed = false;
  expect(await session.get('/')).toMatchObject({ status: 403, headers: { 'demarc-error': 'launch.forbidden' } });
  expect(await slow).toMatch(/aborted|hang up|reset/i);
  it.rights.allowed = true;
  expect(await session.get('/')).toMatchObject({ status: 403, headers: { 'demarc-error': 'launch.forbidden' } });
});

test.each([
  ['idle for ten minutes', 600_000, 'launch.idle'],
  ['an hour old', 3_600_000, 'launch.expired'],
])('a session that is %s is over, and its person is told why', async (_name, ms, code) => {
  await using pbx = await hello();
  const clock = manualClock();
  await using it = await launchSite({ port: pbx.port, clock });
  const session = await it.open();
  if (code === 'launch.expired') {
    for (let at = 0; at < ms - 300_000; at += 300_000) {
      clock.move(300_000);
      expect((await session.get('/')).status).toBe(200);
    }
    clock.move(300_000);
  } else clock.move(ms);
  const answer = await session.get('/', { accept: 'text/html' });
  expect(answer).toMatchObject({ status: 410, headers: { 'demarc-error': code } });
  expect(answer.body).toContain('<!doctype html>');
});

test('too many sessions of one person, and too much data in one, are refused', async () => {
  await using pbx = await system((_request, response) => response.end(Buffer.alloc(100_000)));
  await using it = await launchSite({ port: pbx.port, limits: { perPerson: 2, bytes: 150_000 } });
  const session = await it.open();
  await it.click();
  await expect(it.click()).rejects.toMatchObject({ code: 'launch.too-many' });
  expect((await session.get('/')).body).toHaveLength(100_000);
  await session.get('/').catch(() => undefined);
  expect(await session.get('/')).toMatchObject({ status: 410, headers: { 'demarc-error': 'launch.too-much' } });
});

test('the system sees itself as its visitor: Host, Origin, Referer, its own cookies, and nothing of ours', async () => {
  let seen: IncomingMessage | undefined;
  await using pbx = await system((request, response) => {
    seen = request;
    response.end();
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  await it.send(session.launch.label, '/form?x=1', {
    method: 'POST',
    headers: {
      cookie: `sid=1; ${session.cookie}; theme=dark`,
      origin: session.origin,
      referer: `${session.origin}/page`,
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
    },
    body: 'a=b',
  });
  const upstream = `http://127.0.0.1:${pbx.port}`;
  expect(seen?.headers).toMatchObject({
    host: `127.0.0.1:${pbx.port}`,
    origin: upstream,
    referer: `${upstream}/page`,
    cookie: 'sid=1; theme=dark',
    'content-length': '3',
  });
  for (const name of ['x-forwarded-for', 'forwarded', 'proxy-authorization', 'te', 'via']) {
    expect(seen?.headers).not.toHaveProperty(name);
  }
});

test('redirects and cookies of the system stay on the session’s own origin', async () => {
  await using pbx = await system((request, response) => {
    const own = `http://${request.headers.host}`;
    const location = request.url === '/elsewhere' ? 'https://vendor.example/x' : `${own}/login?next=%2F`;
    response.writeHead(302, {
      location,
      'set-cookie': ['sid=1; Domain=pbx.local; Path=/; HttpOnly; SameSite=None', '__Host-demarc-launch=stolen; Path=/'],
      'strict-transport-security': 'max-age=1',
      'clear-site-data': '"cookies"',
      'content-security-policy': `connect-src ${own} ${own.replace('http', 'ws')}`,
    });
    response.end();
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  const answer = await session.get('/');
  expect(answer.headers.location).toBe('/login?next=%2F');
  expect(answer.headers['set-cookie']).toEqual(['sid=1; Path=/; HttpOnly; Secure; SameSite=Lax']);
  expect(answer.headers['content-security-policy']).toBe(
    `connect-src ${session.origin} ${session.origin.replace('https', 'wss')}`,
  );
  expect(answer.headers).not.toHaveProperty('strict-transport-security');
  expect(answer.headers).not.toHaveProperty('clear-site-data');
  expect((await session.get('/elsewhere')).headers.location).toBe('https://vendor.example/x');
});

test('another site’s page cannot act in the session, nor open a WebSocket', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  const post = (headers: Record<string, string>) =>
    it.send(session.launch.label, '/', { method: 'POST', headers: { cookie: session.cookie, ...headers }, body: 'x' });
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
  expect((await post({ origin: 'null' })).status).toBe(403);
  expect((await post({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
  expect((await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  expect((await post({ origin: session.origin, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  const socket = openWebSocket(it.port, session, 'https://evil.example');
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('403');
});

test.each([
  ['both lengths', 'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n', 'hello'],
  ['a length with a sign', 'POST / HTTP/1.1\r\nContent-Length: +5\r\n', 'hello'],
  ['an encoding in disguise', 'POST / HTTP/1.1\r\nTransfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'],
  ['an encoding that is not chunked', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'],
  ['a chunk size that overflows', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\nx\r\n'],
  [
    'a chunk extension without an end',
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n',
    `1;${'a'.repeat(20_000)}\r\n`,
  ],
  ['a folded header', 'GET / HTTP/1.1\r\nX-A: b\r\n c: d\r\n', ''],
  ['a space before the colon', 'GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n', ''],
  ['a bare line feed in a header', 'GET / HTTP/1.1\r\nX-A: b\nTransfer-Encoding: chunked\r\n', ''],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nX-A: b\x00c\r\n', ''],
  ['the address of another server', 'GET http://other.example/ HTTP/1.1\r\n', ''],
  ['CONNECT', 'CONNECT other.example:443 HTTP/1.1\r\n', ''],
  ['TRACE', 'TRACE / HTTP/1.1\r\n', ''],
  ['a header of 1 MiB', `GET / HTTP/1.1\r\nX-Big: ${'a'.repeat(1024 * 1024)}\r\n`, ''],
  ['an upgrade to something else', 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n', ''],
])('%s is refused and reaches no system', async (_name, head, body) => {
  let requests = 0;
  await using pbx = await system((_request, response) => {
    requests += 1;
    response.end();
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  const socket = await it.raw(session.launch.label);
  const [line, ...rest] = head.split('\r\n');
  const text = `${line}\r\nHost: ${session.host}\r\nCookie: ${session.cookie}\r\n${rest.join('\r\n')}\r\n${body}GET /second HTTP/1.1\r\nHost: ${session.host}\r\nCookie: ${session.cookie}\r\n\r\n`;
  const answer = await said(socket, text, 500);
  socket.destroy();
  expect(answer).not.toMatch(/ 200 /);
  // A chunked body begins before its faults show; the system then sees no end of it.
  if (!head.includes('chunked') || head.includes('Content-Length')) expect(requests).toBe(0);
  expect((await session.get('/')).status).toBe(200);
});

test('a WebSocket of the system works both ways and ends with the session', async () => {
  await using pbx = await system((_request, response) => response.end());
  const sockets = new WebSocketServer({ server: pbx.server });
  sockets.on('connection', (socket, request) => {
    socket.send(`origin ${request.headers.origin}`);
    socket.on('message', (data) => socket.send(data));
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  const socket = openWebSocket(it.port, session, session.origin);
  const got: string[] = [];
  socket.on('message', (data: Buffer) => got.push(data.toString()));
  await once(socket, 'open');
  socket.send('x'.repeat(100_000));
  await until('echo', 3000, () => got.length === 2);
  expect(got[0]).toBe(`origin http://127.0.0.1:${pbx.port}`);
  expect(got[1]).toHaveLength(100_000);
  const closed = once(socket, 'close');
  it.relay.launches.end(session.launch.id, 'by-admin', 'boss');
  await closed;
  expect(it.records.at(-1)).toMatchObject({ kind: 'ended', launch: { end: { reason: 'by-admin', by: 'boss' } } });
  sockets.close();
});

test('uploads and downloads of 64 MiB pass whole, with a length and in chunks, in bounded memory', async () => {
  const size = 64 * 1024 * 1024;
  await using pbx = await system((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.once('end', () => {
      if (request.method === 'POST') return response.end(hash.digest('hex'));
      let left = size;
      const push = (): void => {
        while (left > 0) {
          left -= 65_536;
          if (!response.write(Buffer.alloc(65_536, 7))) return void response.once('drain', push);
        }
        response.end();
      };
      return push();
    });
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const upload = (headers: Record<string, string>) =>
    new Promise<string>((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: '127.0.0.1',
          port: it.port,
          method: 'POST',
          path: '/restore',
          servername: session.host,
          rejectUnauthorized: false,
          agent: false,
          headers: { host: session.host, cookie: session.cookie, ...headers },
        },
        (answer) => {
          let body = '';
          answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
          answer.once('end', () => resolve(body));
        },
      );
      sent.once('error', reject);
      let left = size;
      const push = (): void => {
        while (left > 0) {
          left -= 65_536;
          if (!sent.write(Buffer.alloc(65_536, 7))) return void sent.once('drain', push);
        }
        sent.end();
      };
      push();
    });
  const expected = createHash('sha256').update(Buffer.alloc(size, 7)).digest('hex');
  expect(await upload({ 'content-length': String(size) })).toBe(expected);
  expect(await upload({ 'transfer-encoding': 'chunked' })).toBe(expected);
  const hash = createHash('sha256');
  await new Promise<void>((resolve, reject) => {
    httpsRequest(
      {
        host: '127.0.0.1',
        port: it.port,
        path: '/backup',
        servername: session.host,
        rejectUnauthorized: false,
        agent: false,
        headers: { host: session.host, cookie: session.cookie },
      },
      (answer) => {
        answer.on('data', (chunk: Buffer) => hash.update(chunk));
        answer.once('end', () => resolve());
        answer.once('error', reject);
      },
    ).end();
  });
  expect(hash.digest('hex')).toBe(expected);
  clearInterval(watch);
  expect(peak - before).toBeLessThan(300 * 1024 * 1024);
}, 60_000);

test('a browser that leaves in the middle leaves nothing behind; the next request works', async () => {
  let closed = 0;
  await using pbx = await system((request, response) => {
    if (request.url === '/') return void response.end('ok');
    response.once('close', () => (closed += 1));
    const push = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      response.once('drain', push);
    };
    return push();
  });
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  for (let i = 0; i < 20; i += 1) {
    const socket = await it.raw(session.launch.label);
    socket.write(`GET /endless HTTP/1.1\r\nHost: ${session.host}\r\nCookie: ${session.cookie}\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
  }
  await until('the system is rid of them', 5000, () => closed === 20);
  expect((await session.get('/')).body).toBe('ok');
});

test('a system that never answers, breaks off or talks nonsense is told as what it is', async () => {
  await using pbx = await tcpServer((socket) => {
    socket.once('data', (head: Buffer) => {
      const path = head.toString().split(' ')[1];
      if (path === '/broken')
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy());
      else if (path === '/nonsense') socket.end('SSH-2.0-OpenSSH\r\n');
      else if (path === '/closed') socket.end();
      else if (path === '/smuggled')
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
      else if (path === '/injected') socket.end('HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 0\r\n\r\n');
      else if (path === '/big')
        socket.end(`HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(200_000)}\r\nContent-Length: 0\r\n\r\n`);
    });
  });
  await using it = await launchSite({ port: pbx.port, answerMs: 400 });
  const session = await it.open();
  expect(await session.get('/never')).toMatchObject({
    status: 504,
    headers: { 'demarc-error': 'tunnel.upstream-timeout' },
  });
  await expect(session.get('/broken')).rejects.toThrow(/aborted|hang up/);
  for (const path of ['/nonsense', '/closed', '/smuggled', '/injected', '/big']) {
    expect(await session.get(path), path).toMatchObject({
      status: 502,
      headers: { 'demarc-error': 'tunnel.upstream-broken' },
    });
  }
});

test('once the customer has ended the session, a page says so, and the session is over on both sides', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  expect((await session.get('/')).body).toBe('hello');
  it.end.cutAll('switched-off');
  const answer = await session.get('/', { 'sec-fetch-dest': 'document' });
  expect(answer).toMatchObject({ status: 403, headers: { 'demarc-error': 'tunnel.not-granted' } });
  expect(answer.body).toContain('<h1>');
  expect(await session.get('/')).toMatchObject({ status: 410, headers: { 'demarc-error': 'launch.ended' } });
  expect(it.records.at(-1)).toMatchObject({ kind: 'ended', launch: { end: { reason: 'by-customer' } } });
});

test('a session that is ended at the relay is over at the gateway too', async () => {
  await using pbx = await hello();
  await using it = await launchSite({ port: pbx.port });
  const session = await it.open();
  expect(it.end.sessions()).toHaveLength(1);
  it.relay.launches.end(session.launch.id, 'by-admin');
  it.relay.links.endSession('gateway-1', session.launch.id);
  await until('ended there', 2000, () => it.end.sessions().length === 0);
});

test('a plain connection carries bytes both ways with half-closes, for TCP systems only', async () => {
  await using pbx = await tcpServer((socket) => {
    let got = '';
    socket.write('SSH-2.0-test\r\n');
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.once('end', () => socket.end(`got ${got}`));
  });
  await using it = await launchSite({ port: pbx.port, scheme: 'tcp' });
  const session = await it.open();
  expect((await session.get('/')).status).toBe(400);
  const socket = await it.raw(session.launch.label);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(
    `GET /.demarc/raw HTTP/1.1\r\nHost: ${session.host}\r\nCookie: ${session.cookie}\r\nConnection: Upgrade\r\nUpgrade: demarc-raw\r\n\r\n`,
  );
  await until('greeting', 3000, () => text.endsWith('SSH-2.0-test\r\n'));
  socket.end('hello');
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1\.1 101 .*got hello$/s);
});
