import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { CheckResult } from '#contract/sections.ts';
import type { Check, CheckContext } from '#daemon/self-test/check.ts';
import { cloudClock } from '#daemon/self-test/checks/cloud-clock.ts';
import { cloudDns } from '#daemon/self-test/checks/cloud-dns.ts';
import { cloudProxy } from '#daemon/self-test/checks/cloud-proxy.ts';
import { cloudTcp } from '#daemon/self-test/checks/cloud-tcp.ts';
import { cloudTls } from '#daemon/self-test/checks/cloud-tls.ts';
import { cloudWebSocket } from '#daemon/self-test/checks/cloud-websocket.ts';
import { diskSpace } from '#daemon/self-test/checks/disk-space.ts';
import { identityCertificate } from '#daemon/self-test/checks/identity-certificate.ts';
import { outboxBacklog } from '#daemon/self-test/checks/outbox-backlog.ts';
import { storeWritable } from '#daemon/self-test/checks/store-writable.ts';
import { selfTest } from '#daemon/self-test/self-test.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import { makeCa } from './pki.ts';

const DAY_MS = 86_400_000;
let pki: Awaited<ReturnType<typeof makeCa>>;
let foreign: Awaited<ReturnType<typeof makeCa>>;
const trust = async () => ({ ca: pki.ca });
beforeAll(async () => {
  pki = await makeCa();
  foreign = await makeCa('Somebody else');
});

const context = (more: Partial<CheckContext> = {}): CheckContext => ({
  cloud: undefined,
  identity: undefined,
  stateFolder: '/tmp',
  disk: { warnBytes: 0, errorBytes: 0 },
  clock: { now: () => Date.now() },
  outbox: () => ({ low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} }),
  writeToStore: async () => undefined,
  pbxs: [],
  ...more,
});

/** Runs one check as the self-test does. */
async function run(check: Check, more: Partial<CheckContext>): Promise<CheckResult> {
  const [result] = await selfTest(context(more), { signal: new AbortController().signal, checks: [check] });
  return CheckResult.parse(result);
}

function expectProblem(result: CheckResult, status: 'warning' | 'error', code: ErrorCode): void {
  expect([result.status, result.code]).toEqual([status, code]);
  expect(result.nextStep).toBe(catalogue[code].nextStep);
  expect(result.detail).toContain(catalogue[code].cause);
  expect(result.effect).toBeTruthy();
}

async function listening<S extends Server | HttpServer>(server: S) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: new URL(`https://localhost:${port}`),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface CloudOptions {
  certificate?: { certificate: string; key: string };
  upgrade?: number;
  dateOffsetMs?: number;
}

/** A cloud that answers on HTTPS; `upgrade` is the status that it gives to a WebSocket. */
async function cloud(options: CloudOptions = {}) {
  const { certificate, key } = options.certificate ?? (await pki.issue());
  const server = createHttpsServer({ cert: certificate, key }, (_request, response) => {
    if (options.dateOffsetMs !== undefined) {
      response.setHeader('date', new Date(Date.now() + options.dateOffsetMs).toUTCString());
    }
    response.end('{}');
  });
  server.on('upgrade', (_request, socket) => {
    const status = options.upgrade ?? 101;
    const more = status === 101 ? 'Upgrade: websocket\r\nConnection: Upgrade\r\n' : 'Content-Length: 0\r\n';
    socket.end(`HTTP/1.1 ${status} X\r\n${more}\r\n`);
  });
  return await listening(server);
}

/** Takes connections and never says a word. */
const silent = () => listening(createTcpServer((socket) => void socket.resume().on('error', () => undefined)));

