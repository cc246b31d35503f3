/** The health of trunks in a browser: one well, one broken, one whose gateway has told nothing for long; and the trace form. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { seedTrunks, type Trunks } from './support/seed-trunks.ts';
import { faultsInEachLook, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('the health of trunks, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  let trunks: Trunks;

  beforeAll(async () => {
    running = await startSeededConsole();
    trunks = await seedTrunks(running);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('the list says in words how each trunk is and as of when', async () => {
    await using visited = await running.visit('/trunks');
    const { page } = visited;
    await page.getByText('Far end down').waitFor();
    await page.getByText('Not told yet').waitFor();
    expect(await page.getByText('Up', { exact: true }).count()).toBe(1);
    expect(await faultsInEachLook(visited, 'trunks-health')).toEqual([]);
  });

  test('the page tells the facts apart and draws the day, with the same in words', async () => {
    await using visited = await running.visit(`/trunks/${trunks.broken}`);
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
    expect(await faultsInEachLook(visited, 'trunk-health')).toEqual([]);
  });

  test('a trunk of which nothing was told says so', async () => {
    await using visited = await running.visit(`/trunks/${trunks.untold}`);
    await visited.page.getByText('The gateway has not told of this trunk yet').waitFor();
  });

  test('the form of a trace fits, refuses what is no number, and issues what was asked', async () => {
    const store = await Store.open({ path: running.database, clock: systemClock });
    const gateway = running.seeded.gateways.offline;
    await store.db.updateTable('gateway').set({ capabilities: '[]' }).where('id', '=', gateway).execute();
    await store.close();
    await using visited = await running.visit(`/gateways/${gateway}`, { width: 320 });
    const panel = visited.page.getByRole('region', { name: 'Trace calls' });
    await panel.getByText('No trace yet').waitFor();
    await panel.getByLabel('Only this number').fill('abc');
    await panel.getByText('Enter digits, with a plus or without.').waitFor();
    expect(await faultsInEachLook(visited, 'trace')).toEqual([]);
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
  });
});
