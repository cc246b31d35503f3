/** From what is stored of gateways to the messages in the queue, minute by minute. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { AlertMetrics } from '#connector/alerts/alert-metrics.ts';
import { enqueue, retryDelay, WAITING_LIMIT } from '#connector/alerts/deliveries.ts';
import { MailText } from '#connector/alerts/mail-text.ts';
import { AlertWatch } from '#connector/alerts/watch.ts';
import { Store } from '#connector/store/store.ts';
import { WebhookBody } from '#contract/alerts.ts';
import { addAccount, addPartner, addSite, type Site, TestClock } from '../connector-api/support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One account with sites, watched for a day already; the contact and the webhook of the first site are told. */
async function world(names: readonly string[], options: { language?: string; mail?: boolean } = {}) {
  const clock = new TestClock();
  const store = await Store.open({ path: ':memory:', clock });
  const account = await addAccount(store, await addPartner(store), 'Customer');
  const sites: Site[] = [];
  for (const name of names) {
    sites.push(await addSite(store, account, name));
    // Every site comes with a trunk of the same name, which an account has once.
    await store.db.deleteFrom('trunk').execute();
  }
  const at = (ms: number) => new Date(ms).toISOString();
  await store.db.deleteFrom('alert').execute();
  await store.db.updateTable('sync_run').set({ hold: null }).execute();
  await store.db
    .deleteFrom('alert_target')
    .where('id', 'not in', [sites[0]?.contact ?? '', sites[0]?.webhook ?? ''])
    .execute();
  await store.db
    .updateTable('alert_target')
    .set({ language: options.language ?? 'en' })
    .execute();
  const watchOf = () =>
    new AlertWatch({
      store,
      clock,
      log: pino({ level: 'silent' }),
      publicUrl: 'https://demarc.example',
      mail: options.mail ?? true,
      onNews: () => undefined,
    });
  let watch = watchOf();
  clock.time += 24 * HOUR;
  const set = (gateway: string, values: object) =>
    store.db.updateTable('gateway').set(values).where('id', '=', gateway).execute();
  const presence = (online: 0 | 1) => (site: Site) =>
    set(site.gateway, { online, presence_since: at(clock.time), section_at: at(clock.time) });
  const alive = () =>
    store.db
      .updateTable('gateway')
      .set({ section_at: at(clock.time) })
      .where('online', '=', 1)
      .execute();
  await alive();
  return {
    clock,
    store,
    account,
    sites,
    set,
    offline: presence(0),
    online: presence(1),
    async minutes(count: number) {
      for (let minute = 0; minute < count; minute++) {
        clock.time += MINUTE;
        await alive();
        await watch.round();
      }
    },
    restart() {
      watch = watchOf();
    },
    /** Takes what is in the queue, as if it were delivered. */
    async taken() {
      const rows = await store.db
        .selectFrom('alert_delivery')
        .innerJoin('alert_target', 'alert_target.id', 'alert_delivery.target_id')
        .select(['kind', 'content'])
        .orderBy('alert_delivery.id')
        .execute();
      await store.db.deleteFrom('alert_delivery').execute();
      const of = (kind: string) =>
        rows.filter((row) => row.kind === kind).map(({ content }) => JSON.parse(content) as unknown);
      return {
        mails: of('mail').map((one) => MailText.parse(one)),
        webhooks: of('webhook').map((one) => WebhookBody.parse(one)),
      };
    },
    alerts: () => store.db.selectFrom('alert').selectAll().orderBy('id').execute(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

describe('a gateway that goes away', () => {
  test('is one mail and one webhook, a reminder after a day, and one more when it is back for good', async () => {
    await using it = await world(['Graz']);
    const [site] = it.sites;
    if (site === undefined) throw new Error('no site');
    await it.minutes(5);
    expect((await it.taken()).mails).toEqual([]);
    await it.offline(site);
    await it.minutes(30);
    const first = await it.taken();
    expect(first.mails.map(({ subject }) => subject)).toEqual(['[Demarc] Gateway Graz is offline (Customer)']);
    expect(first.mails[0]?.text).toContain('https://demarc.example/alerts');
    expect(first.webhooks[0]).toMatchObject({
      kind: 'alerts',
      account: { id: it.account, name: 'Customer' },
      alerts: [{ event: 'opened', rule: 'gateway-offline', gateway: { id: site.gateway, name: 'Graz' } }],
      more: 0,
    });
    await it.minutes(24 * 60);
    expect((await it.taken()).mails.map(({ subject }) => subject)).toEqual([
      '[Demarc] Still open: Gateway Graz is offline (Customer)',
    ]);
    await it.online(site);
    await it.minutes(20);
    expect((await it.taken()).mails.map(({ subject }) => subject)).toEqual([
      '[Demarc] Resolved: Gateway Graz is offline (Customer)',
    ]);
    await it.minutes(60);
    expect((await it.taken()).mails).toEqual([]);
    expect(await it.alerts()).toHaveLength(1);
  }, 30_000);

  test('and comes back for a minute again and again is one alert and one mail', async () => {
    await using it = await world(['Graz']);
    const [site] = it.sites;
    if (site === undefined) throw new Error('no site');
    await it.offline(site);
    await it.minutes(20);
    for (let round = 0; round < 10; round++) {
      await it.online(site);
      await it.minutes(1);
      await it.offline(site);
      await it.minutes(1);
    }
    expect((await it.taken()).mails).toHaveLength(1);
    expect(await it.alerts()).toHaveLength(1);
  });

  test('together with a hundred others of the account is one mail that names fifty', async () => {
    await using it = await world(Array.from({ length: 100 }, (_, n) => `Site ${n}`));
    for (const [n, site] of it.sites.entries()) {
      if (n === 50) it.clock.time += MINUTE;
      await it.offline(site);
    }
    await it.minutes(25);
    const { mails, webhooks } = await it.taken();
    expect(mails.map(({ subject }) => subject)).toEqual(['[Demarc] 100 open (Customer)']);
    expect(mails[0]?.text).toContain('and 50 more');
    expect(webhooks.map(({ alerts, more }) => [alerts.length, more])).toEqual([[50, 50]]);
  }, 30_000);

  test('because the connector was away is nobody’s news: all come back in the grace', async () => {
    await using it = await world(['Graz', 'Linz']);
    await it.minutes(5);
    it.clock.time += HOUR;
    it.restart();
    for (const site of it.sites) await it.offline(site);
    await it.minutes(5);
    for (const site of it.sites) await it.online(site);
    await it.minutes(30);
    expect(await it.alerts()).toEqual([]);
  });
});

describe('nobody is told', () => {
  const cases: [string, (it: Awaited<ReturnType<typeof world>>, site: Site) => Promise<unknown>][] = [
    ['of a deactivated account', (it) => it.store.db.updateTable('account').set({ status: 'Deactivated' }).execute()],
    [
      'of a released gateway',
      (it, site) => it.set(site.gateway, { released_at: new Date(it.clock.time).toISOString() }),
    ],
    [
      'of an alert that is muted',
      (it) =>
        it.store.db
          .updateTable('alert')
          .set({ muted_until: new Date(it.clock.time + 48 * HOUR).toISOString() })
          .execute(),
    ],
    [
      'again of an alert that is acknowledged',
      (it) =>
        it.store.db
          .updateTable('alert')
          .set({ acknowledged_at: new Date(it.clock.time).toISOString() })
          .execute(),
    ],
  ];
  test.each(cases)(
    '%s',
    async (_name, change) => {
      await using it = await world(['Graz']);
      const [site] = it.sites;
      if (site === undefined) throw new Error('no site');
      await it.offline(site);
      await it.minutes(20);
      expect((await it.taken()).mails).toHaveLength(1);
      await change(it, site);
      await it.minutes(25 * 60);
      expect((await it.taken()).mails).toEqual([]);
    },
    30_000,
  );

  test('by mail while no mail server is set up; webhooks are', async () => {
    await using it = await world(['Graz'], { mail: false });
    for (const site of it.sites) await it.offline(site);
    await it.minutes(20);
    const { mails, webhooks } = await it.taken();
    expect([mails.length, webhooks.length]).toEqual([0, 1]);
  });

  test('before there is somebody; then at once', async () => {
    await using it = await world(['Graz']);
    await it.store.db.updateTable('alert_target').set({ enabled: 0 }).execute();
    for (const site of it.sites) await it.offline(site);
    await it.minutes(60);
    expect((await it.alerts())[0]).toMatchObject({ told_at: null, finished: 0 });
    await it.store.db.updateTable('alert_target').set({ enabled: 1 }).execute();
    await it.minutes(1);
    expect((await it.taken()).mails).toHaveLength(1);
  });
});

test('records that were lost before a gateway was watched are no news; new ones are', async () => {
  await using it = await world(['Graz']);
  const [site] = it.sites;
  if (site === undefined) throw new Error('no site');
  await it.set(site.gateway, { quarantined: 7 });
  await it.minutes(5);
  expect(await it.alerts()).toEqual([]);
  await it.set(site.gateway, { quarantined: 9 });
  await it.minutes(5);
  expect((await it.taken()).mails[0]?.text).toContain('lost records or sent some that could not be read (9 so far)');
  await it.minutes(70);
  expect((await it.taken()).mails[0]?.subject).toContain('Resolved');
});

test('a mail is written in the language of the contact, and a name cannot break its lines', async () => {
  await using it = await world(['Graz\r\nBcc: all@example.com'], { language: 'de' });
  for (const site of it.sites) await it.offline(site);
  await it.minutes(20);
  const [mail] = (await it.taken()).mails;
  expect(mail?.subject).toBe('[Demarc] Gateway Graz Bcc: all@example.com ist offline (Customer)');
  expect(mail?.text).toContain('Was zu tun ist: Strom und Internetzugang');
});

describe('the queue', () => {
  test('keeps the newest messages of a target and counts what it dropped', async () => {
    await using it = await world(['Graz']);
    const target = { id: it.sites[0]?.contact ?? '' };
    await it.store.write(async (work) => {
      for (let n = 0; n < WAITING_LIMIT + 5; n++) {
        await enqueue(work, target, { id: work.newId(), content: String(n) }, it.clock.time);
      }
    });
    const rows = await it.store.db.selectFrom('alert_delivery').select('content').orderBy('id').execute();
    expect([rows.length, rows[0]?.content]).toEqual([WAITING_LIMIT, '5']);
    const { dropped } = await it.store.db
      .selectFrom('alert_target')
      .select('dropped')
      .where('id', '=', target.id)
      .executeTakeFirstOrThrow();
    expect(dropped).toBe(5);
  });

  test('waits twice as long after each failure, from half a minute to half an hour, spread by a fifth', () => {
    const delays = [1, 2, 3, 7, 50].map((attempts) => retryDelay(attempts, () => 0.5));
    expect(delays).toEqual([30_000, 60_000, 120_000, 1_800_000, 1_800_000]);
    expect([retryDelay(1, () => 0), retryDelay(1, () => 1)]).toEqual([24_000, 36_000]);
  });
});

test('metrics count open alerts by rule', async () => {
  await using it = await world(['Graz', 'Linz']);
  const registry = new Registry();
  const metrics = new AlertMetrics(registry, it.store);
  metrics.delivered('mail', 'failed');
  for (const site of it.sites) await it.offline(site);
  await it.minutes(20);
  const text = await registry.metrics();
  expect(text).toContain('demarc_alerts_open{rule="gateway-offline"} 2');
  expect(text).toContain('demarc_alerts_open{rule="disk-low"} 0');
  expect(text).toContain('demarc_alert_deliveries_total{channel="mail",outcome="failed"} 1');
  expect(text).toContain('demarc_alert_deliveries_waiting 2');
});
