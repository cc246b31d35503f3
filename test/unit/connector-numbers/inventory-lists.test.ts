import { describe, expect, test } from 'vitest';
import type { Application, Platform } from '#contract/api.ts';
import { addAccount, addPartner, addSite, startApp } from '../connector-api/support.ts';

async function open() {
  const api = await startApp();
  const partner = await addPartner(api.store, 'Ours');
  const [first, second] = [
    await addAccount(api.store, partner, 'First'),
    await addAccount(api.store, partner, 'Second'),
  ];
  await addSite(api.store, first);
  await addSite(api.store, second);
  const client = await api.signIn('Partner', partner, null);
  return { api, client, first, second, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

describe('the inventory over all accounts', () => {
  test('is narrowed to one by a filter, and told with its portals', async () => {
    await using w = await open();
    const all = (await w.client.get('/platforms')).json<{ items: Platform[]; total: number }>();
    expect(all.total).toBe(2);
    expect(all.items[0]?.portals).toEqual([{ name: 'mivoice-5000', pbx: null }]);
    const one = await w.client.get(`/platforms?filter=account:eq:${w.first}`);
    expect(one.json<{ items: Platform[] }>().items.map(({ accountName }) => accountName)).toEqual(['First']);
    const found = await w.client.get('/applications?q=second');
    expect(found.json<{ items: Application[] }>().items.map(({ accountName }) => accountName)).toEqual(['Second']);
  });

  test('is filtered by type and licence, and exported with the same filter', async () => {
    await using w = await open();
    const total = async (filter: string) =>
      (await w.client.get(`/platforms?filter=${filter}`)).json<{ total: number }>().total;
    expect(await total('applicationType:eq:mivoice-5000')).toBe(2);
    expect(await total('applicationType:eq:micollab')).toBe(0);
    expect(await total('licenceType:eq:Perpetual')).toBe(2);
    expect(await total('licenceType:in:Subscription,Unlicensed')).toBe(0);
    const csv = (await w.client.get(`/platforms.csv?filter=account:eq:${w.second}`)).body.trim().split('\r\n');
    expect(csv).toHaveLength(2);
    expect(csv[1]).toContain('Second,srv-1');
    const applications = (await w.client.get(`/applications.csv?account=${w.first}`)).body.trim().split('\r\n');
    expect(applications[1]).toContain('First,srv-1,mivoice-5000');
  });
});
