import { describe, expect, test } from 'vitest';
import type { AccountAlertRules, AlertContact, AlertWebhook } from '#contract/alerts.ts';
import type { Page } from '#contract/api.ts';
import type { HistoryEvent } from '#contract/events.ts';
import { addAccount, addPartner, addSite, startApp } from '../connector-api/support.ts';

async function world() {
  const api = await startApp();
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner);
  const site = await addSite(api.store, account);
  return { ...api, partner, account, site, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

describe('the rules of an account', () => {
  test('are the defaults until they are changed, on the version that was read', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const path = `/accounts/${it.account}/alert-rules`;
    const read = (await client.get(path)).json<AccountAlertRules>();
    expect(read.rules['gateway-offline']).toEqual({ on: true, minutes: 15 });
    expect(read.rules['command-failed'].on).toBe(false);
    const rules = { ...read.rules, 'gateway-offline': { on: true, minutes: 30 } };
    const put = (etag?: string, body: object = rules) =>
      client.send('PUT', path, body, etag === undefined ? {} : { 'if-match': etag });
    expect((await put()).statusCode).toBe(428);
    const saved = await put(read.etag);
    expect(saved.json<AccountAlertRules>().rules['gateway-offline'].minutes).toBe(30);
    expect((await put(read.etag)).statusCode).toBe(412);
    expect((await put(String(saved.headers['etag']), { 'gateway-offline': { minutes: 0 } })).statusCode).toBe(400);
    const { items } = (await client.get('/events?filter=name:eq:alert-rules.changed')).json<Page<HistoryEvent>>();
    expect(items.map((event) => event.propertiesChanged)).toEqual([
      [{ property: 'gateway-offline', before: { on: true, minutes: 15 }, after: { on: true, minutes: 30 } }],
    ]);
  });
});

describe('a webhook', () => {
  test('shows its secret only in the answer that made it; no list, event or change of it holds one', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const url = 'https://hooks.example.com/with-a-key-0815';
    const made = await client.send('POST', '/alert-webhooks', { account: it.account, name: 'Chat', url });
    const { secret, id, etag } = made.json<AlertWebhook>();
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const again = await client.send('POST', `/alert-webhooks/${id}/secret`, undefined, { 'if-match': etag });
    const renewed = again.json<AlertWebhook>();
    expect(renewed.secret).toMatch(/^whsec_[\w-]{43}$/);
    expect(renewed.secret).not.toBe(secret);
    await client.send('PATCH', `/alert-webhooks/${id}`, { url: `${url}-new` }, { 'if-match': renewed.etag });
    const told = [
      (await client.get('/alert-webhooks')).body,
      (await client.get('/events')).body,
      JSON.stringify(await it.store.db.selectFrom('change').selectAll().execute()),
    ].join();
    expect(told).not.toContain('whsec_');
    expect((await client.get('/events')).body).not.toContain('0815');
  });

  test.each([
    ['http://example.com/', 'alert.webhook-address'],
    ['https://169.254.169.254/latest', 'alert.webhook-private'],
    ['https://localhost:8443/', 'alert.webhook-private'],
  ])('to %s is refused when it is made and when it is changed', async (url, code) => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const make = await client.send('POST', '/alert-webhooks', { account: it.account, name: 'Chat', url });
    const change = await client.send('PATCH', `/alert-webhooks/${it.site.webhook}`, { url }, { 'if-match': '"1"' });
    expect([make.json().code, change.json().code]).toEqual([code, code]);
  });
});

