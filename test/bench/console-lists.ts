import { Agent } from 'node:https';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ulid } from 'ulid';
import type { User } from '#contract/api/users.ts';
import type { Page } from '#contract/api.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import { ConnectorProcess, firstAccount } from '#test/support/stack.ts';
import { processorMs } from './process-time.ts';
import { type Findings, median, rounded } from './report.ts';

const USERS = 100_000;
const FIRST = ['Anna', 'Bert', 'Chloé', 'Dmitri', 'Émile', 'Fatima', 'Gül', 'Hans', 'Ivana', 'José', 'Kaya', 'Łukasz'];
const LAST = ['Öztürk', 'Müller', 'Nowak', 'Rossi', 'Silva', 'Novák', 'Dupont', 'Smith', 'Ivanov', 'García', 'Berg'];
/** What people type, letter by letter: frequent, rare, and nowhere to be found. */
const TYPED = ['anna', 'öztürk', '4711', 'user99871@', 'xyzzy none'];

/** How long the list of 100,000 users makes a person wait, at the API over HTTPS: pages, searches, filters, counts. */
export async function lists(say: (text: string) => void): Promise<Findings> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('console-lists')).path;
  const data = join(folder, 'connector');
  const connector = stack.use(new ConnectorProcess({ data, port: await freePort() }));
  await connector.start();
  const person = { email: 'bench@example.org', password: 'a long enough passphrase' };
  const { account } = await firstAccount(connector, person);
  fill(join(data, 'connector.db'), account.id);
  const agent = new Agent({ keepAlive: true });
  stack.defer(async () => agent.destroy());
  const api = await connector.client(agent);
  await api.signIn(person.email, person.password);
  say(`${USERS} users are stored`);
  const base = `/api/v1/users?account=${account.id}&limit=50`;
  // Beside the time that passes, which on a busy machine is mostly waiting, what the connector worked for the answer.
  const work = { search: [] as number[], filter: {} as Record<string, number> };
  const ask = async (query: string) => {
    const before = await processorMs(connector.pid);
    const { ms } = await timed(() => api.get<Page<User>>(`${base}${query}`));
    return { ms, worked: (await processorMs(connector.pid)) - before };
  };

  const first: Record<string, number> = {};
  for (const sort of ['name', '-name', 'email', 'extension', '-modifiedAt']) {
    const times = [];
    for (let n = 0; n < 7; n += 1) times.push((await ask(`&sort=${sort}`)).ms);
    first[sort] = rounded(median(times), 1);
  }
  const scroll = await scrolled(api, base);
  const search: number[] = [];
  for (const text of TYPED) {
    for (let end = 1; end <= text.length; end += 1) {
      const { ms, worked } = await ask(`&sort=name&q=${encodeURIComponent(text.slice(0, end))}`);
      search.push(ms);
      work.search.push(worked);
    }
  }
  const filters: Record<string, number> = {};
  for (const filter of [
    'irregularities:eq:no-email',
    'property:eq:admins',
    'property:eq:registered',
    'pbxType:eq:mx-one',
  ]) {
    const { ms, worked } = await ask(`&sort=name&filter=${filter}`);
    filters[filter] = rounded(ms, 1);
    work.filter[filter] = rounded(worked, 1);
  }
  const summary = await timed(() => api.get(`/api/v1/users/summary?account=${account.id}`));
  const csv = await timed(() => api.send('GET', `/api/v1/users.csv?account=${account.id}`));
  return {
    bars: [
      { name: 'first page of 100,000 users, slowest order, ms', value: Math.max(...Object.values(first)), limit: 50 },
      { name: 'a page while scrolling, p95, ms', value: rounded(p95(scroll), 1), limit: 50 },
      { name: 'search as one types, p95, ms', value: rounded(p95(search), 1), limit: 50 },
      { name: 'filter by product, ms', value: filters['pbxType:eq:mx-one'] ?? Number.NaN, limit: 100 },
    ],
    figures: {
      users: USERS,
      firstPageMs: first,
      scrollMs: spread(scroll),
      searchMs: spread(search),
      searchProcessorMs: spread(work.search),
      filterMs: filters,
      filterProcessorMs: work.filter,
      summaryMs: rounded(summary.ms, 1),
      csvSeconds: rounded(csv.ms / 1000),
    },
  };
}

/** The times of two hundred pages, one after the other from the first on, in two orders. */
async function scrolled(api: ApiClient, base: string): Promise<number[]> {
  const times: number[] = [];
  for (const sort of ['name', '-modifiedAt']) {
    let cursor = '';
    for (let n = 0; n < 100; n += 1) {
      const { value, ms } = await timed(() => api.get<Page<User>>(`${base}&sort=${sort}${cursor}`));
      times.push(ms);
      cursor = `&cursor=${value.nextCursor}`;
    }
  }
  return times;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}

export function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

export const spread = (values: readonly number[]) => ({
  count: values.length,
  median: rounded(median(values), 1),
  p95: rounded(p95(values), 1),
  worst: rounded(Math.max(...values), 1),
});

/** Users of two PBXs as syncs would have left them, and some that can sign in. */
export function fill(file: string, account: string): void {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  const pbxs = [ulid(), ulid()];
  const gateway = ulid();
  db.exec('BEGIN');
  pbxs.forEach((pbx, n) =>
    db
      .prepare(
        'INSERT INTO pbx (id, account_id, gateway_id, type, name, revision, created_at) VALUES (?, ?, ?, ?, ?, 1, ?)',
      )
      .run(pbx, account, gateway, n === 0 ? 'mivoice-5000' : 'mx-one', `PBX ${n}`, at(0)),
  );
  const insert = db.prepare(`INSERT INTO directory_user (id, account_id, gateway_id, pbx_id, source_key, name, name_lc,
    email, email_lc, extension, irregular, search, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (let n = 0; n < USERS; n += 1) {
    const name = `${FIRST[(n * 7) % FIRST.length]} ${LAST[(n * 3) % LAST.length]} ${(n * 7919) % USERS}`;
    const email = n % 10 === 0 ? null : `user${n}@example.org`;
    const extension = String(100_000 + ((n * 31) % USERS));
    const search = [name, email, extension].filter(Boolean).join(' ').toLowerCase();
    const of = pbxs[n % 2] ?? '';
    const irregular = email === null ? 1 : 0;
    const known = [ulid(), account, gateway, of, extension, name, name.toLowerCase(), email, email, extension];
    insert.run(...known, irregular, search, at((n * 17) % USERS));
  }
  const { partner_id: partner } = db.prepare('SELECT partner_id FROM account WHERE id = ?').get(account) ?? {};
  const member = db.prepare('INSERT INTO membership (id, person_id, account_id, role) VALUES (?, ?, ?, ?)');
  for (let n = 1; n < 2000; n += 1) {
    const person = ulid();
    const email = `user${n}@example.org`;
    db.prepare(`INSERT INTO person (id, partner_id, name, email, email_lc, password_hash, created_at, disabled)
      VALUES (?, ?, ?, ?, ?, 'x', ?, 0)`).run(person, partner ?? '', email, email, email, at(0));
    const role = n % 10 === 1 ? 'Account Admin' : 'User';
    member.run(ulid(), person, account, role);
  }
  db.exec('COMMIT');
  db.close();
}
