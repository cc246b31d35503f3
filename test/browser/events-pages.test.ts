import { readFile } from 'node:fs/promises';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { recordEvent } from '#connector/history/record-event.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

/** Phones that somebody changed, beside what the account has already. */
async function addPhones(database: string, account: string, count: number): Promise<void> {
  const store = await Store.open({ path: database, clock: systemClock });
  const actor = { id: ulid(), name: 'SCIM', kind: 'system' } as const;
  const phone = { action: 'Delete', type: 'MiVB', asset: 'Phone', name: 'phone.gone', message: 'Phone gone' } as const;
  await store.write(async (work) => {
    for (let n = 0; n < count; n += 1) {
      const properties = [{ property: 'macAddress', before: '08:00:0F:00:00:01', after: null }];
      const at = new Date(Date.now() - (n + 40 * 24 * 60) * 60_000).toISOString();
      const event = { ...phone, account, assetId: `phone-${n}`, actor, at, properties, tags: ['desk', 'lobby'] };
      await recordEvent(work, event, systemClock);
    }
  });
  await store.close();
}

describe.skipIf(!hasChromium)('the event history, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    running = await startSeededConsole();
    await addPhones(running.database, running.account, 60);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('shows the columns of its row, sorts by date, and loads more while one scrolls, up to the end', async () => {
    await using look = await running.visit('/events');
    const { page, faults } = look;
    const headers = page.getByRole('columnheader');
    await page.getByText(/^50 of \d+ shown$/).waitFor();
    const shown = (await headers.allInnerTexts()).map((one) => one.trim().toLowerCase()).filter((one) => one !== '');
    expect(shown).toEqual(['actor name', 'action', 'asset', 'event date', 'properties changed', 'core details']);
    await shot(page, 'events-light');
    expect(await axe(page)).toEqual([]);
    // In its own frame: nobody presses a button.
    const frame = page.getByRole('region', { name: 'Event history' });
    await frame.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByText('No additional events found').waitFor();
    await page.getByRole('button', { name: 'Event date' }).click();
    await page.waitForFunction(() => document.querySelector('.dk-table tbody tr')?.textContent?.includes('SCIM'));
    expect(faults).toEqual([]);
  });

  test('a filter offers only what goes together with those that are set; it is edited, cleared and taken away', async () => {
    await using look = await running.visit('/events');
    const { page } = look;
    await page.getByText(/^50 of \d+ shown$/).waitFor();
    const add = page.getByRole('button', { name: 'Add filter' });
    await add.click();
    await page.getByLabel('Field').selectOption('Asset');
    await page.getByLabel('Phone (60)').check();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('50 of 60 shown').waitFor();
    await add.click();
    await page.getByLabel('Field').selectOption('Event type');
    await page.getByLabel('MiVB (60)').waitFor();
    expect(await page.getByRole('dialog').getByRole('checkbox').count()).toBe(1);
    await shot(page, 'events-filter');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('50 of 60 shown').waitFor();
    await page.getByRole('button', { name: 'Edit filter: Asset is Phone' }).click();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    expect(await page.getByLabel('Phone (60)').isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Remove filter: Asset is Phone' }).waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('lobby phone-7');
    await page.getByText('1 of 1 shown').waitFor();
    await page.getByRole('searchbox').fill('there is no such thing');
    await page.getByText('Nothing matches').waitFor();
  });

  test('details have four tabs to copy from and an export of the whole event; ticked ones and all that match become CSV', async () => {
    await using look = await running.visit('/events?filter=asset:eq:Phone', { dark: true });
    const { page, faults } = look;
    await page.getByRole('button', { name: 'Delete', exact: true }).first().click();
    const details = page.getByRole('dialog');
    await details.getByRole('tab', { name: 'Properties changed' }).click();
    await details.getByRole('cell', { name: '08:00:0F:00:00:01' }).waitFor();
    await shot(page, 'event-dark');
    expect(await axe(page)).toEqual([]);
    await details.getByRole('tab', { name: 'Log tags' }).click();
    await details.getByText('desk, lobby').waitFor();
    const one = page.waitForEvent('download');
    await details.getByRole('button', { name: 'Export event' }).click();
    const text = await readFile(await (await one).path(), 'utf8');
    for (const part of ['Phone gone', 'macAddress', 'desk lobby', 'SCIM']) expect(text).toContain(part);
    await page.getByRole('button', { name: 'Close the details' }).click();
    for (const n of [0, 1]) await page.getByRole('checkbox', { name: 'Select Delete Phone' }).nth(n).check();
    const two = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export (2)' }).click();
    const lines = (await readFile(await (await two).path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(3);
    const href = (await page.getByRole('link', { name: 'Export CSV' }).getAttribute('href')) ?? '';
    const all = await page.evaluate(async (url) => (await fetch(url)).text(), href);
    expect(all.trim().split('\r\n')).toHaveLength(1 + 60);
    expect(faults).toEqual([]);
  });

  test('an error says that events could not be had; on a telephone it fits', async () => {
    await using look = await running.visit('/events', { width: 320 });
    const { page } = look;
    await page.getByText(/ shown$/).waitFor();
    expect([await axe(page), await overflow(page)]).toEqual([[], 0]);
    await page.route('**/api/v1/events?**', (route) => route.fulfill({ status: 503, body: 'proxy' }));
    await page.reload();
    const banner = page.getByRole('alert').getByText('Failed to get events');
    await banner.waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
    await banner.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Load it' }).click();
    await banner.waitFor();
    await page.unroute('**/api/v1/events?**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/ shown$/).waitFor();
  });
});
