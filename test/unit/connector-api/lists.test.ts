import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountsList } from '#connector/lists/accounts.ts';
import { commandsList } from '#connector/lists/commands.ts';
import { eventsList } from '#connector/lists/events.ts';
import { gatewaysList } from '#connector/lists/gateways.ts';
import { InvalidField } from '#connector/lists/invalid-field.ts';
import { applicationsList, platformsList } from '#connector/lists/inventory.ts';
import { type ListResource, readList } from '#connector/lists/list.ts';
import { heldUsersList, syncRunsList } from '#connector/lists/sync-runs.ts';
import { type UserRow, usersList } from '#connector/lists/users.ts';
import { presenceOf } from '#connector/presence/presence.ts';
import { Irregularity } from '#contract/words.ts';
import {
  addAccount,
  addPartner,
  addSite,
  addUsers,
  type Client,
  type Site,
  START,
  startApp,
  type TestApp,
} from './support.ts';

interface Listed {
  items: { id: string; name: string; email?: string; extension?: string; irregularities: string[] }[];
  nextCursor: string | null;
  total: number;
}

let api: TestApp;
let site: Site;
let client: Client;

beforeAll(async () => {
  api = await startApp();
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner);
  site = await addSite(api.store, account);
  await addUsers(api.store, site, [
    { name: 'Ana 50% Off', email: 'ana@x.fr', extension: '0100' },
    { name: 'Ana_Under', email: 'ANA2@x.fr', extension: '100', irregular: 2 },
    { name: 'Åsa Öberg', irregular: 1 },
    { name: 'back\\slash', extension: '7', irregular: 8 },
    { name: "O'Brien; drop table person--", email: 'ob@x.fr', irregular: 9 },
    ...Array.from({ length: 30 }, () => ({ name: 'Same Name', email: 'same@x.fr' })),
  ]);
  client = await api.signIn('Partner', partner, account);
});
afterAll(() => api[Symbol.asyncDispose]());

