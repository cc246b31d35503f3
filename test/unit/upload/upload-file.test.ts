import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { type UploadOptions, uploadFile } from '#daemon/upload/upload-file.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { TestCa } from '../daemon-spine/support/pki.ts';

const COMMAND = '01JD3Z0000000000000000000C';
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What the cloud does instead of answering the next request as it should. */
type Fault = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const answer =
  (status: number, headers: Record<string, string> = {}): Fault =>
  async (request, response) => {
    request.resume();
    await new Promise((resolve) => request.once('end', resolve));
    response.writeHead(status, headers).end();
  };

/** A cloud with one file, over TLS, and a gateway with a file of so many bytes. */
async function world(bytes: number) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('upload'));
  const ca = await TestCa.make();
  const caFile = join(folder.path, 'ca.pem');
  await writeFile(caFile, ca.pem);
  const content = randomBytes(bytes);
  const file = join(folder.path, 'file.tar.gz');
  await writeFile(file, content);
  const cloud = {
    disk: Buffer.alloc(0),
    complete: false,
    faults: [] as Fault[],
    requests: [] as string[],
    received: 0,
  };
  const digest = sha256(content);
  const tell = (response: ServerResponse, status: number) =>
    response
      .writeHead(status, {
        'upload-offset': String(cloud.disk.length),
        'upload-complete': cloud.complete ? '?1' : '?0',
        ...(cloud.disk.length > 0 ? { 'upload-sha256': digest } : {}),
      })
      .end();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    cloud.requests.push(`${request.method} ${String(request.headers['upload-offset'] ?? '')}`.trim());
    const fault = cloud.faults.shift();
    if (fault) return fault(request, response);
    if (request.method === 'HEAD') return tell(response, 204);
    if (Number(request.headers['upload-offset']) !== cloud.disk.length) {
      request.resume();
      return tell(response, 409);
    }
    for await (const chunk of request as AsyncIterable<Buffer>) {
      cloud.disk = Buffer.concat([cloud.disk, chunk]);
      cloud.received += chunk.length;
    }
    cloud.complete = cloud.disk.length === content.length;
    return tell(response, 204);
  };
  const { certificate, key } = await ca.server();
  const server = createServer({ cert: certificate, key }, (request, response) => {
    Promise.resolve(take(request, response)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: string[] = [];
  const upload = (more: Partial<UploadOptions> = {}) =>
    uploadFile({
      command: COMMAND,
      upload: { file, fileName: 'file.tar.gz', bytes: content.length, sha256: digest },
      target: () => ({ url, caFile }),
      certificate: () => undefined,
      clock: { now: () => Date.now() },
      random: () => 0,
      log: pino({ level: 'silent' }),
      signal: AbortSignal.timeout(15_000),
      progress: () => undefined,
      interrupted: ({ code }) => told.push(code),
      waits: { backoff: { minMs: 5, maxMs: 10 }, stallMs: 300 },
      ...more,
    });
  return { cloud, content, url, caFile, upload, told, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('an upload', () => {
  test('comes in parts whose size follows the line, and tells how far it is', async () => {
    await using w = await world(3_000_000);
    const seen: number[] = [];
    await w.upload({ progress: (sent) => seen.push(sent) });
    expect(w.cloud.disk.equals(w.content)).toBe(true);
    expect(w.cloud.requests).toEqual(['HEAD', 'PATCH 0', 'PATCH 262144', 'PATCH 786432', 'PATCH 1835008']);
    expect(seen).toEqual([0, 262_144, 786_432, 1_835_008, 3_000_000]);
  });

  const faults: [string, Fault, string | undefined][] = [
    ['a connection that is reset in a part', (request) => void request.socket.destroy(), 'link.unreachable'],
    ['an answer that never comes', () => undefined, 'link.unreachable'],
    ['a cloud that is busy', answer(503, { 'retry-after': '0' }), 'link.refused'],
    ['a stranger that answers', answer(200), 'link.malformed'],
    ['a wrong offset', answer(409, { 'upload-offset': '0', 'upload-complete': '?0' }), undefined],
  ];
  test.each(faults)('goes on after %s', async (_name, fault, code) => {
    await using w = await world(400_000);
    w.cloud.faults.push(answer(204, { 'upload-offset': '0', 'upload-complete': '?0' }), fault);
    await w.upload();
    expect(w.cloud.disk.equals(w.content)).toBe(true);
    expect(w.told).toEqual(code === undefined ? [] : [code]);
  });

  test('that lost only the last answer finds that it is done', async () => {
    await using w = await world(1000);
    w.cloud.disk = w.content;
    w.cloud.complete = true;
    await w.upload();
    expect(w.cloud.requests).toEqual(['HEAD']);
  });

  test('of which every byte was there and nobody had looked is ended by an empty part', async () => {
    await using w = await world(1000);
    w.cloud.disk = w.content;
    await w.upload();
    expect(w.cloud.requests).toEqual(['HEAD', 'PATCH 1000']);
  });

  test.each([
    ['upload.not-expected', 403, 1],
    ['upload.no-room', 507, 1],
    ['upload.damaged', 422, 3],
  ])('ends with the refusal %s', async (code, status, tries) => {
    await using w = await world(1000);
    for (let i = 0; i < 5; i += 1) w.cloud.faults.push(answer(status, { 'upload-error': code }));
    await expect(w.upload()).rejects.toMatchObject({ code });
    expect(w.cloud.requests).toHaveLength(tries);
  });

  test('ends with its command', async () => {
    await using w = await world(1000);
    for (let i = 0; i < 50; i += 1) w.cloud.faults.push(() => undefined);
    const stop = new AbortController();
    const done = w.upload({ signal: stop.signal });
    setTimeout(() => stop.abort(new Error('the deadline')), 100);
    await expect(done).rejects.toThrow('the deadline');
  });

  test('goes through a proxy that asks for a password, over one connection', async () => {
    await using w = await world(1_000_000);
    const asked: (string | undefined)[] = [];
    const proxy = createHttp();
    proxy.on('connect', (request: IncomingMessage, near: Socket) => {
      asked.push(request.headers['proxy-authorization']);
      const far = connect(Number(new URL(`http://${request.url}`).port), '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        near.pipe(far).pipe(near);
      });
      for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const way = { url: `http://127.0.0.1:${port}`, user: 'gateway', password: 'let me' };
    try {
      await w.upload({ target: () => ({ url: w.url, caFile: w.caFile, proxy: way }) });
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
    expect(w.cloud.disk.equals(w.content)).toBe(true);
    expect(asked).toEqual([`Basic ${Buffer.from('gateway:let me').toString('base64')}`]);
  });
});
