import { describe, expect, it } from 'vitest';
import type { Account, ErrorBody, Page } from '#contract/api.ts';
import { addAccount, addPartner, addPerson, addSite, startApp, type TestApp } from './support.ts';

async function world(api: TestApp) {
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner, 'Customer');
  const site = await addSite(api.store, account);
  return { partner, account, site, ada: await api.signIn('Partner', partner, null) };
}

const codeOf = (answer: { json(): unknown }) => (answer.json() as ErrorBody).code;
const LOGIN = { email: 'cora@customer.example', password: 'a long enough password' };

describe('a deactivated account', () => {
  it('needs the typed word, is one event however often, and comes back by its own word', async () => {
    await using api = await startApp();
    const { account, ada } = await world(api);
    const post = (word: string, confirm: string) => ada.send('POST', `/accounts/${account}/${word}`, { confirm });
    expect((await post('deactivate', 'delete')).statusCode).toBe(400);
    expect((await post('deactivate', 'deactivate')).json()).toMatchObject({ status: 'Deactivated' });
    await post('deactivate', 'deactivate');
    expect((await post('reactivate', 'reactivate')).json<Account>()).toMatchObject({ status: 'Active' });
    const events = await api.store.db.selectFrom('event').select('name').where('account_id', '=', account).execute();
    expect(events.map(({ name }) => name)).toEqual(['account.deactivated', 'account.reactivated']);
  });

  it('can be looked at by the partner and not changed, not even deleted (ACC-18)', async () => {
    await using api = await startApp();
    const { account, site, ada } = await world(api);
    await ada.send('POST', `/accounts/${account}/deactivate`, { confirm: 'deactivate' });
    expect((await ada.get(`/accounts/${account}`)).statusCode).toBe(200);
    expect((await ada.get(`/gateways/${site.gateway}`)).statusCode).toBe(200);
    const changes = [
      ada.send('PATCH', `/accounts/${account}`, { name: 'New' }, { 'if-match': '"2"' }),
      ada.send('DELETE', `/accounts/${account}?confirm=delete`),
      ada.send('DELETE', `/gateways/${site.gateway}`),
      ada.send('POST', `/gateways/${site.gateway}/commands`, { name: 'gateway.reboot' }),
      ada.send('POST', '/provisioning-tokens', { account }),
      ada.send('POST', '/enrolments/MNPQRTWX/confirm', { account }),
      ada.send('POST', `/sync-runs/${site.run}/decision`, { action: 'keep' }),
    ];
    for (const answer of await Promise.all(changes)) {
      expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'account.deactivated']);
    }
  });

  it('locks its people out at once and lets them in again afterwards; who belongs elsewhere, too, stays in', async () => {
    await using api = await startApp();
    const { partner, account, ada } = await world(api);
    const admin = await api.signIn('Account Admin', partner, account);
    const other = await addAccount(api.store, partner, 'Other');
    const both = await api.signIn('Account Admin', partner, account);
    await api.store.write(({ db }) =>
      db
        .insertInto('membership')
        .values({ id: 'm2', person_id: both.person, account_id: other, role: 'Account Admin' })
        .execute(),
    );
    await addPerson(api.store, { partner, account, role: 'Account Admin', ...LOGIN });
    const signIn = () => api.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload: LOGIN });
    expect((await signIn()).statusCode).toBe(200);

    await ada.send('POST', `/accounts/${account}/deactivate`, { confirm: 'deactivate' });
    expect((await admin.get('/accounts')).statusCode).toBe(401);
    const refused = await signIn();
    expect([refused.statusCode, codeOf(refused)]).toEqual([403, 'account.switched-off']);
    const seen = (await both.get('/accounts')).json<Page<Account>>();
    expect(seen.items.map(({ id }) => id)).toEqual([other]);

    await ada.send('POST', `/accounts/${account}/reactivate`, { confirm: 'reactivate' });
    expect((await signIn()).statusCode).toBe(200);
    expect((await admin.get('/accounts')).statusCode).toBe(200);
  });
});

describe('a deleted account', () => {
  it('is gone with every row of it in every table, and another one keeps all of its own', async () => {
    await using api = await startApp();
    const { partner, account, site, ada } = await world(api);
    const other = await addSite(api.store, await addAccount(api.store, partner, 'Other'));
    const admin = await api.signIn('Account Admin', partner, account);
    expect((await ada.send('DELETE', `/accounts/${account}?confirm=yes`)).statusCode).toBe(400);
    expect((await admin.send('DELETE', `/accounts/${account}?confirm=delete`)).statusCode).toBe(403);
    expect((await ada.send('DELETE', `/accounts/${account}?confirm=delete`)).statusCode).toBe(204);
    expect(api.enrolments.calls).toContainEqual(['disconnect', site.gateway, 'its account was deleted']);

    const tables = await api.store.db.introspection.getTables();
    const left: string[] = [];
    for (const { name, columns } of tables) {
      if (!columns.some((column) => column.name === 'account_id')) continue;
      const rows = await api.store.db
        .selectFrom(name as 'gateway')
        .select('account_id')
        .where('account_id', '=', account)
        .execute();
      if (rows.length > 0) left.push(name);
    }
    expect(left).toEqual(['gateway_farewell']);
    expect((await ada.get(`/accounts/${account}`)).statusCode).toBe(404);
    expect((await admin.get('/accounts')).statusCode).toBe(401);
    for (const path of [`/gateways/${other.gateway}`, `/users/${other.user}`, `/sync-runs/${other.run}`]) {
      expect((await ada.get(path)).statusCode).toBe(200);
    }
    const events = await api.store.db
      .selectFrom('event')
      .select(['name', 'message'])
      .where('asset_id', '=', account)
      .execute();
    expect(events).toMatchObject([{ name: 'account.deleted', message: expect.stringContaining('Customer') }]);
  });
});