const list = async (query: string): Promise<Listed> => {
  const answer = await client.get(`/users?account=${site.account}&${query}`);
  expect([query, answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([query, 200, '']);
  return answer.json<Listed>();
};
const names = async (query: string) => (await list(query)).items.map((item) => item.name);
const filter = (text: string) => `filter=${encodeURIComponent(text)}`;

describe('a search', () => {
  test.each([
    ['50%', ['Ana 50% Off']],
    ['ana_', ['Ana_Under']],
    ['\\', ['back\\slash']],
    ['ÖBERG åsa', ['Åsa Öberg']],
    ["o'brien; DROP", ["O'Brien; drop table person--"]],
    ['0100', ['Ana 50% Off']],
    ['ana2@X.fr', ['Ana_Under']],
    ['  ', undefined],
    ['ana öberg', []],
  ])('for %j takes every word literally', async (q, found) => {
    const page = await list(`limit=200&q=${encodeURIComponent(q)}`);
    if (found === undefined) expect(page.total).toBe(36);
    else expect(page.items.map((item) => item.name)).toEqual(found);
    expect(page.total).toBe(page.items.length);
  });

  test('of 10,000 characters is refused by name', async () => {
    const answer = await client.get(`/users?q=${'x'.repeat(10_000)}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'api.invalid', field: 'q' });
    expect(Object.keys(answer.json<object>()).sort()).toEqual(['code', 'field', 'message', 'nextStep', 'requestId']);
  });
});

describe('a filter', () => {
  test.each([
    ['name:eq:ANA_UNDER', ['Ana_Under']],
    ['name:contains:a_u', ['Ana_Under']],
    ['extension:eq:100', ['Ana_Under']],
    ['extension:in:0100,7', ['Ana 50% Off', 'back\\slash']],
    ['extension:eq:a:b', []],
    ['irregularities:eq:no-email', ["O'Brien; drop table person--", 'Åsa Öberg']],
    [
      'irregularities:in:email-not-unique,duplicate-extension',
      ['Ana_Under', 'back\\slash', "O'Brien; drop table person--"],
    ],
    ['irregularities:present', ['Ana_Under', 'back\\slash', "O'Brien; drop table person--", 'Åsa Öberg']],
    ['email:missing', ['back\\slash', 'Åsa Öberg']],
    ['modifiedAt:gt:2026-06-15T10:00:00Z', []],
    ['pbxType:ne:mivoice-5000', []],
  ])('%s', async (text, found) => expect(await names(`limit=200&${filter(text)}`)).toEqual(found));

  test('holds together with the others and with the search', async () => {
    expect(await names(`q=ana&${filter('email:present')}&${filter('irregularities:missing')}`)).toEqual([
      'Ana 50% Off',
    ]);
    const { total } = await list(`${filter('name:eq:same name')}&limit=1`);
    expect(total).toBe(30);
  });

  test.each([
    'name',
    'name:like:x',
    'nosuch:eq:x',
    '__proto__:eq:x',
    'constructor:missing',
    'name:gt:x',
    'irregularities:eq:bad',
    'modifiedAt:gt:yesterday',
    'modifiedAt:gt:9999999-01-01',
    'pbxType:eq:none',
    `extension:in:${Array.from({ length: 51 }, () => '1').join(',')}`,
  ])('%s is refused with the field named', async (text) => {
    const answer = await client.get(`/users?${filter(text)}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'api.invalid', field: 'filter' });
  });

  test('counts by irregularity agree with the filter', async () => {
    const answer = await client.get(`/users/summary?account=${site.account}`);
    const summary = answer.json<{ total: number; irregularities: Record<string, number> }>();
    expect(summary.total).toBe(36);
    for (const word of Irregularity.options) {
      expect(summary.irregularities[word]).toBe((await list(filter(`irregularities:eq:${word}`))).total);
    }
  });
});

describe('pages', () => {
  test.each([
    '',
    'sort=name',
    'sort=-name',
    'sort=email',
    'sort=-email',
    'sort=-extension',
    'sort=modifiedAt',
    'q=a',
    'q=same&sort=-email',
  ])('of %j hold every row once, in a stable order', async (query) => {
    const whole = await list(`${query}&limit=200`);
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Listed = await list(`${query}&limit=7${cursor ? `&cursor=${cursor}` : ''}`);
      expect(page.total).toBe(whole.total);
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(ids).toEqual(whole.items.map((item) => item.id));
    expect(new Set(ids).size).toBe(whole.total);
    expect(whole.nextCursor).toBeNull();
  });

  test('a forged cursor, one of another sort and a wrong sort are refused', async () => {
    const { nextCursor } = await list('limit=2');
    const forged = [
      ['cursor', `cursor=${nextCursor}&sort=-name`],
      ['cursor', 'cursor=%00'],
      ['cursor', `cursor=${Buffer.from('["name",{"a":1},"x"]').toString('base64url')}`],
      ['cursor', `cursor=${Buffer.from('null').toString('base64url')}`],
      ['sort', 'sort=search'],
      ['sort', 'sort=--name'],
      ['sort', 'sort=constructor'],
      ['limit', 'limit=201'],
      ['limit', 'limit=0'],
      ['limit', 'limit=x'],
      ['account', 'account=1'],
    ] as const;
    for (const [field, query] of forged) {
      const answer = await client.get(`/users?${query}`);
      expect([query, answer.statusCode, answer.json<{ field: string }>().field]).toEqual([query, 400, field]);
    }
  });
});

describe('any text', () => {
  const resources: Record<string, ListResource> = {
    accountsList,
    applicationsList,
    commandsList,
    eventsList,
    gatewaysList,
    heldUsersList,
    platformsList,
    syncRunsList,
    usersList,
  };
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom("'", '"', '\0', '\ud800', '%', ';--', '\\'),
  );
  const op = fc.constantFrom('eq', 'ne', 'in', 'contains', 'gt', 'ge', 'lt', 'le', 'missing', 'present', 'xx');

  test.each(Object.entries(resources))(
    'in the query of %s is either understood or api.invalid',
    async (_, resource) => {
      const field = fc.oneof(fc.constantFrom(...Object.keys(resource.fields)), text);
      const words = Object.values(resource.fields).flatMap((one) => ('words' in one ? (one.words ?? []) : []));
      const value = fc.oneof(text, fc.constantFrom('1', '2026-01-01', ...words));
      const query = fc.record({
        q: fc.option(text, { nil: undefined }),
        filter: fc.array(
          fc.tuple(field, op, value).map((parts) => parts.join(':')),
          { maxLength: 3 },
        ),
        sort: fc.option(
          fc.oneof(
            field,
            field.map((name) => `-${name}`),
          ),
          { nil: undefined },
        ),
        cursor: fc.option(
          fc.oneof(
            text,
            fc
              .tuple(field, fc.oneof(text, fc.double(), fc.constant(null)), text)
              .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url')),
          ),
          { nil: undefined },
        ),
      });
      await fc.assert(
        fc.asyncProperty(query, async (request) => {
          try {
            const page = await readList(
              api.store.db,
              resource,
              { condition: sql`1 = 1`, indexed: true },
              { ...request, limit: 5 },
              START,
            );
            expect(page.total).toBeGreaterThanOrEqual(page.rows.length);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidField);
          }
        }),
        { numRuns: 150 },
      );
    },
  );

  test('a search that finds its rows far down the order finds the same as one that finds them at once', async () => {
    const partner = await addPartner(api.store);
    const other = await addSite(api.store, await addAccount(api.store, partner));
    const users = Array.from({ length: 6000 }, (_, n) => ({
      name: `${String(n).padStart(5, '0')} ${n >= 5990 ? 'rare' : 'frequent'}`,
    }));
    await addUsers(api.store, other, users);
    const read = (q: string, limit: number, cursor?: string) =>
      readList<UserRow>(
        api.store.db,
        usersList,
        { condition: sql`u.account_id = ${other.account}`, indexed: true },
        { q, limit, cursor },
        START,
      );
    const rare = await read('rare', 4);
    expect(rare.total).toBe(10);
    expect(rare.rows.map((row) => row.name.slice(0, 5))).toEqual(['05990', '05991', '05992', '05993']);
    const next = await read('rare', 20, rare.nextCursor ?? '');
    expect([next.rows.length, next.total, next.nextCursor]).toEqual([6, 10, null]);
    const frequent = await read('frequent', 4);
    expect([frequent.total, frequent.rows.length]).toEqual([5990, 4]);
    expect((await read('nobody', 4)).total).toBe(0);
  });

  test.each(['name', '-name', 'email', '-email', '-modifiedAt', 'department'])(
    'that is rare among many is paged through in the order of %s, those without a value too',
    async (sort) => {
      const partner = await addPartner(api.store);
      const other = await addSite(api.store, await addAccount(api.store, partner));
      const users = Array.from({ length: 3000 }, (_, n) => ({
        name: `${String((n * 7) % 3000).padStart(5, '0')} ${n % 300 === 150 ? 'rare' : 'frequent'}`,
        ...(n % 600 === 150 ? { email: `e${n}@x.fr` } : {}),
      }));
      await addUsers(api.store, other, users);
      const within = { condition: sql`u.account_id = ${other.account}`, indexed: true };
      const read = (limit: number, cursor?: string) =>
        readList<UserRow>(api.store.db, usersList, within, { q: 'rare', sort, limit, cursor }, START);
      // The plain way: not one account alone, so no shortcut is taken.
      const plain = await readList<UserRow>(
        api.store.db,
        usersList,
        { ...within, indexed: false },
        { q: 'rare', sort, limit: 200 },
        START,
      );
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await read(3, cursor);
        expect(page.total).toBe(10);
        found.push(...page.rows.map((row) => row.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(found).toEqual(plain.rows.map((row) => row.id));
    },
  );
});

describe('the presence filter', () => {
  test('finds exactly the gateways that are shown with the word', async () => {
    const at = (hours: number | null) => (hours === null ? null : new Date(START - hours * 3_600_000).toISOString());
    // The limits are two hours, and ten minutes for updates.
    const hours = fc.option(fc.constantFrom(0, 1 / 7, 1 / 6, 1 / 5, 1.999, 2, 2.001, 30), { nil: null });
    const row = fc.record({
      online: fc.constantFrom(0, 1),
      since: hours,
      seen: hours,
      section: hours,
      released: hours,
      reason: fc.constantFrom(null, 'stopped', 'updating'),
    });
    await fc.assert(
      fc.asyncProperty(row, async (given) => {
        const facts = {
          online: given.online,
          presence_since: at(given.since),
          last_seen_at: at(given.seen),
          section_at: at(given.section),
          released_at: at(given.released),
          presence_reason: given.reason,
        };
        await api.store.write(({ db }) =>
          db.updateTable('gateway').set(facts).where('id', '=', site.gateway).execute(),
        );
        const { presence } = presenceOf(facts, START);
        const listed = await client.get(`/gateways?${filter(`presence:eq:${presence}`)}`);
        expect(listed.json<{ items: { presence: string }[] }>().items.map((item) => item.presence)).toEqual([presence]);
        const others = await client.get(`/gateways?${filter(`presence:ne:${presence}`)}`);
        expect(others.json<{ total: number }>().total).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