describe('a contact', () => {
  test('of the partner is for its people only, and stands with those of each account', async () => {
    await using it = await world();
    const partner = await it.signIn('Partner', it.partner, null);
    const admin = await it.signIn('Account Admin', it.partner, it.account);
    const contact = { account: null, name: 'Partner desk', email: 'desk@example.com' };
    expect((await admin.send('POST', '/alert-contacts', contact)).statusCode).toBe(404);
    const made = (await partner.send('POST', '/alert-contacts', contact)).json<AlertContact>();
    const names = async (client: typeof admin, query: string) =>
      (await client.get(`/alert-contacts${query}`)).json<Page<AlertContact>>().items.map(({ name }) => name);
    expect(await names(partner, `?account=${it.account}`)).toEqual(['Ops', 'Partner desk']);
    expect(await names(partner, '')).toEqual(['Ops', 'Partner desk']);
    expect(await names(admin, `?account=${it.account}`)).toEqual(['Ops']);
    expect(await names(admin, '')).toEqual(['Ops']);
    expect((await admin.send('DELETE', `/alert-contacts/${made.id}`)).statusCode).toBe(404);
  });

  test('that is switched off or deleted forgets what waits for it; a new address begins anew', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const { contact } = it.site;
    const at = new Date(it.clock.now()).toISOString();
    const waiting = { content: '{}', created_at: at, next_at: '2099-01-01T00:00:00.000Z', attempts: 3 };
    const put = (id: string) =>
      it.store.db
        .insertInto('alert_delivery')
        .values({ ...waiting, id, target_id: contact })
        .execute();
    const left = () => it.store.db.selectFrom('alert_delivery').select('next_at').execute();
    await put('d1');
    const edit = (body: object, etag: string) =>
      client.send('PATCH', `/alert-contacts/${contact}`, body, { 'if-match': etag });
    await edit({ email: 'new@example.com' }, '"1"');
    expect(await left()).toEqual([{ next_at: at }]);
    expect((await edit({ on: false }, '"1"')).statusCode).toBe(412);
    expect((await edit({ on: false }, '"2"')).json<AlertContact>()).toMatchObject({ on: false, waiting: 0 });
    expect(await left()).toEqual([]);
    await put('d2');
    expect((await client.send('DELETE', `/alert-contacts/${contact}`)).statusCode).toBe(204);
    expect(await left()).toEqual([]);
  });

  test('is tested at once, and the outcome stands at it with what to do', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const test = await client.send('POST', `/alert-contacts/${it.site.contact}/test`);
    expect(test.json()).toMatchObject({ delivered: false, reason: { code: 'alert.mail-not-set-up' } });
    const [row] = (await client.get('/alert-contacts')).json<Page<AlertContact>>().items;
    expect(row).toMatchObject({ failure: { code: 'alert.mail-not-set-up', nextStep: expect.any(String) } });
    expect((await client.get('/alert-delivery')).json()).toEqual({ mail: false, mailFrom: null });
  });

  test('is tested at most ten times a minute', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const codes: number[] = [];
    for (let n = 0; n < 11; n++) {
      codes.push((await client.send('POST', `/alert-contacts/${it.site.contact}/test`)).statusCode);
    }
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  });
});

describe('an alert', () => {
  test('is acknowledged once, by whom, and muted only into the future; both are in the history', async () => {
    await using it = await world();
    const client = await it.signIn('Partner', it.partner, null);
    const path = `/alerts/${it.site.alert}`;
    expect((await client.send('POST', `${path}/acknowledge`)).json()).toMatchObject({ acknowledgedBy: 'Ann Admin' });
    const other = await it.signIn('Account Admin', it.partner, it.account);
    expect((await other.send('POST', `${path}/acknowledge`)).json()).toMatchObject({ acknowledgedBy: 'Ann Admin' });
    const mute = (ms: number) =>
      client.send('POST', `${path}/mute`, { until: new Date(it.clock.now() + ms).toISOString() });
    expect((await mute(-1000)).json()).toMatchObject({ code: 'api.invalid', field: 'until' });
    expect((await mute(3_600_000)).statusCode).toBe(200);
    const { items } = (await client.get('/events?filter=asset:eq:Alert')).json<Page<HistoryEvent>>();
    expect(items.map(({ name }) => name).toSorted()).toEqual(['alert.acknowledged', 'alert.muted']);
  });

  test('is listed open before over, found by its gateway, and exported as it is shown', async () => {
    await using it = await world();
    const { alert } = it.site;
    const row = await it.store.db.selectFrom('alert').selectAll().where('id', '=', alert).executeTakeFirstOrThrow();
    const over = '2026-06-15T11:00:00.000Z';
    await it.store.db
      .insertInto('alert')
      .values({ ...row, id: it.site.run, opened_at: '2026-06-15T10:59:00.000Z', resolved_at: over })
      .execute();
    const client = await it.signIn('Support', it.partner, it.account);
    const states = async (query: string) =>
      (await client.get(`/alerts${query}`)).json<Page<{ state: string }>>().items.map(({ state }) => state);
    expect(await states('')).toEqual(['Open', 'Resolved']);
    expect(await states('?filter=state:eq:Resolved')).toEqual(['Resolved']);
    expect(await states('?q=head%20office&filter=rule:in:gateway-offline,disk-low')).toEqual(['Open', 'Resolved']);
    expect(await states('?filter=rule:eq:disk-low')).toEqual([]);
    const lines = (await client.get('/alerts.csv?filter=state:eq:Open')).body.trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('Gateway Head office is offline');
  });
});
