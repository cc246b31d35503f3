/** The lines of the walk over routes about numbers, locations and integrations. */
import type { Store } from '#connector/store/store.ts';
import type { Permission } from '#contract/access.ts';
import { type Client, type Site, START } from './support.ts';

const at = new Date(START).toISOString();

/** A range, a number and a location of the site; one id serves all three, for each has a table of its own. */
export async function addNumbers(store: Store, site: Site): Promise<void> {
  const common = { id: site.trunk, account_id: site.account, updated_at: at, revision: 1 };
  const entry = { ...common, pbx_id: site.pbx, source: 'Console', location_id: null };
  await store.write(async ({ db }) => {
    const ends = { lower_end: '7000', upper_end: '7099' };
    await db
      .insertInto('extension_range')
      .values({ ...entry, ...ends })
      .execute();
    await db
      .insertInto('did')
      .values({ ...entry, ...ends, number: '7000', number_to: '7099', target: null, target_to: null })
      .execute();
    await db.insertInto('integration').values({ account_id: site.account, kind: 'mx-one', added_at: at }).execute();
    await db
      .insertInto('location')
      .values({ ...common, name: 'Seeded', name_lc: 'seeded', city_lc: '', address: '{}' })
      .execute();
  });
}

const match = { 'if-match': '"1"' };
const view = 'integrations:view';
const block = ({ account, pbx }: Site) => ({ account, pbx, lower: '8000', upper: '8099' });
const number = ({ account, pbx }: Site) => ({ account, pbx, number: '8000' });
const place = { name: 'Placed', address: {}, gateways: [] };

export const aboutNumbers: {
  name: string;
  permission: Permission;
  call: (client: Client, site: Site) => Promise<{ statusCode: number }>;
}[] = [
  ...[
    'extension-ranges',
    'extension-ranges.csv',
    'dids',
    'dids.csv',
    'locations',
    'locations.csv',
    'number-sources',
    'integrations',
  ].map((list) => ({
    name: `GET ${list} of an account`,
    permission: view as Permission,
    call: (c: Client, s: Site) => c.get(`/${list}?account=${s.account}`),
  })),
  ...['platforms.csv', 'applications.csv'].map((list) => ({
    name: `GET ${list} of an account`,
    permission: 'inventory:view' as Permission,
    call: (c: Client, s: Site) => c.get(`/${list}?account=${s.account}`),
  })),
  { name: 'GET extension range', permission: view, call: (c, s) => c.get(`/extension-ranges/${s.trunk}`) },
  { name: 'GET DID', permission: view, call: (c, s) => c.get(`/dids/${s.trunk}`) },
  { name: 'GET location', permission: view, call: (c, s) => c.get(`/locations/${s.trunk}`) },
  { name: 'GET next free', permission: view, call: (c, s) => c.get(`/extension-ranges/next-free?pbx=${s.pbx}`) },
  {
    name: 'POST extension range',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/extension-ranges', block(s)),
  },
  { name: 'POST DID', permission: 'integrations:add', call: (c, s) => c.send('POST', '/dids', number(s)) },
  {
    name: 'POST locations',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/locations', { account: s.account, names: ['New'] }),
  },
  {
    name: 'PATCH extension range',
    permission: 'integrations:edit',
    call: (c, s) => c.send('PATCH', `/extension-ranges/${s.trunk}`, { upper: '7050' }, match),
  },
  {
    name: 'PATCH DID',
    permission: 'integrations:edit',
    call: (c, s) => c.send('PATCH', `/dids/${s.trunk}`, { target: '1' }, match),
  },
  {
    name: 'PUT location',
    permission: 'integrations:edit',
    call: (c, s) => c.send('PUT', `/locations/${s.trunk}`, place, match),
  },
  {
    name: 'DELETE extension range',
    permission: 'integrations:delete',
    call: (c, s) => c.send('DELETE', `/extension-ranges/${s.trunk}`),
  },
  { name: 'DELETE DID', permission: 'integrations:delete', call: (c, s) => c.send('DELETE', `/dids/${s.trunk}`) },
  {
    name: 'DELETE location',
    permission: 'integrations:delete',
    call: (c, s) => c.send('DELETE', `/locations/${s.trunk}`),
  },
  {
    name: 'POST integration',
    permission: 'integrations:add',
    call: (c, s) => c.send('POST', '/integrations', { account: s.account, kind: 'webhooks' }),
  },
  {
    name: 'PUT switch of an integration',
    permission: 'integrations:edit',
    call: (c, s) => c.send('PUT', `/integrations/${s.pbx}/switch`, { on: false }),
  },
  {
    name: 'DELETE integration',
    permission: 'integrations:delete',
    call: (c, s) => c.send('DELETE', `/integrations?account=${s.account}&kind=mx-one`),
  },
];
