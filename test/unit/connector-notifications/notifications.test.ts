import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readChanges } from '#connector/api/change-feed.ts';
import { pruneNotificationMarks } from '#connector/notifications/prune.ts';
import type { Notification, UnreadNotifications } from '#contract/api/notifications.ts';
import type { Page } from '#contract/api.ts';
import {
  addAccount,
  addPartner,
  addSite,
  type Client,
  type Site,
  START,
  startApp,
  type TestApp,
} from '../connector-api/support.ts';

const DAY = 86_400_000;

let api: TestApp;
let partner: string;
let site: Site;
let ann: Client;
let bob: Client;

beforeAll(async () => {
  api = await startApp();
  partner = await addPartner(api.store);
  site = await addSite(api.store, await addAccount(api.store, partner));
  await addSite(api.store, await addAccount(api.store, await addPartner(api.store, 'Theirs'), 'Stranger'));
  ann = await api.signIn('Partner', partner, null);
  bob = await api.signIn('Account Admin', partner, site.account);
});
afterAll(() => api[Symbol.asyncDispose]());

const listOf = async (client: Client, query = '') => {
  const answer = await client.get(`/notifications${query}`);
  expect([answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, '']);
  return answer.json<Page<Notification>>();
};
const unread = async (client: Client) => (await client.get('/notifications/unread')).json<UnreadNotifications>().unread;

/** A command that ann has issued, in a state. */
async function moveTo(id: string, state: string, reason: object | null = null): Promise<void> {
  await api.store.write(({ db }) =>
    db
      .updateTable('command')
      .set({
        state,
        updated_at: new Date(api.clock.now()).toISOString(),
        reason: reason === null ? null : JSON.stringify(reason),
      })
      .where('id', '=', id)
      .execute(),
  );
}

