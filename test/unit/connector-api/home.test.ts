import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Home } from '#contract/api/home.ts';
import { addAccount, addPartner, addSite, type Site, START, startApp, type TestApp } from './support.ts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

let api: TestApp;
let partner: string;
let first: Site;
let second: Site;

beforeAll(async () => {
  api = await startApp();
  partner = await addPartner(api.store);
  first = await addSite(api.store, await addAccount(api.store, partner, 'First'), 'Vienna');
  second = await addSite(api.store, await addAccount(api.store, partner, 'Second'), 'Graz');
  await addSite(api.store, await addAccount(api.store, await addPartner(api.store, 'Theirs'), 'Stranger'), 'Foreign');
  await api.store.write(async ({ db }) => {
    const away = { online: 0, presence_since: iso(START - 5 * HOUR), presence_reason: 'connection lost' };
    await db.updateTable('gateway').set(away).where('id', '=', second.gateway).execute();
    const ends = iso(START + 5 * 24 * HOUR);
    await db.updateTable('gateway').set({ certificate_expires_at: ends }).where('id', '=', first.gateway).execute();
    // An old failure is no news after a later success; a new one is.
    const run = {
      ...(await db.selectFrom('sync_run').selectAll().where('id', '=', second.run).executeTakeFirstOrThrow()),
    };
    const later = (minutes: number, outcome: string) => {
      const started_at = iso(START + minutes * 60_000);
      return { ...run, id: ulid(START), outcome, hold: null, started_at, finished_at: started_at };
    };
    await db
      .insertInto('sync_run')
      .values([later(1, 'Failed'), later(2, 'Successful')])
      .execute();
    const ofFirst = { account_id: first.account, gateway_id: first.gateway, pbx_id: first.pbx };
    await db
      .insertInto('sync_run')
      .values({ ...later(3, 'Failed'), ...ofFirst })
      .execute();
    const document = JSON.stringify({
      end: 'far-end',
      host: 'sip.example.net',
      port: 5061,
      transport: 'tls',
      state: 'down',
      since: iso(START - HOUR),
      reachable: null,
      accepted: null,
      registered: null,
      callProven: null,
      last: { at: iso(START), status: 503, reason: 'Busy', roundTripMs: 3, failure: null, detail: null },
      lastFailure: null,
      certificateExpiresAt: null,
    });
    const end = { account_id: first.account, gateway_id: first.gateway, state: 'down', since: iso(START - HOUR) };
    await db
      .insertInto('trunk_health')
      .values({ trunk_id: first.trunk, end: 'far-end', ...end, document, told_at: iso(START) })
      .execute();
  });
});
afterAll(() => api[Symbol.asyncDispose]());

test('a partner sees all accounts at once: figures, and what needs a person in the order of who comes first', async () => {
  const client = await api.signIn('Partner', partner, null);
  const home = (await client.get('/home')).json<Home>();
  expect(home.gateways).toMatchObject({ offlineSince: iso(START - 5 * HOUR), certificates: 1 });
  expect(home.gateways?.byPresence).toMatchObject({ Online: 1, Offline: 1, Stale: 0 });
  expect(home.syncs).toEqual({ held: 2, failed: 1 });
  expect(home.trunks).toEqual({ total: 2, down: 1 });
  expect(home.inventory).toMatchObject({ platforms: 2, applications: 2, swa: { 'Expiring soon': 2 } });
  const kinds = home.matters.map(({ kind }) => kind);
  expect(kinds.slice(0, 4)).toEqual(['sync-held', 'sync-held', 'gateway-offline', 'trunk-down']);
  expect(kinds.filter((kind) => kind === 'sync-failed')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'swa-expiring')).toHaveLength(2);
  expect(home.matters.find(({ kind }) => kind === 'trunk-down')).toMatchObject({
    id: first.trunk,
    accountName: 'First',
    message: 'sip.example.net:5061, 503 Busy',
    at: iso(START - HOUR),
  });
  expect(home.more).toBe(0);
  expect(JSON.stringify(home)).not.toContain('Foreign');
});

test('one account is one account, for who has only that and for who chooses it', async () => {
  const admin = await api.signIn('Account Admin', partner, second.account);
  const own = (await admin.get('/home')).json<Home>();
  expect(own.gateways?.byPresence).toMatchObject({ Online: 0, Offline: 1 });
  expect(own.trunks).toEqual({ total: 1, down: 0 });
  expect(own.matters.every(({ account }) => account === second.account)).toBe(true);
  const owner = await api.signIn('Partner', partner, null);
  expect((await owner.get(`/home?account=${second.account}`)).json()).toEqual(own);
  expect((await admin.get(`/home?account=${first.account}`)).statusCode).toBe(404);
});

test('each part is shown to who may see it; without any right there is an empty page, not a refusal', async () => {
  const user = await api.signIn('User', partner, first.account);
  const nothing = { gateways: null, syncs: null, trunks: null, inventory: null, alerts: null, matters: [], more: 0 };
  expect((await user.get('/home')).json()).toEqual(nothing);
  expect((await user.get(`/home?account=${first.account}`)).json()).toEqual(nothing);
});
