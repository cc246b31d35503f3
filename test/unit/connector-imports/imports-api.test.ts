import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ImportApplier } from '#connector/imports/applier.ts';
import { pruneImports } from '#connector/imports/imports.ts';
import { readFile } from '#connector/imports/read-file.ts';
import type { Import, ImportRow } from '#contract/api/imports.ts';
import type { User } from '#contract/api/users.ts';
import type { Page } from '#contract/api.ts';
import { until } from '#test/support/program.ts';
import {
  addAccount,
  addPartner,
  addSite,
  type Client,
  type Site,
  START,
  startApp,
  type TestApp,
} from '../connector-api/support.ts';

let api: TestApp;
let partner: string;
let site: Site;
let admin: Client;

beforeAll(async () => {
  api = await startApp();
  partner = await addPartner(api.store);
});
afterAll(() => api[Symbol.asyncDispose]());

/** An account of its own, where the user of a PBX has jean@x.fr. */
beforeEach(async () => {
  const account = await addAccount(api.store, partner, 'Imports');
  site = await addSite(api.store, account);
  admin = await api.signIn('Account Admin', partner, account);
});

const FILE = { 'content-type': 'application/octet-stream' };
const upload = (text: string | Buffer, client = admin) =>
  client.send('POST', `/imports?account=${site.account}&name=people.csv`, Buffer.from(text), FILE);
const begin = async (...lines: string[]): Promise<Import> => {
  const answer = await upload(['FIRST NAME,LAST NAME,NAME,EMAIL,ROLE', ...lines].join('\n'));
  expect([answer.statusCode, answer.statusCode === 201 ? '' : answer.body]).toEqual([201, '']);
  return answer.json<Import>();
};
const rowsOf = async (id: string, query = '') =>
  (await admin.get(`/imports/${id}/rows?limit=200${query}`)).json<Page<ImportRow>>().items;
const problems = async (id: string) => (await rowsOf(id)).map((row) => [row.n, ...row.problems]);
const now = async (id: string) => (await admin.get(`/imports/${id}`)).json<Import>();
const apply = async (id: string, headers: Record<string, string> = {}) => {
  const answer = await admin.send('POST', `/imports/${id}/apply`, undefined, headers);
  expect(answer.statusCode).toBe(202);
  await until('the import has ended', 20_000, async () => (await now(id)).state !== 'applying', 10);
  return now(id);
};
const users = async () =>
  (await admin.get(`/users?account=${site.account}&limit=200&filter=source:eq:import`)).json<Page<User>>().items;

