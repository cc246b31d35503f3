/** What all forms of the console have in common: nothing typed is lost unasked, and what is wrong is found (NTF-5, NTF-6). */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, call, shot, startSeededConsole } from './support/seeded.ts';

describe('forms', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    running = await startSeededConsole();
  }, 180_000);
  afterAll(() => running[Symbol.asyncDispose]());

  const question = (page: Page) => page.getByRole('dialog', { name: 'You have changes that are not saved' });
  const goOn = (page: Page) => question(page).getByRole('button', { name: 'Go on editing' }).click();

  test('a dialog asks before Escape, its cross or the back button take what was typed; untouched it just closes', async () => {
    await using look = await running.visit('/gateways', { all: true });
    const { page } = look;
    await page.getByRole('link', { name: 'Roles', exact: true }).click();
    const add = page.getByRole('button', { name: 'New role' });
    await add.click();
    const form = page.getByRole('dialog', { name: 'New role' });
    const what = form.getByRole('textbox', { name: 'Name' });
    await form.waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'hidden' });
    await expect.poll(() => add.evaluate((button) => button === document.activeElement)).toBe(true);

    await page.keyboard.press('Enter');
    await what.fill('Graz');
    await page.keyboard.press('Escape');
    await question(page).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'unsaved');
    await page.keyboard.press('Escape');
    await question(page).waitFor({ state: 'hidden' });
    await page.goBack();
    await goOn(page);
    expect(new URL(page.url()).pathname).toBe('/roles');
    expect(await what.inputValue()).toBe('Graz');
    await page.goBack();
    await question(page).getByRole('button', { name: 'Discard them' }).click();
    await page.waitForURL('**/gateways');
    expect(look.faults).toEqual([]);
  });

  test('a page asks before a link or a reload takes it away', async () => {
    await using look = await running.visit('/profile');
    const { page } = look;
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody');
    await page.getByRole('link', { name: 'Gateways' }).click();
    await goOn(page);
    const asked = page.waitForEvent('dialog');
    const reloaded = page.reload();
    const browsers = await asked;
    expect(browsers.type()).toBe('beforeunload');
    await browsers.accept();
    await reloaded;
    await page.getByRole('link', { name: 'Gateways' }).click();
    await page.waitForURL('**/gateways');
  });

  test('several wrong entries are listed, each line leads to its field and goes as soon as that is right', async () => {
    await using look = await running.visit('/accounts', { all: true });
    const { page } = look;
    await page.getByRole('button', { name: 'Add account' }).click();
    const form = page.getByRole('dialog', { name: 'Add account' });
    await form.getByLabel('E-mail address of contact 1').fill('nowhere');
    await form.getByRole('button', { name: 'Add account' }).click();
    const list = form.getByRole('alert');
    await list.getByText('6 entries are not right yet').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'form-errors');
    await list.getByRole('button', { name: 'City/Town' }).click();
    await page.keyboard.type('Graz');
    await list.getByText('5 entries are not right yet').waitFor();
    expect(await form.getByLabel('City/Town').inputValue()).toBe('Graz');
    expect(look.faults).toEqual([]);
  });

  test('a form in a drawer outlives a live change that takes its row off the list', async () => {
    await using look = await running.visit('/support-logs');
    const { page } = look;
    const log = { account: running.account, product: 'gateway', title: 'No dial tone', report: '' };
    const { id } = await call<{ id: string }>(page, 'POST', '/support-logs', log);
    await page.goto(`${running.url}/support-logs?filter=state:eq:Open&open=${id}`);
    const details = page.getByRole('dialog', { name: 'No dial tone' });
    await details.getByRole('textbox', { name: 'Notes' }).fill('Ticket 4711');
    await page.evaluate(async (path) => {
      const me = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const etag = (await fetch(path)).headers.get('etag') ?? '';
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrf, 'if-match': etag };
      await fetch(path, { method: 'PATCH', headers, body: '{"state":"Resolved"}' });
    }, `/api/v1/support-logs/${id}`);
    await page.getByText('Nothing matches').waitFor();
    expect(await details.getByRole('textbox', { name: 'Notes' }).inputValue()).toBe('Ticket 4711');
    await page.keyboard.press('Escape');
    await goOn(page);
    await details.waitFor();
  });
});
