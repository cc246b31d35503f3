import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, call, overflow, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('support logs, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('a problem is reported from the menu, appears in the list, is settled with a note and exported', async () => {
    await using look = await running.visit('/', { all: true });
    const { page, faults } = look;
    await page.getByRole('link', { name: 'Report a problem' }).click();
    const form = page.getByRole('dialog', { name: 'Report a problem' });
    await form.getByLabel('In one line').fill('Calls drop after 30 s');
    await form.getByText('Choose a gateway, or an account at the top.').waitFor();
    expect(await form.getByRole('button', { name: 'Report', exact: true }).isDisabled()).toBe(true);
    await form.getByLabel('Product name').selectOption('MiVoice 5000');
    await form.getByRole('combobox', { name: 'Gateway' }).click();
    await page.getByRole('option', { name: 'Vienna (Demo Customer)' }).click();
    await form.getByLabel('What happened, when, and what you expected').fill('Since Monday, every call.');
    await shot(page, 'report-problem');
    expect(await axe(page)).toEqual([]);
    await form.getByRole('button', { name: 'Report', exact: true }).click();
    await page.getByRole('button', { name: 'Calls drop after 30 s' }).click();
    const details = page.getByRole('dialog', { name: 'Calls drop after 30 s' });
    await details.getByText('Since Monday, every call.').waitFor();
    await details.getByLabel('State', { exact: true }).selectOption('Reported');
    await details.getByRole('textbox', { name: 'Notes' }).fill('Ticket 4711');
    await shot(page, 'support-log');
    expect(await axe(page)).toEqual([]);
    await details.getByRole('button', { name: 'Save notes and status' }).click();
    await page.getByText('Notes and status are saved.').waitFor();
    const saved = page.waitForEvent('download');
    await details.getByRole('link', { name: 'Export log' }).click();
    const bytes = await readFile(await (await saved).path());
    expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0x50, 0x4b, 3, 4]));
    expect(bytes.includes('Ticket 4711')).toBe(true);
    expect(faults).toEqual([]);
  });

  test('who saves on an old version is told, and nothing is overwritten', async () => {
    await using look = await running.visit('/support-logs');
    const { page } = look;
    await page.getByRole('button', { name: 'Calls drop after 30 s' }).click();
    const details = page.getByRole('dialog', { name: 'Calls drop after 30 s' });
    await details.getByRole('textbox', { name: 'Notes' }).fill('mine');
    await page.route('**/api/v1/support-logs/*', (route) =>
      route.continue({ headers: { ...route.request().headers(), 'if-match': '"1"' } }),
    );
    await details.getByRole('button', { name: 'Save notes and status' }).click();
    await details.getByText('Somebody else changed this while you were editing').waitFor();
    expect(await axe(page)).toEqual([]);
    const list = await call<{ items: { notes: string }[] }>(page, 'GET', '/support-logs');
    expect(list.items[0]?.notes).toBe('Ticket 4711');
  });

  test('the product filter offers what had problems lately; both pages fit a telephone, in the dark', async () => {
    await using look = await running.visit('/support-logs', { dark: true });
    const { page } = look;
    await page.getByText('1 of 1 shown').waitFor();
    await page.getByRole('button', { name: 'Add filter' }).click();
    await page.getByLabel('MiVoice 5000 (1)').waitFor();
    await shot(page, 'support-logs-dark');
    expect(await axe(page)).toEqual([]);
    await using narrow = await running.visit('/support-logs', { dark: true, width: 320 });
    await narrow.page.getByText('1 of 1 shown').waitFor();
    expect([await axe(narrow.page), await overflow(narrow.page)]).toEqual([[], 0]);
    await narrow.page.getByRole('link', { name: 'Collected files' }).click();
    await narrow.page.getByText('No gateway has brought a file yet.').waitFor();
    expect([await axe(narrow.page), await overflow(narrow.page)]).toEqual([[], 0]);
  });
});