describe('an import', () => {
  test('says of each row what is wrong with it, by itself, in the sheet and in the account', async () => {
    const { id, rows, bad, state } = await begin(
      'Ann,Lee,,ann@x.fr,',
      ',,,nobody@x.fr,',
      'Bob,,,JEAN@X.FR,User',
      'Cid,,,twice@x.fr,',
      'Dan,,,Twice@X.fr,Boss',
    );
    expect([rows, bad, state]).toEqual([5, 4, 'open']);
    expect(await problems(id)).toEqual([
      [2],
      [3, 'no-name'],
      [4, 'email-in-use'],
      [5, 'email-repeated'],
      [6, 'unknown-role', 'email-repeated'],
    ]);
    expect((await rowsOf(id, '&only=bad')).map(({ n }) => n)).toEqual([3, 4, 5, 6]);
    expect(await users()).toEqual([]);
  });

  test('is applied in part: good rows become users and leave, bad ones stay until they are right', async () => {
    const { id } = await begin('Ann,Lee,,Ann@X.fr,', ',,"محمد, علي",m@x.fr,account admin', 'Bob,,,bob,');
    expect(await apply(id)).toMatchObject({ state: 'open', rows: 1, bad: 1, applied: 2, wanted: 2 });
    expect(await users()).toMatchObject([
      { name: 'Ann Lee', firstName: 'Ann', email: 'Ann@x.fr', role: 'User', modifiedBy: 'Ann Admin' },
      { name: 'محمد, علي', email: 'm@x.fr', role: 'Account Admin', pbx: null },
    ]);
    const right = { firstName: 'Bob', lastName: '', name: '', email: 'ann@x.fr', role: '' };
    const put = (cells: object) => admin.send('PUT', `/imports/${id}/rows/4`, cells);
    expect((await put(right)).json<ImportRow>().problems).toEqual(['email-in-use']);
    expect((await put({ ...right, email: 'bob@x.fr' })).json<ImportRow>().problems).toEqual([]);
    expect(await apply(id)).toMatchObject({ state: 'done', rows: 0, applied: 1 });
    expect(await users()).toHaveLength(3);
    const events = await api.store.db
      .selectFrom('event')
      .select('message')
      .where('asset_id', '=', id)
      .orderBy('id')
      .execute();
    expect(events.map(({ message }) => message)).toEqual([
      '2 users were imported from people.csv; 1 rows have problems and remain',
      '1 users were imported from people.csv',
    ]);
  });

  test('takes rows that are added and lets go of those that are deleted; a cancelled one is gone', async () => {
    const { id } = await begin('Ann,,,a@x.fr,');
    const cells = { firstName: '', lastName: '', name: 'New', email: 'n@x.fr', role: 'User' };
    const added = await admin.send('POST', `/imports/${id}/rows`, cells);
    expect([added.statusCode, added.json<ImportRow>().n]).toEqual([201, 3]);
    expect((await admin.send('DELETE', `/imports/${id}/rows/2`)).statusCode).toBe(204);
    expect((await rowsOf(id)).map(({ name }) => name)).toEqual(['New']);
    expect((await admin.send('DELETE', `/imports/${id}`)).statusCode).toBe(204);
    expect((await admin.get(`/imports/${id}`)).statusCode).toBe(404);
    expect(await api.store.db.selectFrom('import_row').select('n').where('import_id', '=', id).execute()).toEqual([]);
  });

  test('of somebody who may not give roles makes no admins', async () => {
    const manager = await api.signIn('Account Manager', partner, site.account);
    const text = 'NAME,EMAIL,ROLE\nAnn,a@x.fr,Account Admin\nBob,b@x.fr,\n';
    const { id, bad } = (await upload(text, manager)).json<Import>();
    expect(bad).toBe(1);
    expect((await manager.send('POST', `/imports/${id}/apply`)).statusCode).toBe(202);
    await until('it has ended', 20_000, async () => (await now(id)).state !== 'applying', 10);
    expect((await users()).map(({ name }) => name)).toEqual(['Bob']);
  });

  test('begun twice with one key is begun once', async () => {
    const { id } = await begin('Ann,,,a@x.fr,');
    const key = { 'idempotency-key': 'one' };
    expect((await apply(id, key)).applied).toBe(1);
    const again = await admin.send('POST', `/imports/${id}/apply`, undefined, key);
    expect([again.statusCode, again.json<Import>().state]).toEqual([202, 'applying']);
    expect(await now(id)).toMatchObject({ state: 'done', applied: 1 });
  });

  test('is refused with what is wrong with the file, and when it is too large', async () => {
    const wrong = await upload('Ann,a@x.fr');
    expect([wrong.statusCode, wrong.json<{ code: string }>().code]).toEqual([422, 'import.wrong-sheet']);
    const large = await upload(Buffer.alloc(6 * 1024 * 1024, 'x'));
    expect([large.statusCode, large.json<{ code: string }>().code]).toEqual([413, 'api.too-large']);
    const elsewhere = await admin.send('POST', '/users', Buffer.from('x'), FILE);
    expect(elsewhere.statusCode).toBe(415);
  });

  test('is of its account alone', async () => {
    const { id } = await begin('Ann,,,a@x.fr,');
    const stranger = await api.signIn('Account Admin', partner, await addAccount(api.store, partner, 'Other'));
    for (const [method, url] of [
      ['GET', `/imports/${id}`],
      ['GET', `/imports/${id}/rows`],
      ['GET', `/imports/${id}/bad-rows.xlsx`],
      ['POST', `/imports/${id}/apply`],
      ['DELETE', `/imports/${id}`],
    ] as const) {
      const answer = method === 'GET' ? await stranger.get(url) : await stranger.send(method, url);
      expect([url, answer.statusCode]).toEqual([url, 404]);
    }
    const support = await api.signIn('Support', partner, site.account);
    expect((await support.get(`/imports/${id}`)).statusCode).toBe(403);
  });

  test('that was cut off goes on at the next start, and no row is lost or doubled', async () => {
    const { id } = await begin(...Array.from({ length: 450 }, (_, n) => `User,${n},,user${n}@x.fr,`));
    const job = await api.store.db.selectFrom('import_job').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const parts = { store: api.store, clock: api.clock, log: pino({ level: 'silent' }) };
    const first = new ImportApplier(parts);
    const by = { mayAssign: true, actor: { id: 'p', name: 'Ada', kind: 'person' } } as const;
    await api.store.write((unit) => first.begin(unit, job, by));
    first.run(id);
    await first.stop();
    const between = await now(id);
    expect(between).toMatchObject({ state: 'applying', applied: 200, rows: 250 });
    const busy = await admin.send('DELETE', `/imports/${id}`);
    expect([busy.statusCode, busy.json<{ code: string }>().code]).toEqual([409, 'import.busy']);
    const second = new ImportApplier(parts);
    await second.start();
    await until('the rest is applied', 20_000, async () => (await now(id)).state === 'done', 10);
    expect(await now(id)).toMatchObject({ applied: 450, rows: 0 });
    const found = await api.store.db
      .selectFrom('directory_user')
      .select('email_lc')
      .where('account_id', '=', site.account)
      .execute();
    expect(new Set(found.map(({ email_lc }) => email_lc)).size).toBe(451);
    expect(found).toHaveLength(451);
  });

  test('takes 10,000 rows, and is applied whole', { timeout: 60_000 }, async () => {
    const { id, rows, bad } = await begin(...Array.from({ length: 10_000 }, (_, n) => `User,${n},,many${n}@x.fr,`));
    expect([rows, bad]).toEqual([10_000, 0]);
    expect(await apply(id)).toMatchObject({ state: 'done', applied: 10_000 });
  });

  test('that nobody goes on with is dropped after a week', async () => {
    const { id } = await begin('Ann,,,a@x.fr,');
    await pruneImports(api.store, START + 6 * 86_400_000);
    expect((await admin.get(`/imports/${id}`)).statusCode).toBe(200);
    await pruneImports(api.store, START + 8 * 86_400_000);
    expect((await admin.get(`/imports/${id}`)).statusCode).toBe(404);
  });
});

describe('the spreadsheets to download', () => {
  test('are a template with its headings, and the bad rows, which can be uploaded again', async () => {
    const template = await admin.get(`/imports/template.xlsx?account=${site.account}`);
    expect(template.headers['content-type']).toContain('spreadsheetml');
    await expect(readFile(template.rawPayload)).rejects.toMatchObject({ code: 'import.empty' });
    const { id } = await begin('Ann,,,a@x.fr,', '=cmd|x,"O""Neil <&>",,bad,Boss');
    const sheet = await admin.get(`/imports/${id}/bad-rows.xlsx`);
    expect((await readFile(sheet.rawPayload)).map(({ cells }) => cells)).toEqual([
      { firstName: '=cmd|x', lastName: 'O"Neil <&>', name: '', email: 'bad', role: 'Boss' },
    ]);
  });
});
