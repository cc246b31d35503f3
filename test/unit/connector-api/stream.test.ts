import { createConnection } from 'node:net';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Retention } from '#connector/retention/retention.ts';
import { Change } from '#contract/api.ts';
import { until } from '#test/support/program.ts';
import { addAccount, addPartner, type Client, startApp, type TestApp } from './support.ts';

interface Seen {
  id: number;
  change: Change;
}

/** A console's connection over a real socket; `seen` grows as events arrive. */
interface Follower extends AsyncDisposable {
  seen: Seen[];
  status: number;
  headers: Headers;
  ended: Promise<void>;
}

async function follow(address: string, client: Client, query = '', lastEventId?: number): Promise<Follower> {
  const controller = new AbortController();
  const headers: Record<string, string> = { cookie: `__Host-demarc=${client.cookie}` };
  if (lastEventId !== undefined) headers['last-event-id'] = String(lastEventId);
  const response = await fetch(`${address}/api/v1/stream${query}`, { headers, signal: controller.signal });
  const seen: Seen[] = [];
  const read = async () => {
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      rest += chunk;
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const id = /^id: (\d+)$/m.exec(event)?.[1];
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) seen.push({ id: Number(id), change: Change.parse(JSON.parse(data)) });
      }
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
  return {
    seen,
    status: response.status,
    headers: response.headers,
    ended,
    async [Symbol.asyncDispose]() {
      controller.abort();
      await ended;
    },
  };
}

const change = (api: TestApp, given: Partial<Change> & { account: string | null; partner?: string }) =>
  api.store.write(async (unit) => unit.changed({ topic: 'gateway', ref: null, ...given }));

async function world(api: TestApp) {
  const partner = await addPartner(api.store);
  const other = await addPartner(api.store);
  return {
    partner,
    other,
    account: await addAccount(api.store, partner),
    sibling: await addAccount(api.store, partner),
    foreign: await addAccount(api.store, other),
    address: await api.app.listen({ host: '127.0.0.1', port: 0 }),
  };
}

