/** The connector on a real PostgreSQL: a site from enrolment to the lists, and what happens when the database goes away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '#contract/api.ts';
import { type Postgres, postgresPrograms, startPostgres } from '#test/support/postgres.ts';
import { until } from '#test/support/program.ts';
import { differences, directoryPeople, move, type Site, startSite } from '#test/support/site.ts';

const programs = await postgresPrograms();
const USERS = 1000;

/** Every list of the API, with a search, a filter or an order where it has one. */
const LISTS = [
  'accounts?q=e&sort=-name',
  'gateways?q=gw&sort=name',
  'gateways?filter=presence:eq:Online',
  'users?q=an&sort=-email&limit=50',
  'users?filter=irregularities:in:no-email&sort=department',
  'users?q=nobody+is+called+so&sort=-email',
  'platforms?sort=host',
  'applications?filter=swaStatus:in:Unknown',
  'sync-runs?sort=-startedAt',
  'events?q=sync',
  'commands?sort=-issuedAt',
  'trunks',
  'alerts',
  'launches',
  'uploads',
];

describe.skipIf(programs === undefined)('the connector on PostgreSQL (needs its server)', () => {
  let postgres: Postgres;
  let site: Site;

  beforeAll(async () => {
    postgres = await startPostgres(programs ?? '');
    site = await startSite({ users: USERS, connectorEnv: { DEMARC_STORE: await postgres.database() } });
    await site.enrol();
    await site.addDirectory();
    await site.addExports();
  });
  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  const everybodyIsThere = async () => {
    let found: string[] = [];
    await until('everybody is there', 30_000, async () => {
      found = differences(directoryPeople(site.lab), await site.users(site.pbxs.directory));
      return found.length === 0;
    }).catch(() => expect(found).toEqual([]));
  };

  it('keeps users, and changes only what differs', async () => {
    await everybodyIsThere();
    move(site.lab, [1, 2, 3], 'Moved');
    expect(await site.sync(site.pbxs.directory)).toMatchObject({ outcome: 'Successful', counts: { changed: 3 } });
    await everybodyIsThere();
  });

  it.each(LISTS)('answers %s', async (list) => {
    const { status, body } = await site.api.send('GET', `/api/v1/${list}`);
    expect({ status, body }).toMatchObject({ status: 200, body: { items: expect.any(Array) } });
    const { items, total } = body as Page<unknown>;
    expect(items.length).toBe(Math.min(total, /limit=(\d+)/.test(list) ? 50 : items.length));
  });

  it('carries commands to their end', async () => {
    expect(await site.command('gateway.self-test')).toMatchObject({ state: 'succeeded' });
    expect(await site.command('pbx.test', { pbx: site.pbxs.directory })).toMatchObject({ state: 'succeeded' });
  });

  it('goes on when the database has been away, and has lost nothing', async () => {
    await postgres.kill();
    move(site.lab, [10, 11, 12, 13], 'While it was away');
    const run = site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`);
    expect((await site.api.send('GET', '/api/v1/users')).status).toBeGreaterThanOrEqual(500);
    await postgres.start();
    await run;
    await everybodyIsThere();
    await until('nothing waits', 60_000, async () => (await site.status()).outbox.records === 0);
    expect(await site.presence()).toMatchObject({ quarantined: 0, presence: 'Online' });
    await site.connector.stop();
    await site.connector.start();
    await everybodyIsThere();
  });
});