/** A web proxy that lets everything through, or answers with a status. */
async function proxy(status = 200, login?: string) {
  const server = createHttpServer();
  server.on('connect', (request, socket) => {
    socket.on('error', () => undefined);
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    const refuse = wanted !== undefined && request.headers['proxy-authorization'] !== wanted ? 407 : status;
    if (refuse !== 200) return socket.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`);
    const [host, port] = (request.url ?? '').split(':');
    const out = connect(Number(port), host);
    out.on('error', () => socket.destroy());
    out.once('connect', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(out).pipe(socket);
    });
    return undefined;
  });
  const at = await listening(server);
  return Object.assign(at, { proxy: new URL(`http://${login ? `${login}@` : ''}127.0.0.1:${at.port}`) });
}

describe('everything in order', () => {
  test.each([
    ['dns', cloudDns],
    ['tcp', cloudTcp],
    ['tls', cloudTls],
    ['clock', cloudClock],
    ['websocket', cloudWebSocket],
  ])('%s is ok directly and through a proxy with a log-in', async (_name, check) => {
    await using at = await cloud();
    await using via = await proxy(200, 'user:pa%20ss'.replace('%20', '_'));
    expect(await run(check, { cloud: { url: at.url, trust } })).toMatchObject({ status: 'ok' });
    expect(await run(check, { cloud: { url: at.url, trust, proxy: via.proxy } })).toMatchObject({ status: 'ok' });
  });

  test('without a cloud the cloud’s checks are skipped, not failed', async () => {
    const results = await selfTest(context(), { signal: new AbortController().signal });
    expect(results.filter((result) => result.status === 'skipped').map((result) => result.id)).toEqual([
      'cloud.dns',
      'cloud.proxy',
      'cloud.tcp',
      'cloud.tls',
      'cloud.clock',
      'cloud.websocket',
      'identity.certificate',
    ]);
    expect(results.filter((result) => result.status === 'error')).toEqual([]);
  });
});

describe('the way to the cloud', () => {
  test('a name that does not exist', async () => {
    const url = new URL('https://no-such-host.invalid');
    expectProblem(await run(cloudDns, { cloud: { url } }), 'error', 'link.dns');
    expectProblem(await run(cloudTcp, { cloud: { url } }), 'error', 'link.dns');
  });

  test('a closed port', async () => {
    const url = new URL(`https://localhost:${await freePort()}`);
    expectProblem(await run(cloudTcp, { cloud: { url } }), 'error', 'link.unreachable');
  });

  test('a certificate of a foreign CA, as a firewall that opens TLS shows it', async () => {
    await using at = await cloud({ certificate: await foreign.issue() });
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'error', 'check.tls-untrusted');
  });

  test('a certificate that has expired', async () => {
    await using at = await cloud({ certificate: await pki.issue({ fromDays: -20, toDays: -2 }) });
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'error', 'check.tls-expired');
  });

  test('a certificate that is not valid yet', async () => {
    await using at = await cloud({ certificate: await pki.issue({ fromDays: 2 }) });
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'error', 'check.tls-expired');
  });

  test('a certificate for another name', async () => {
    await using at = await cloud({ certificate: await pki.issue({ names: ['elsewhere.example'] }) });
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'error', 'check.tls-name');
  });

  test('a certificate with few days left is a warning', async () => {
    await using at = await cloud({ certificate: await pki.issue({ toDays: 3 }) });
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'warning', 'check.tls-expiring');
  });

  test('a port that does not speak TLS', async () => {
    await using at = await listening(createTcpServer((socket) => void socket.resume().end('SSH-2.0-OpenSSH\r\n')));
    expectProblem(await run(cloudTls, { cloud: { url: at.url, trust } }), 'error', 'link.tls');
  });

  test.each([
    ['tls', cloudTls],
    ['clock', cloudClock],
    ['websocket', cloudWebSocket],
  ])('%s: a server that accepts and never answers ends with the time limit', async (_name, check) => {
    await using at = await silent();
    const result = await run({ ...check, limitMs: 200 }, { cloud: { url: at.url, trust } });
    expectProblem(result, 'error', 'link.unreachable');
    expect(result.durationMs).toBeLessThan(2000);
  });

  test('a proxy that wants a log-in, one that refuses, and one that is not there', async () => {
    await using at = await cloud();
    await using needs = await proxy(200, 'user:right');
    await using refuses = await proxy(403);
    const target = (p: URL) => ({ cloud: { url: at.url, trust, proxy: p } });
    const wrong = new URL(needs.proxy);
    wrong.password = 'wrong';
    const noted = await run(cloudProxy, target(wrong));
    expectProblem(noted, 'error', 'link.proxy-auth');
    expect(JSON.stringify(noted)).not.toContain('wrong');
    expectProblem(await run(cloudProxy, target(refuses.proxy)), 'error', 'link.proxy');
    const nobody = new URL(`http://127.0.0.1:${await freePort()}`);
    expectProblem(await run(cloudProxy, target(nobody)), 'error', 'link.unreachable');
  });

  test.each([
    ['two years behind', -730 * DAY_MS, 'error', 'behind'],
    ['ten minutes ahead', 600_000, 'error', 'ahead'],
    ['a minute ahead', 60_000, 'warning', 'ahead'],
  ] as const)('a clock that is %s', async (_name, offset, status, word) => {
    await using at = await cloud();
    const clock = { now: () => Date.now() + offset };
    const result = await run(cloudClock, { cloud: { url: at.url }, clock });
    expectProblem(result, status, 'check.clock');
    expect(result.detail).toContain(word);
  });

  test('a way that does not let the WebSocket through', async () => {
    await using at = await cloud({ upgrade: 502 });
    expectProblem(await run(cloudWebSocket, { cloud: { url: at.url, trust } }), 'error', 'check.websocket');
  });

  test('the cloud’s refusal of a gateway that is not enrolled yet is no fault', async () => {
    await using at = await cloud({ upgrade: 401 });
    expect(await run(cloudWebSocket, { cloud: { url: at.url, trust } })).toMatchObject({ status: 'skipped' });
    const identity = await pki.issue();
    const enrolled = { cloud: { url: at.url, trust }, identity };
    expectProblem(await run(cloudWebSocket, enrolled), 'error', 'check.websocket');
  });
});