describe('notifications', () => {
  test('hold the alerts of the accounts that one sees, and only the commands that one has issued oneself', async () => {
    const issued = await ann.send('POST', `/gateways/${site.gateway}/commands`, { name: 'gateway.self-test' });
    const { id } = issued.json<{ id: string }>();
    const mine = await listOf(ann);
    expect(mine.items.map((one) => [one.kind, one.id])).toEqual(
      expect.arrayContaining([
        ['command', id],
        ['alert', site.alert],
      ]),
    );
    expect(mine.total).toBe(2);
    expect((await listOf(bob)).items.map((one) => one.kind)).toEqual(['alert']);
    // What is in progress has nothing to tell yet; the alert has.
    expect(await unread(ann)).toBe(1);
  });

  test('tell of the end of a command, which is news again after everything was read', async () => {
    expect((await ann.send('POST', '/notifications/read', {})).statusCode).toBe(204);
    expect([await unread(ann), await unread(bob)]).toEqual([0, 1]);
    api.clock.time += 60_000;
    const [command] = (await listOf(ann, '?filter=kind:eq:command')).items;
    expect(command).toMatchObject({ state: 'In progress', read: true, name: 'gateway.self-test' });
    const reason = { code: 'adapter.login', message: 'LDAP 49: invalid credentials', nextStep: 'Correct it.' };
    await moveTo(command?.id ?? '', 'failed', reason);
    const [ended] = (await listOf(ann, '?filter=kind:eq:command')).items;
    // The message of the back end as it came (NTF-2).
    expect(ended).toMatchObject({ state: 'Failed', severity: 'error', read: false, reason });
    expect(await unread(ann)).toBe(1);
    expect((await ann.send('POST', '/notifications/read', { ids: [command?.id] })).statusCode).toBe(204);
    expect(await unread(ann)).toBe(0);
  });

  test('that one deletes are gone for oneself and for nobody else; what they tell of stays', async () => {
    expect((await ann.send('DELETE', `/notifications/${site.alert}`)).statusCode).toBe(204);
    expect((await ann.send('DELETE', `/notifications/${site.alert}`)).statusCode).toBe(404);
    expect((await listOf(ann)).items.some((one) => one.id === site.alert)).toBe(false);
    expect((await listOf(bob)).items.some((one) => one.id === site.alert)).toBe(true);
    expect((await ann.get(`/alerts/${site.alert}`)).statusCode).toBe(200);
  });

  test('of a foreign account are neither listed nor deleted', async () => {
    const stranger = await api.signIn('Partner', await addPartner(api.store, 'Third'), null);
    expect((await listOf(stranger)).total).toBe(0);
    expect((await stranger.send('DELETE', `/notifications/${site.alert}`)).statusCode).toBe(404);
    expect((await stranger.get(`/notifications?account=${site.account}`)).statusCode).toBe(404);
  });

  test('need no right of their own: who may see nothing has none', async () => {
    const user = await api.signIn('User', partner, site.account);
    expect((await listOf(user)).items).toEqual([]);
    expect(await unread(user)).toBe(0);
  });

  test('tell of an import that one has begun, and of its end', async () => {
    const job = {
      id: ulid(START),
      account_id: site.account,
      file_name: 'people.xlsx',
      state: 'open',
      may_assign: 0,
      applied: 0,
      wanted: 0,
      next_row: 3,
      person_id: ann.person,
      person_name: 'Ann',
      created_at: new Date(api.clock.now()).toISOString(),
      updated_at: new Date(api.clock.now()).toISOString(),
    };
    await api.store.db.insertInto('import_job').values(job).execute();
    const told = async (client: Client) => (await listOf(client, '?filter=kind:eq:import')).items;
    const set = (more: object) => api.store.db.updateTable('import_job').set(more).where('id', '=', job.id).execute();
    expect(await told(ann)).toEqual([]);
    await set({ state: 'applying', wanted: 2 });
    expect(await told(ann)).toMatchObject([{ name: 'people.xlsx', state: 'In progress', read: true, gateway: null }]);
    api.clock.time += 60_000;
    await set({ state: 'done', applied: 2, updated_at: new Date(api.clock.now()).toISOString() });
    expect(await told(ann)).toMatchObject([{ state: 'Done', read: false, users: { applied: 2, wanted: 2 } }]);
    expect(await told(bob)).toEqual([]);
    await set({ updated_at: new Date(START - 31 * DAY).toISOString() });
    expect(await told(ann)).toEqual([]);
  });

  test('that one has read are told to one’s own consoles only, whatever account they look at', async () => {
    const { last } = await readChanges(api.store.db, await actorOf(bob), 0, undefined).then(async (batch) => {
      let { last: at } = batch;
      for (let next = batch; next.full; at = next.last) {
        next = await readChanges(api.store.db, await actorOf(bob), at, undefined);
      }
      return { last: at };
    });
    await bob.send('POST', '/notifications/read', {});
    const told = async (client: Client, account?: string) =>
      (await readChanges(api.store.db, await actorOf(client), last, account)).changes.map(({ change }) => change.topic);
    expect(await told(bob, site.account)).toContain('notification');
    expect(await told(ann)).not.toContain('notification');
  });

  test('are forgotten after 30 days, but for alerts that are still open', async () => {
    api.clock.time = START + 40 * DAY;
    const carol = await api.signIn('Account Admin', partner, site.account);
    expect((await listOf(carol)).items.map((one) => [one.kind, one.state])).toEqual([['alert', 'Open']]);
    await pruneNotificationMarks(api.store, api.clock.now());
    const marks = await api.store.db.selectFrom('notification_mark').select('ref').orderBy('ref').distinct().execute();
    expect(marks.map(({ ref }) => ref)).toEqual(['', site.alert]);
    await api.store.write(({ db }) =>
      db
        .updateTable('alert')
        .set({ resolved_at: new Date(START).toISOString() })
        .where('id', '=', site.alert)
        .execute(),
    );
    expect((await listOf(carol)).total).toBe(0);
  });
});

async function actorOf(client: Client) {
  const grants = await api.store.db
    .selectFrom('membership')
    .selectAll()
    .where('person_id', '=', client.person)
    .execute();
  const role = grants[0]?.role === 'Partner' ? ('Partner' as const) : ('Account Admin' as const);
  const account = grants[0]?.account_id ?? null;
  return { id: client.person, name: 'x', email: 'x@example.com', partner, grants: [{ account, role }] };
}
