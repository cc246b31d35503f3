import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HistoryEvent } from '#contract/api.ts';
import type { LaunchIssued, LaunchRedeemed, Tunnel } from '#contract/tunnels.ts';
import { peakMiB, resetPeak, residentMiB } from '#test/bench/process-memory.ts';
import { type AdminSite, startAdminSite } from '#test/support/admin-site.ts';
import { until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';

let site: Site;
let admin: AdminSite;
let tunnel = '';
let ca = '';

beforeAll(async () => {
  site = await startSite({ users: 10 });
  admin = await startAdminSite();
  await site.enrol();
  await site.addDirectory();
  tunnel = `${site.pbxs.directory}.web`;
  ca = await readFile(site.connector.caFile, 'utf8');
});
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

const local = <T>(method: string, path: string, body?: unknown) => site.daemon.call<T>(method, path, body);
const launch = () =>
  site.api.send('POST', '/api/v1/launches', { gateway: site.gateway, tunnel, reason: 'ticket 4711' });

/** What a PBX takes as a backup; DEMARC_UPLOAD_MIB for a try by hand with more. */
const UPLOAD_MIB = Number(process.env['DEMARC_UPLOAD_MIB'] ?? 128);
const MIB = 1024 * 1024;

/** Sends so many MiB as fast as they are taken. */
async function upload(host: string, cookie: string, mib: number) {
  const hash = createHash('sha256');
  const answer = Promise.withResolvers<{ status: number; body: string }>();
  const headers = { host, cookie, origin: `https://${host}`, 'content-length': mib * MIB };
  const servername = host.replace(/:\d+$/, '');
  const to = { host: '127.0.0.1', port: site.connector.port, servername, ca, agent: false as const };
  const sent = request({ ...to, method: 'POST', path: '/upload', headers }, (message) => {
    let body = '';
    message.on('data', (chunk: Buffer) => (body += chunk.toString()));
    message.once('end', () => answer.resolve({ status: message.statusCode ?? 0, body }));
  });
  sent.once('error', answer.reject);
  const piece = randomBytes(MIB);
  for (let at = 0; at < mib; at += 1) {
    piece.writeUInt32BE(at);
    hash.update(piece);
    if (!sent.write(Buffer.from(piece))) await once(sent, 'drain');
  }
  sent.end();
  return { ...(await answer.promise), sha256: hash.digest('hex') };
}

/** The process that serves the tunnels of this site's gateway. */
async function tunnelProcess(): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes('tunnel') && line.includes(site.daemon.state)) return Number(pid);
  }
  throw new Error('the site has no tunnel process');
}

async function tunnels(): Promise<Tunnel[]> {
  return (await site.api.get<{ items: Tunnel[] }>(`/api/v1/tunnels?gateway=${site.gateway}`)).items;
}

/** What the browser does behind the link. */
async function open(issued: LaunchIssued): Promise<{ host: string; cookie: string; start: unknown }> {
  const token = new URL(issued.url).hash.slice(1);
  const { host, ticket } = await site.api.post<LaunchRedeemed>('/api/v1/launches/redeem', { token });
  const answer = await ask(host, '/.demarc/enter', { method: 'POST', body: JSON.stringify({ ticket }) });
  expect(answer.status).toBe(204);
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return { host, cookie, start: answer.headers['demarc-start'] };
}

function ask(
  host: string,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: site.connector.port,
        path,
        method: init.method ?? 'GET',
        // Judged by the connector's CA: its certificate must be good for every session's name.
        servername: host.replace(/:\d+$/, ''),
        ca,
        agent: false,
        headers: { host, ...init.headers },
      },
      (answer) => {
        let body = '';
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
        answer.once('error', reject);
      },
    );
    sent.once('error', reject);
    sent.end(init.body);
  });
}