describe('the gateway itself', () => {
  test('its certificate: enough days, few days, expired, damaged', async () => {
    const identity = await pki.issue({ toDays: 90 });
    const after = (days: number) => ({ identity, clock: { now: () => Date.now() + days * DAY_MS } });
    expect(await run(identityCertificate, after(0))).toMatchObject({ status: 'ok' });
    expectProblem(await run(identityCertificate, after(75)), 'warning', 'check.certificate-expiring');
    expectProblem(await run(identityCertificate, after(91)), 'error', 'identity.expired');
    // By a clock that is wrong nothing has expired; by one that cannot be compared, perhaps.
    await using at = await cloud();
    const reachable = { url: at.url, trust };
    expect(await run(identityCertificate, { ...after(91), cloud: reachable })).toMatchObject({ status: 'ok' });
    const unreachable = { url: new URL('https://127.0.0.1:1') };
    expectProblem(await run(identityCertificate, { ...after(91), cloud: unreachable }), 'warning', 'check.clock');
    const damaged = { identity: { certificate: 'nonsense', key: '' } };
    expect(await run(identityCertificate, damaged)).toMatchObject({ status: 'error' });
  });

  test('the disk: low, nearly full, not there', async () => {
    const all = Number.MAX_SAFE_INTEGER;
    expectProblem(await run(diskSpace, { disk: { warnBytes: all, errorBytes: 0 } }), 'warning', 'check.disk-low');
    expectProblem(await run(diskSpace, { disk: { warnBytes: all, errorBytes: all } }), 'error', 'check.disk-low');
    expectProblem(await run(diskSpace, { stateFolder: '/no/such/folder' }), 'error', 'config.unreadable');
  });

  test('a store or a state folder that takes no write', async () => {
    await using folder = await temporaryFolder('self-test');
    expect(await run(storeWritable, { stateFolder: folder.path })).toMatchObject({ status: 'ok' });
    const full = async () => {
      throw new DemarcError('store.full');
    };
    const refused = await run(storeWritable, { stateFolder: folder.path, writeToStore: full });
    expect([refused.status, refused.code]).toEqual(['error', 'store.full']);
    expectProblem(await run(storeWritable, { stateFolder: '/dev/null/below' }), 'error', 'config.unwritable');
  });

  test('records that wait for hours, and records that were dropped', async () => {
    const empty = { low: 1, next: 9, records: 8, bytes: 80, oldestAt: null, drops: {} };
    const old = { ...empty, oldestAt: new Date(Date.now() - 3 * 3_600_000).toISOString() };
    expectProblem(await run(outboxBacklog, { outbox: () => old }), 'warning', 'check.backlog');
    const lossy = { ...empty, drops: { 'bulk.bytes': 3 } };
    const result = await run(outboxBacklog, { outbox: () => lossy });
    expectProblem(result, 'warning', 'check.dropped');
    expect(result.detail).toContain('3 by bulk.bytes');
  });

  test('each PBX is a check of its own, with the words of its probe', async () => {
    const step = { id: 's', title: 'Log in', detail: 'refused', durationMs: 1 } as const;
    const error = new DemarcError('pbx.bad-credentials').toText();
    const pbxs = [
      { id: 'A', name: 'one', probe: async () => ({ ok: true, steps: [], version: '8.1', users: 12 }) },
      { id: 'B', name: 'two', probe: async () => ({ ok: false, steps: [], error }) },
      {
        id: 'C',
        name: 'three',
        probe: async () => ({ ok: true, steps: [{ ...step, status: 'warning' as const, nextStep: 'Look.' }] }),
      },
      { id: 'D', name: 'four', probe: () => Promise.reject(new DemarcError('pbx.unreachable', '192.0.2.1')) },
    ];
    const results = await selfTest(context({ pbxs }), { signal: new AbortController().signal, checks: [] });
    expect(results.map(({ id, status, code }) => [id, status, code])).toEqual([
      ['pbx.A', 'ok', undefined],
      ['pbx.B', 'error', 'pbx.bad-credentials'],
      ['pbx.C', 'warning', 'check.pbx'],
      ['pbx.D', 'error', 'pbx.unreachable'],
    ]);
    expect(results.map((result) => result.nextStep)).toEqual([
      undefined,
      catalogue['pbx.bad-credentials'].nextStep,
      'Look.',
      catalogue['pbx.unreachable'].nextStep,
    ]);
  });
});

