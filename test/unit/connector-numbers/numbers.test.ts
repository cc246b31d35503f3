import { describe, expect, test } from 'vitest';
import { Did, ExtensionRange } from '#contract/api/numbers.ts';
import {
  addAccount,
  addPartner,
  addSite,
  type Client,
  type Site,
  startApp,
  type TestApp,
} from '../connector-api/support.ts';

async function open(): Promise<{ api: TestApp; site: Site; client: Client } & AsyncDisposable> {
  const api = await startApp();
  const partner = await addPartner(api.store, 'Ours');
  const account = await addAccount(api.store, partner, 'Customer');
  const site = await addSite(api.store, account);
  const client = await api.signIn('Account Admin', partner, account);
  return { api, site, client, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

const range = (site: Site, lower: string, upper: string) => ({ account: site.account, pbx: site.pbx, lower, upper });
const did = (site: Site, number: string, more: object = {}) => ({
  account: site.account,
  pbx: site.pbx,
  number,
  ...more,
});

describe('extension ranges', () => {
  test('are made, listed, changed with If-Match, and deleted', async () => {
    await using w = await open();
    const made = await w.client.send('POST', '/extension-ranges', range(w.site, '0100', '0199'));
    expect(made.statusCode).toBe(201);
    const { id, etag } = ExtensionRange.parse(made.json());
    expect(made.json()).toMatchObject({ lower: '0100', upper: '0199', size: 100, source: 'Console', conflicts: [] });
    const path = `/extension-ranges/${id}`;
    expect((await w.client.send('PATCH', path, { upper: '0149' })).statusCode).toBe(428);
    const changed = await w.client.send('PATCH', path, { upper: '0149' }, { 'if-match': etag });
    expect(changed.json()).toMatchObject({ upper: '0149', etag: '"2"' });
    expect((await w.client.send('PATCH', path, { upper: '0150' }, { 'if-match': etag })).json()).toMatchObject({
      code: 'api.stale',
    });
    expect((await w.client.send('DELETE', path)).statusCode).toBe(204);
    expect((await w.client.get('/extension-ranges')).json()).toMatchObject({ total: 0 });
  });

  test.each([
    ['0100', '099', 'upper'],
    ['0200', '0100', 'upper'],
    ['1000000', '1999999', 'upper'],
  ])('from %s to %s are refused with the field', async (lower, upper, field) => {
    await using w = await open();
    const answer = await w.client.send('POST', '/extension-ranges', range(w.site, lower, upper));
    expect(answer.json()).toMatchObject({ code: 'api.invalid', field });
  });

  test('of one PBX never overlap; zeros in front make other numbers', async () => {
    await using w = await open();
    await w.client.send('POST', '/extension-ranges', range(w.site, '2000', '2999'));
    const over = await w.client.send('POST', '/extension-ranges', range(w.site, '2500', '3500'));
    expect(over.statusCode).toBe(409);
    expect(over.json()).toMatchObject({ code: 'numbers.overlap', message: expect.stringContaining('2000 – 2999') });
    expect((await w.client.send('POST', '/extension-ranges', range(w.site, '02000', '02999'))).statusCode).toBe(201);
    expect((await w.client.send('POST', '/extension-ranges', range(w.site, '3000', '3999'))).statusCode).toBe(201);
  });

  test('of two PBXs of the account may overlap, and both say so', async () => {
    await using w = await open();
    const second = await addSite(w.api.store, w.site.account, 'Second');
    await w.client.send('POST', '/extension-ranges', range(w.site, '2000', '2999'));
    await w.client.send('POST', '/extension-ranges', range(second, '2900', '3100'));
    const { items } = (await w.client.get('/extension-ranges')).json<{ items: ExtensionRange[] }>();
    expect(items.map(({ conflicts }) => conflicts.map(({ from }) => from))).toEqual([['2900'], ['2000']]);
    const found = (await w.client.get('/extension-ranges?filter=conflict:eq:no')).json<{ total: number }>();
    expect(found.total).toBe(0);
  });

  test('offer the next free number, past users and destinations', async () => {
    await using w = await open();
    await w.client.send('POST', '/extension-ranges', range(w.site, '0100', '0103'));
    await w.api.store.db
      .updateTable('directory_user')
      .set({ extension: '0100' })
      .where('id', '=', w.site.user)
      .execute();
    await w.client.send('POST', '/dids', did(w.site, '+43512990101', { target: '0101' }));
    const next = (await w.client.get(`/extension-ranges/next-free?pbx=${w.site.pbx}`)).json();
    expect(next).toEqual({ number: '0102', lower: '0100', upper: '0103' });
  });
});

describe('direct-dial numbers', () => {
  test('are single or ranges, and show the user that they lead to', async () => {
    await using w = await open();
    await w.api.store.db.updateTable('directory_user').set({ extension: '01' }).where('id', '=', w.site.user).execute();
    await w.client.send('POST', '/dids', did(w.site, '+43 512 99 01', { target: '01' }));
    await w.client.send('POST', '/dids', did(w.site, '+43512 9910', { numberTo: '+435129919', target: '10' }));
    const { items } = (await w.client.get('/dids')).json<{ items: Did[] }>();
    expect(items).toMatchObject([
      { number: '+435129901', numberTo: null, type: 'Single', target: '01', targetName: expect.any(String) },
      { number: '+435129910', numberTo: '+435129919', type: 'Range', target: '10', targetName: null },
    ]);
    const searched = (
      await w.client.get(`/dids?q=${encodeURIComponent(String(items[0]?.targetName).slice(0, 4))}`)
    ).json();
    expect(searched).toMatchObject({ total: 1 });
    const ranges = (await w.client.get('/dids?filter=type:eq:Range&sort=-number')).json();
    expect(ranges).toMatchObject({ total: 1 });
    expect((await w.client.get('/dids.csv')).body).toContain("'+435129901,,01,,");
  });

  test('of a MiVoice 5000 are those of its users, and belong to the PBX', async () => {
    await using w = await open();
    await w.api.store.db.updateTable('pbx').set({ type: 'mivoice-5000' }).where('id', '=', w.site.pbx).execute();
    await w.api.store.db
      .updateTable('directory_user')
      .set({ work_phone: '+33142685300', extension: '300' })
      .where('id', '=', w.site.user)
      .execute();
    const { items } = (await w.client.get('/dids')).json<{ items: Did[] }>();
    expect(items).toMatchObject([{ id: w.site.user, number: '+33142685300', target: '300', source: 'Users' }]);
    const gone = await w.client.send('DELETE', `/dids/${w.site.user}`);
    expect(gone.statusCode).toBe(404);
  });

  test('that the PBX tells are the PBX’s: only their location can be set here', async () => {
    await using w = await open();
    const made = Did.parse((await w.client.send('POST', '/dids', did(w.site, '4400'))).json());
    await w.api.store.db.updateTable('did').set({ source: 'PBX' }).execute();
    const places = await w.client.send('POST', '/locations', { account: w.site.account, names: ['Attic'] });
    const location = places.json<{ items: { id: string }[] }>().items[0]?.id;
    const path = `/dids/${made.id}`;
    const match = { 'if-match': made.etag };
    expect((await w.client.send('PATCH', path, { target: '1' }, match)).json()).toMatchObject({
      code: 'numbers.from-pbx',
    });
    expect((await w.client.send('DELETE', path)).json()).toMatchObject({ code: 'numbers.from-pbx' });
    expect((await w.client.send('PATCH', path, { location }, match)).json()).toMatchObject({
      location: { name: 'Attic' },
    });
  });

  test('take no PBX and no location of another account', async () => {
    await using w = await open();
    const other = await addSite(
      w.api.store,
      await addAccount(w.api.store, await addPartner(w.api.store, 'T'), 'Stranger'),
    );
    const foreign = await w.client.send('POST', '/dids', { ...did(w.site, '4400'), pbx: other.pbx });
    expect(foreign.json()).toMatchObject({ code: 'api.invalid', field: 'pbx' });
    const nowhere = await w.client.send('POST', '/dids', did(w.site, '4400', { location: other.pbx }));
    expect(nowhere.json()).toMatchObject({ code: 'api.invalid', field: 'location' });
  });
});

describe('locations', () => {
  const create = (w: { client: Client; site: Site }, ...names: string[]) =>
    w.client.send('POST', '/locations', { account: w.site.account, names });

  test('are made all or none', async () => {
    await using w = await open();
    expect((await create(w, 'Attic', 'Cellar')).statusCode).toBe(201);
    const taken = await create(w, 'Garden', 'CELLAR');
    expect(taken.json()).toMatchObject({ code: 'location.name-taken', message: expect.stringContaining('CELLAR') });
    expect((await w.client.get('/locations')).json()).toMatchObject({ total: 2 });
  });

  test('in use cannot be deleted, and say by what', async () => {
    await using w = await open();
    const { id, etag } = (await create(w, 'Attic')).json<{ items: { id: string; etag: string }[] }>().items[0] ?? {
      id: '',
      etag: '',
    };
    const address = { street: 'Main Street 1', city: 'Innsbruck', country: 'AT' };
    const edit = { name: 'Attic', address, gateways: [w.site.gateway] };
    const placed = await w.client.send('PUT', `/locations/${id}`, edit, { 'if-match': etag });
    expect(placed.json()).toMatchObject({ address: { city: 'Innsbruck' }, gateways: [{ id: w.site.gateway }] });
    const refused = await w.client.send('DELETE', `/locations/${id}`);
    expect(refused.json()).toMatchObject({ code: 'location.in-use', message: expect.stringContaining('1 gateway') });
    const stale = await w.client.send('PUT', `/locations/${id}`, edit, { 'if-match': etag });
    expect(stale.json()).toMatchObject({ code: 'api.stale' });
    await w.client.send('PUT', `/locations/${id}`, { ...edit, gateways: [] }, { 'if-match': '"2"' });
    expect((await w.client.send('DELETE', `/locations/${id}`)).statusCode).toBe(204);
  });

  test('a gateway stands at one of them', async () => {
    await using w = await open();
    const items = (await create(w, 'Attic', 'Cellar')).json<{ items: { id: string; name: string }[] }>().items;
    for (const { id, name } of items) {
      const edit = { name, address: {}, gateways: [w.site.gateway] };
      expect((await w.client.send('PUT', `/locations/${id}`, edit, { 'if-match': '"1"' })).statusCode).toBe(200);
    }
    const listed = (await w.client.get('/locations')).json<{ items: { gateways: unknown[] }[] }>().items;
    expect(listed.map(({ gateways }) => gateways.length)).toEqual([0, 1]);
  });
});
