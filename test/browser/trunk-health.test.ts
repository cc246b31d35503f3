/** The health of trunks in a browser: one well, one broken, one whose gateway has told nothing for long; and the trace form. */
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import type { TrunkEndHealth } from '#contract/trunk-health.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

const SLOT_MS = 300_000;
const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

function healthOf(end: TrunkEndHealth['end'], more: Partial<TrunkEndHealth> = {}): TrunkEndHealth {
  return {
    end,
    host: end === 'pbx' ? '192.0.2.20' : 'sip.cloud.example',
    port: 5061,
    transport: 'tls',
    state: 'up',
    since: at(400),
    reachable: { is: true, since: at(400) },
    accepted: { is: true, since: at(400) },
    registered: null,
    callProven: { is: true, since: at(90), at: at(90) },
    last: { at: at(0), status: 200, reason: 'OK', roundTripMs: 18.4, failure: null, detail: null },
    lastFailure: null,
    certificateExpiresAt: at(-60 * 24 * 12),
    ...more,
  };
}

const BROKEN: Partial<TrunkEndHealth> = {
  state: 'down',
  since: at(12),
  accepted: { is: false, since: at(12) },
  last: {
    at: at(0),
    status: 503,
    reason: 'Trunk concurrent call limit exceeded',
    roundTripMs: 21,
    failure: null,
    detail: null,
  },
  lastFailure: {
    at: at(0),
    status: null,
    reason: null,
    roundTripMs: null,
    failure: 'timeout',
    detail: 'no final answer in time',
  },
};

describe.skipIf(!hasChromium)('the health of trunks, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  const trunks = { well: ulid(), broken: ulid(), untold: ulid() };

  beforeAll(async () => {
    running = await startSeededConsole();
    const store = await Store.open({ path: running.database, clock: systemClock });
    const { db } = store;
    const pbx = await db
      .selectFrom('pbx')
      .selectAll()
      .where('account_id', '=', running.account)
      .executeTakeFirstOrThrow();
    const settings = TrunkSettings.parse({
      name: 'x',
      pbx: pbx.id,
      host: '192.0.2.20',
      port: 5061,
      farEnd: { kind: 'cloud-platform', host: 'sip.cloud.example', port: 5061 },
    });
    const own = { account_id: running.account, gateway_id: pbx.gateway_id };
    const times = { created_at: at(600), updated_at: at(600), revision: 1 };
    for (const [name, id] of Object.entries(trunks)) {
      const columns = { name, name_lc: name, pbx_id: pbx.id, host_lc: settings.host, port: 5061 };
      await db
        .insertInto('trunk')
        .values({ id, ...own, ...columns, settings: JSON.stringify({ ...settings, name }), ...times })
        .execute();
    }
    const newest = Math.floor(Date.now() / SLOT_MS);
    for (const [trunk_id, end, health, told] of [
      [trunks.well, 'far-end', healthOf('far-end'), 1],
      [trunks.well, 'pbx', healthOf('pbx', { certificateExpiresAt: null }), 1],
      [trunks.broken, 'far-end', healthOf('far-end', BROKEN), 200],
      [trunks.broken, 'pbx', healthOf('pbx'), 200],
    ] as const) {
      const { state, since } = health;
      await db
        .insertInto('trunk_health')
        .values({ trunk_id, end, ...own, state, since, document: JSON.stringify(health), told_at: at(told) })
        .execute();
      const lost = (age: number) => trunk_id === trunks.broken && (age < 3 || (age > 90 && age < 110));
      const points = Array.from({ length: 288 }, (_, age) => ({
        trunk_id,
        end,
        account_id: running.account,
        slot: newest - age,
        tries: 10,
        answered: lost(age) ? 0 : age % 41 === 0 ? 8 : 10,
        accepted: lost(age) ? 0 : age % 41 === 0 ? 8 : 10,
        average_ms: lost(age) ? 0 : 18 + 8 * Math.sin(age / 20),
        worst_ms: lost(age) ? 0 : 60,
      })).filter(({ slot }) => newest - slot < 150 || newest - slot > 180);
      for (let from = 0; from < points.length; from += 80) {
        await db
          .insertInto('trunk_history')
          .values(points.slice(from, from + 80))
          .execute();
      }
    }
    await store.close();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const LOOKS = [
    { look: {}, name: 'light' },
    { look: { dark: true }, name: 'dark' },
    { look: { width: 320 }, name: '320' },
  ];

  test.each(LOOKS)('the list says in words how each trunk is and as of when: $name', async ({ look, name }) => {
    await using visited = await running.visit('/trunks', look);
    const { page } = visited;
    await page.getByText('Far end down').waitFor();
    await page.getByText('Not told yet').waitFor();
    expect(await page.getByText('Up', { exact: true }).count()).toBe(1);
    await shot(page, `trunks-health-${name}`);
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(visited.faults).toEqual([]);
  });

  test.each(LOOKS)(
    'the page tells the facts apart and draws the day, with the same in words: $name',
    async ({ look, name }) => {
      await using visited = await running.visit(`/trunks/${trunks.broken}`, look);
      const { page } = visited;
      const far = page.getByRole('region', { name: 'Far end', exact: true });
      await far.getByText('503 Trunk concurrent call limit exceeded').waitFor();
      await far.getByText('No answer in time (no final answer in time)').waitFor();
      expect(await far.getByText('Not known: nobody has tried').count()).toBe(1);
      const words = await far.getByRole('img').evaluate((svg) => svg.getAttribute('aria-labelledby'));
      expect(await page.locator(`[id="${words}"]`).textContent()).toMatch(
        /^Last 24 hours: 9\d\.\d % of 2,\d\d0 questions/,
      );
      await page.getByText('The gateway has told nothing since then').waitFor();
      await shot(page, `trunk-health-${name}`);
      expect(await axe(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      expect(visited.faults).toEqual([]);
    },
  );

  test('a trunk of which nothing was told says so', async () => {
    await using visited = await running.visit(`/trunks/${trunks.untold}`);
    await visited.page.getByText('The gateway has not told of this trunk yet').waitFor();
  });

  test.each(LOOKS)(
    'the form of a trace fits, refuses what is no number, and issues what was asked: $name',
    async ({ look, name }) => {
      const store = await Store.open({ path: running.database, clock: systemClock });
      const gateway = running.seeded.gateways.offline;
      await store.db.updateTable('gateway').set({ capabilities: '[]' }).where('id', '=', gateway).execute();
      await store.close();
      await using visited = await running.visit(`/gateways/${gateway}`, look);
      const panel = visited.page.getByRole('region', { name: 'Trace calls' });
      await panel.getByText('No trace yet').waitFor();
      await panel.getByLabel('Only this number').fill('abc');
      await panel.getByText('Enter digits, with a plus or without.').waitFor();
      await panel.scrollIntoViewIfNeeded();
      await shot(visited.page, `trace-${name}`);
      expect(await axe(visited.page)).toEqual([]);
      expect(await overflow(visited.page)).toBe(0);
      await panel.getByLabel('Only this number').fill('+43720123456');
      const [sent] = await Promise.all([
        visited.page.waitForRequest((request) => request.method() === 'POST' && request.url().includes('/commands')),
        panel.getByRole('button', { name: 'Start trace' }).click(),
      ]);
      expect(sent.postDataJSON()).toEqual({
        name: 'gateway.trace-calls',
        args: { minutes: 5, number: '+43720123456' },
        deadlineSeconds: 86_700,
      });
      expect(visited.faults).toEqual([]);
    },
  );
});