describe('the run as a whole', () => {
  const make = (id: string, run: Check['run'], limitMs = 5000): Check => ({ id, title: id, effect: 'e', limitMs, run });

  test('one check that hangs and ignores its signal, and one that throws, spoil no other', async () => {
    const checks = [
      make('hangs', () => new Promise(() => undefined), 100),
      make('throws', () => Promise.reject(new TypeError('boom'))),
      make('fine', async () => ({ status: 'ok', detail: 'ok' })),
    ];
    const results = await selfTest(context(), { signal: new AbortController().signal, checks });
    expect(results.map(({ id, status, code }) => [id, status, code])).toEqual([
      ['hangs', 'error', 'check.timeout'],
      ['throws', 'error', 'internal'],
      ['fine', 'ok', undefined],
    ]);
  });

  test('the whole ends at the overall limit, whatever the checks allow themselves', async () => {
    const checks = [make('hangs', () => new Promise(() => undefined), 60_000)];
    const started = performance.now();
    const signal = new AbortController().signal;
    const [result] = await selfTest(context(), { signal, checks, overallLimitMs: 150 });
    expect(result?.code).toBe('check.timeout');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('results keep the order of the checks, and each is told as it ends', async () => {
    const later = (ms: number) => () =>
      new Promise<{ status: 'ok'; detail: string }>((resolve) => {
        setTimeout(() => resolve({ status: 'ok', detail: '' }), ms);
      });
    const told: string[] = [];
    const results = await selfTest(context(), {
      signal: new AbortController().signal,
      checks: [make('slow', later(80)), make('quick', later(1))],
      onResult: (result, done, total) => told.push(`${result.id} ${done}/${total}`),
    });
    expect(results.map((result) => result.id)).toEqual(['slow', 'quick']);
    expect(told).toEqual(['quick 1/2', 'slow 2/2']);
  });
});
