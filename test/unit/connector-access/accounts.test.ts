/** The information page of an account: what is entered, what is only shown, and that there is always a contact. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectorSettings } from '#config/connector-settings.ts';
import type { Account } from '#contract/api.ts';
import { addAccount, addPartner, addSite, startApp, type TestApp } from '../connector-api/support.ts';

let api: TestApp;
beforeAll(async () => {
  api = await startApp({ cloudLocation: 'Frankfurt' });
});
afterAll(() => api[Symbol.asyncDispose]());

test('particulars are kept, empty ones are nothing, and each change is in the history', async () => {
  const owner = await api.signIn('Partner', await addPartner(api.store), null);
  const given = { name: 'Bank', country: 'ch', city: 'Zürich', province: '  ', businessType: 'Finance' };
  const made = (await owner.send('POST', '/accounts', given)).json<Account>();
  expect(made).toMatchObject({ country: 'CH', city: 'Zürich', province: null, businessType: 'Finance', pbxTypes: [] });
  const edit = { city: '', address1: 'Bahnhofstrasse 1' };
  const changed = await owner.send('PATCH', `/accounts/${made.id}`, edit, { 'if-match': made.etag });
  expect(changed.json()).toMatchObject({ city: null, address1: 'Bahnhofstrasse 1' });
  expect((await owner.get(`/events?account=${made.id}`)).body).toContain('"property":"address1"');
  const bad = await owner.send('PATCH', `/accounts/${made.id}`, { businessType: 'Piracy' }, { 'if-match': '"2"' });
  expect(bad.statusCode).toBe(400);
});

test('what is only shown cannot be sent', async () => {
  const partner = await addPartner(api.store);
  const owner = await api.signIn('Partner', partner, null);
  const account = await addAccount(api.store, partner);
  for (const name of ['billingNumber', 'cloudLocation', 'pbxTypes', 'id']) {
    const answer = await owner.send('PATCH', `/accounts/${account}`, { [name]: 'X' }, { 'if-match': '"1"' });
    expect([name, answer.statusCode]).toEqual([name, 400]);
  }
  expect((await owner.get(`/accounts/${account}`)).json()).toMatchObject({ cloudLocation: 'Frankfurt' });
  expect(connectorSettings({ DEMARC_CLOUD_LOCATION: 'EU' }).cloudLocation).toBe('EU');
});

test('the type of PBX comes with the first PBX', async () => {
  const partner = await addPartner(api.store);
  const owner = await api.signIn('Partner', partner, null);
  const account = await addAccount(api.store, partner);
  expect((await owner.get(`/accounts/${account}`)).json()).toMatchObject({ pbxTypes: [] });
  await addSite(api.store, account);
  await addSite(api.store, account, 'Second');
  expect((await owner.get(`/accounts/${account}`)).json()).toMatchObject({ pbxTypes: ['mivoice-5000'] });
});

test('there is always a support contact: who is named, else whoever creates the account', async () => {
  const owner = await api.signIn('Partner', await addPartner(api.store), null);
  const contacts = async (body: object) => {
    const { id } = (await owner.send('POST', '/accounts', { name: 'New', country: 'DE', ...body })).json<Account>();
    const { items } = (await owner.get(`/alert-contacts?account=${id}`)).json<{ items: { name: string }[] }>();
    return items.map(({ name }) => name);
  };
  expect(await contacts({})).toEqual(['Ann Admin']);
  expect(await contacts({ supportContacts: [] })).toEqual(['Ann Admin']);
  expect(await contacts({ supportContacts: [{ name: 'Ops', email: 'ops@example.com' }] })).toEqual(['Ops']);
  const bad = { name: 'New', country: 'DE', supportContacts: [{ name: 'Ops', email: 'nobody' }] };
  expect((await owner.send('POST', '/accounts', bad)).statusCode).toBe(400);
});
