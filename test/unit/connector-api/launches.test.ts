import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import type { Page } from '#contract/api.ts';
import type { Launch } from '#contract/tunnels.ts';
import { addLaunch } from './rights-launches.ts';
import { addAccount, addPartner, addSite, START, startApp } from './support.ts';

test('launches are filtered, searched, sorted and paged as every list, and refuse what they do not know', async () => {
  await using api = await startApp();
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner);
  const [site, other] = [await addSite(api.store, account), await addSite(api.store, account)];
  for (const reason of ['beta', 'alpha', 'gamma']) await addLaunch(api.store, site, { id: ulid(START), reason });
  await addLaunch(api.store, other, { reason: 'elsewhere' });
  const client = await api.signIn('Account Admin', partner, account);
  const found = async (query: string) => {
    const page = (await client.get(`/launches?${query}`)).json<Page<Launch>>();
    return { ...page, items: page.items.map(({ reason }) => reason) };
  };
  const ours = `filter=gateway:eq:${site.gateway}`;
  expect(await found(`${ours}&sort=reason`)).toMatchObject({ items: ['alpha', 'beta', 'gamma'], total: 3 });
  expect(await found(`gateway=${site.gateway}&filter=reason:contains:mm`)).toMatchObject({
    items: ['gamma'],
    total: 1,
  });
  expect((await found('q=elsewhere+uma')).items).toEqual(['elsewhere']);
  expect((await found('filter=state:eq:ended')).items).toEqual([]);
  const first = await found(`${ours}&sort=-reason&limit=2`);
  expect(first.items).toEqual(['gamma', 'beta']);
  expect((await found(`${ours}&sort=-reason&limit=2&cursor=${first.nextCursor}`)).items).toEqual(['alpha']);
  expect((await client.get('/launches?sort=bytesUp')).json()).toMatchObject({ code: 'api.invalid', field: 'sort' });
});
