import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneEvents } from '#connector/events/prune.ts';
import { recordEvent } from '#connector/history/record-event.ts';
import type { EventChoices } from '#contract/api/events.ts';
import type { Page } from '#contract/api.ts';
import type { HistoryEvent } from '#contract/events.ts';
import { addAccount, addPartner, type Client, START, startApp, type TestApp } from './support.ts';

const DAY = 86_400_000;

let api: TestApp;
let account: string;
let client: Client;
const ann = { id: ulid(START), name: 'Ann', kind: 'person' } as const;
const site = { id: ulid(START), name: 'Vienna', kind: 'gateway' } as const;

beforeAll(async () => {
  api = await startApp();
  const partner = await addPartner(api.store);
  account = await addAccount(api.store, partner);
  client = await api.signIn('Partner', partner, account);
  const phone = { asset: 'Phone', type: 'MiVB', action: 'Edit', name: 'phone.changed' } as const;
  await api.store.write(async (work) => {
    for (const n of [0, 1, 2]) {
      const event = { ...phone, account, assetId: `phone-${n}`, message: 'Phone changed', actor: ann };
      await recordEvent(work, { ...event, tags: n === 0 ? ['night-shift'] : [] }, api.clock);
    }
    const user = { asset: 'PBX User Profile', assetId: 'u1', type: 'MiVB', action: 'Delete' } as const;
    await recordEvent(work, { ...user, account, name: 'user.gone', message: 'Gone', actor: site }, api.clock);
    const tenant = { asset: 'Tenant', assetId: 't1', type: 'Service Delivery', action: 'Create' } as const;
    await recordEvent(work, { ...tenant, account, name: 'tenant.made', message: 'Made', actor: ann }, api.clock);
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const choices = async (...filters: string[]) => {
  const query = filters.map((filter) => `&filter=${encodeURIComponent(filter)}`).join('');
  const answer = await client.get(`/events/choices?account=${account}${query}`);
  expect(answer.statusCode).toBe(200);
  return answer.json<EventChoices>();
};
const words = (list: EventChoices['asset']) => list.map(({ value, count }) => `${value} ${count}`);

describe('the choices of the filters', () => {
  test('are those of which there are events, with how many, the most frequent first', async () => {
    const all = await choices();
    expect(words(all.asset)).toEqual(['Phone 3', 'PBX User Profile 1', 'Tenant 1']);
    expect(words(all.type)).toEqual(['MiVB 4', 'Service Delivery 1']);
    expect(all.actorId).toEqual([
      { value: ann.id, label: 'Ann', count: 4 },
      { value: site.id, label: 'Vienna', count: 1 },
    ]);
  });

  test('shrink to what goes together with the others, but never within their own field', async () => {
    const phones = await choices('asset:eq:Phone');
    expect(words(phones.type)).toEqual(['MiVB 3']);
    expect(words(phones.action)).toEqual(['Edit 3']);
    expect(words(phones.asset)).toHaveLength(3);
    const made = await choices('type:in:MiVB', `actorId:eq:${site.id}`);
    expect([words(made.asset), words(made.action)]).toEqual([['PBX User Profile 1'], ['Delete 1']]);
    expect(words((await choices('at:ge:2030-01-01T00:00:00.000Z')).asset)).toEqual([]);
  });

  test('refuse a filter that is none', async () => {
    expect((await client.get(`/events/choices?account=${account}&filter=nonsense:eq:1`)).statusCode).toBe(400);
  });
});

test('a search finds an event by its tag and by the id of what it is about', async () => {
  const found = async (q: string) =>
    (await client.get(`/events?account=${account}&q=${q}`)).json<Page<HistoryEvent>>().items.map((one) => one.assetId);
  expect(await found('night-shift')).toEqual(['phone-0']);
  expect(await found('phone-2')).toEqual(['phone-2']);
});

test('the history is kept for 400 days', async () => {
  await pruneEvents(api.store, START + 400 * DAY);
  const count = async () => (await api.store.db.selectFrom('event').select('id').execute()).length;
  expect(await count()).toBe(5);
  await pruneEvents(api.store, START + 400 * DAY + 1);
  expect(await count()).toBe(0);
});