describe('the live stream', () => {
  test('tells each console what it may see, in the order of the commits, and nothing else', async () => {
    await using api = await startApp();
    const { partner, other, account, sibling, foreign, address } = await world(api);
    const owner = await api.signIn('Partner', partner, null);
    const support = await api.signIn('Support', partner, account);
    const nobody = await api.signIn('User', partner, account);
    await using all = await follow(address, owner);
    await using one = await follow(address, support);
    await using filtered = await follow(address, owner, `?account=${sibling}`);
    await using none = await follow(address, nobody);
    expect(all.headers.get('content-type')).toBe('text/event-stream');
    expect(all.headers.get('content-security-policy')).toContain("default-src 'self'");
    await change(api, { account: foreign, ref: 'foreign' });
    await change(api, { account, ref: 'a', row: { n: 1 } });
    await change(api, { account: null, partner, topic: 'event', ref: 'partner' });
    await change(api, { account: null, partner: other, topic: 'event', ref: 'other partner' });
    await change(api, { account: null, topic: 'enrolment', ref: 'of nobody' });
    await change(api, { account: sibling, ref: 'b' });
    await until('all changes arrived', 5000, () => all.seen.length >= 3 && filtered.seen.length >= 1);
    expect(all.seen.map((seen) => seen.change.ref)).toEqual(['a', 'partner', 'b']);
    expect(all.seen[0]?.change).toEqual({ topic: 'gateway', account, ref: 'a', row: { n: 1 } });
    expect(one.seen.map((seen) => seen.change.ref)).toEqual(['a']);
    expect(filtered.seen.map((seen) => seen.change.ref)).toEqual(['b']);
    expect(none.seen).toEqual([]);
  });

  test('is taken up after the last number seen, with nothing missed and nothing twice', async () => {
    await using api = await startApp();
    const { partner, account, address } = await world(api);
    const owner = await api.signIn('Partner', partner, null);
    for (let n = 0; n < 450; n += 1) await change(api, { account, ref: `r${n}` });
    const first = (
      await api.store.db.selectFrom('change').select('id').orderBy('id').limit(1).executeTakeFirstOrThrow()
    ).id;
    await using resumed = await follow(address, owner, '', first + 99);
    await change(api, { account, ref: 'live' });
    await until('the rest arrived', 5000, () => resumed.seen.length >= 351);
    const refs = resumed.seen.map((seen) => seen.change.ref);
    expect(refs).toEqual([...Array.from({ length: 350 }, (_, n) => `r${n + 100}`), 'live']);
    const ids = resumed.seen.map((seen) => seen.id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });

  test.each(['longer away than changes are kept', 'from a store that was made anew'])(
    'a client %s reads all lists again',
    async (reason) => {
      await using api = await startApp();
      const { partner, account, address } = await world(api);
      const owner = await api.signIn('Partner', partner, null);
      for (let n = 0; n < 3; n += 1) await change(api, { account, ref: 'old' });
      api.clock.time += 49 * 3_600_000;
      await new Retention({ ...api, log: pino({ level: 'silent' }) }).run();
      await change(api, { account, ref: 'new' });
      const back = await api.signIn('Partner', partner, null);
      expect(
        (await api.app.inject({ url: '/api/v1/me', headers: { cookie: `__Host-demarc=${owner.cookie}` } })).statusCode,
      ).toBe(401);
      await using resumed = await follow(address, back, '', reason.startsWith('longer') ? 1 : 999_999);
      await until('the reset arrived', 5000, () => resumed.seen.length >= 8);
      expect(resumed.seen.map((seen) => seen.change.topic).sort()).toEqual(Change.shape.topic.options.toSorted());
      expect(resumed.seen.every((seen) => seen.change.row === undefined && seen.change.ref === null)).toBe(true);
    },
  );

  test('ends with the session, and obeys a right that was taken away at once', async () => {
    await using api = await startApp();
    const { partner, account, address } = await world(api);
    const client = await api.signIn('Support', partner, account);
    await using stream = await follow(address, client);
    await change(api, { account, ref: 'before' });
    await until('the first arrived', 5000, () => stream.seen.length === 1);
    await api.store.write(({ db }) =>
      db.updateTable('membership').set({ role: 'User' }).where('person_id', '=', client.person).execute(),
    );
    await change(api, { account, ref: 'hidden' });
    await client.send('POST', '/auth/logout');
    await stream.ended;
    expect(stream.seen.map((seen) => seen.change.ref)).toEqual(['before']);
  });

  test('refuses who is not signed in, another tenant’s account, and too many streams of one session', async () => {
    await using api = await startApp();
    const { partner, foreign, address } = await world(api);
    const client = await api.signIn('Partner', partner, null);
    expect((await fetch(`${address}/api/v1/stream`)).status).toBe(401);
    expect((await client.get(`/stream?account=${foreign}`)).statusCode).toBe(404);
    await using streams = new AsyncDisposableStack();
    for (let n = 0; n < 20; n += 1) streams.use(await follow(address, client));
    expect((await client.get('/stream')).statusCode).toBe(429);
  });

  test('keeps no backlog for a reader that takes nothing', async () => {
    await using api = await startApp();
    const { partner, account, address } = await world(api);
    const client = await api.signIn('Partner', partner, null);
    const { port } = new URL(address);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nCookie: __Host-demarc=${client.cookie}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    const before = process.memoryUsage();
    await api.store.write(async (unit) => {
      for (let n = 0; n < 2000; n += 1)
        unit.changed({ topic: 'gateway', account, ref: `r${n}`, row: 'x'.repeat(20_000) });
    });
    await using reader = await follow(address, client);
    await change(api, { account, ref: 'for the other' });
    await until('the other reader is served', 5000, () => reader.seen.length === 1);
    const after = process.memoryUsage();
    // 40 MB were announced; what may wait is the socket's own buffers and one batch on its way.
    expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(15_000_000);
    socket.destroy();
  });
});