describe('remote access to the admin page of a PBX', () => {
  test('nothing can be launched until the customer has started the tunnel; the cloud may not do it for him', async () => {
    const other = await site.api.send('POST', '/api/v1/launches', {
      gateway: site.gateway,
      tunnel: 'another.web',
      reason: 'ticket 4711',
    });
    const silent = await site.api.send('POST', '/api/v1/launches', { gateway: site.gateway, tunnel, reason: ' ' });
    expect(silent).toMatchObject({ status: 400, body: { code: 'api.invalid', field: 'reason' } });
    expect(other).toMatchObject({ status: 404, body: { code: 'tunnel.unknown-service' } });
    const change = { host: '127.0.0.1', port: admin.port, scheme: 'https' };
    await local('PATCH', `/api/tunnels/${tunnel}`, change);
    await until('the cloud knows it', 10_000, async () => (await tunnels()).some(({ id }) => id === tunnel));
    expect(await launch()).toMatchObject({ status: 409, body: { code: 'tunnel.stopped' } });
    const refused = await site.command('tunnel.start', { tunnel });
    expect(refused).toMatchObject({ state: 'failed', reason: { code: 'tunnel.local-only' } });
    expect(await site.command('tunnel.stop', { tunnel })).toMatchObject({ reason: { code: 'tunnel.local-only' } });
    await local('PATCH', `/api/tunnels/${tunnel}`, { cloudMayStart: true });
    expect(await site.command('tunnel.start', { tunnel })).toMatchObject({ state: 'succeeded' });
    await until('started', 10_000, async () =>
      (await tunnels()).some((row) => row.id === tunnel && row.status === 'started'),
    );
  });

  test('a launch leads to the page; the session survives a restart of the daemon; both sides have it on record', async () => {
    const answer = await launch();
    expect(answer).toMatchObject({ status: 201, body: { launch: { state: 'waiting', reason: 'ticket 4711' } } });
    const issued = answer.body as LaunchIssued;
    const { host, cookie } = await open(issued);
    const page = await ask(host, '/', { headers: { cookie } });
    expect(page).toMatchObject({ status: 302, headers: { location: '/login' } });
    await until('the cloud shows the certificate', 10_000, async () =>
      (await tunnels()).some((row) => row.id === tunnel && row.certificate !== undefined),
    );
    await site.daemon.stop('SIGKILL');
    expect(await ask(host, '/login', { headers: { cookie } })).toMatchObject({ status: 200 });
    await site.daemon.start();
    await site.online();
    expect(await ask(host, '/login', { headers: { cookie } })).toMatchObject({ status: 200 });
    const { sessions } = await local<{ sessions: { session: string; who: string }[] }>('GET', '/api/tunnels');
    expect(sessions).toMatchObject([{ session: issued.launch.id, who: 'Demo Admin', reason: 'ticket 4711' }]);
    await site.api.post(`/api/v1/launches/${issued.launch.id}/end`);
    expect(await ask(host, '/', { headers: { cookie } })).toMatchObject({ status: 410 });
    await until('the customer’s record has the end', 5000, async () => {
      const record = await readFile(join(site.daemon.state, 'tunnel-sessions.ndjson'), 'utf8');
      return record.includes(issued.launch.id) && record.includes('"ended":"ended"');
    });
    const { items } = await site.api.get<{ items: { path: string }[] }>(
      `/api/v1/launches/${issued.launch.id}/requests`,
    );
    expect(items.map(({ path }) => path)).toEqual(['/', '/login', '/login']);
    const events = await site.api.get<{ items: HistoryEvent[] }>(`/api/v1/events?account=${site.account.id}&limit=50`);
    const names = new Set(events.items.map(({ name }) => name));
    for (const name of ['launch.issued', 'launch.opened', 'launch.ended', 'launch.admitted'])
      expect(names).toContain(name);
    expect(admin.complaints).toEqual([]);
  });

  test('a large upload arrives whole, and neither end keeps it in memory', async () => {
    const { host, cookie } = await open((await launch()).body as LaunchIssued);
    const form = { cookie, origin: `https://${host}`, 'content-type': 'application/x-www-form-urlencoded' };
    const login = await ask(host, '/login', { method: 'POST', headers: form, body: `password=${admin.password}` });
    const sid = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect(sid).toMatch(/^sid=/);
    const pids = [site.connector.pid, await tunnelProcess()];
    const before = await Promise.all(pids.map(residentMiB));
    await Promise.all(pids.map(resetPeak));
    const began = performance.now();
    const sent = await upload(host, `${cookie}; ${sid}`, UPLOAD_MIB);
    const seconds = (performance.now() - began) / 1000;
    expect(sent).toMatchObject({ status: 200, body: `${UPLOAD_MIB * MIB} bytes` });
    expect(admin.uploads.at(-1)).toEqual({ bytes: UPLOAD_MIB * MIB, sha256: sent.sha256 });
    const peaks = await Promise.all(pids.map(peakMiB));
    const grown = peaks.map((peak, at) => Math.round(peak - (before[at] ?? 0)));
    console.log(`${UPLOAD_MIB} MiB in ${seconds.toFixed(1)} s; grown by ${grown.join(' and ')} MiB`);
    // Windows of HTTP/2 and TLS, and what the collector has not yet collected; not the file.
    for (const more of grown) expect(more).toBeLessThan(100);
  }, 300_000);

  test('the customer’s switch cuts a session within a second, while the cloud is down too, and no launch gets by it', async () => {
    const { host, cookie } = await open((await launch()).body as LaunchIssued);
    await ask(host, '/login', { headers: { cookie } });
    await local('POST', '/api/tunnels/off');
    const { sessions } = await local<{ sessions: unknown[] }>('GET', '/api/tunnels');
    expect(sessions).toEqual([]);
    const cut = await ask(host, '/login', { headers: { cookie, accept: 'text/html' } });
    expect(cut).toMatchObject({ status: 403, headers: { 'demarc-error': 'tunnel.off' } });
    expect(cut.body).toContain('<h1>');
    await until('the cloud knows', 10_000, async () => (await tunnels())[0]?.off === true);
    expect(await launch()).toMatchObject({ status: 403, body: { code: 'tunnel.off' } });
    await site.daemon.stop();
    await site.daemon.start();
    await site.online();
    expect((await site.command('tunnel.start', { tunnel })).state).toBe('succeeded');
    expect(await launch()).toMatchObject({ status: 403, body: { code: 'tunnel.off' } });
    await local('POST', '/api/tunnels/on', { confirm: 'yes' });
    await until('on again', 10_000, async () => (await tunnels())[0]?.off === false);
  });

  test('a changed certificate closes the way and raises an alarm, until it is accepted at the site', async () => {
    await admin.renewCertificate();
    const { host, cookie } = await open((await launch()).body as LaunchIssued);
    const refused = await ask(host, '/login', { headers: { cookie } });
    expect(refused).toMatchObject({ status: 502, headers: { 'demarc-error': 'tunnel.upstream-certificate' } });
    await until('alarm', 10_000, async () => (await site.events('tunnel.certificate-changed')) > 0);
    const table = await local<{ tunnels: { id: string; otherCertificate?: string }[] }>('GET', '/api/tunnels');
    const certificate = table.tunnels.find(({ id }) => id === tunnel)?.otherCertificate;
    await local('POST', `/api/tunnels/${tunnel}/certificate`, { certificate });
    expect(await ask(host, '/login', { headers: { cookie } })).toMatchObject({ status: 200 });
  });

  test('the server manager of a platform is opened where its pages are', async () => {
    await site.addExports();
    const manager = `${site.pbxs.exports}.manager`;
    const change = { host: '127.0.0.1', port: admin.port, scheme: 'https', cloudMayStart: true };
    await local('PATCH', `/api/tunnels/${manager}`, change);
    await until('the cloud knows it', 10_000, async () => (await tunnels()).some(({ id }) => id === manager));
    expect(await site.command('tunnel.start', { tunnel: manager })).toMatchObject({ state: 'succeeded' });
    await until('started', 10_000, async () =>
      (await tunnels()).some((row) => row.id === manager && row.status === 'started'),
    );
    const body = { gateway: site.gateway, tunnel: manager, reason: 'ticket 4712' };
    const { start, host, cookie } = await open(await site.api.post<LaunchIssued>('/api/v1/launches', body));
    expect(start).toBe('/server-manager');
    expect((await ask(host, '/server-manager', { headers: { cookie } })).status).not.toBe(502);
  });

  test('a connector that was killed has no session any more, and says so; the next launch works', async () => {
    const { host, cookie } = await open((await launch()).body as LaunchIssued);
    await site.connector.stop('SIGKILL');
    await site.connector.start();
    expect(await ask(host, '/login', { headers: { cookie } })).toMatchObject({ status: 404 });
    await site.online();
    const again = await open((await launch()).body as LaunchIssued);
    expect(await ask(again.host, '/login', { headers: { cookie: again.cookie } })).toMatchObject({ status: 200 });
    await writeFile(join(site.daemon.state, 'tunnels-off'), '');
  });
});
