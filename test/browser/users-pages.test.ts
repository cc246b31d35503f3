/** The list of users and what is done with them, in a real browser: add, edit by two, manage, delete. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, call, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

type Console = Awaited<ReturnType<typeof startSeededConsole>>;

const openUser = async (page: Page, name: string) => {
  await page.getByRole('searchbox').fill(name);
  await page.getByRole('button', { name, exact: true }).click();
  return page.getByRole('dialog', { name });
};

describe.skipIf(!hasChromium)('users in a browser', () => {
  let running: Console;
  beforeAll(async () => {
    running = await startSeededConsole();
  }, 120_000);
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('the pages of a gateway lead to the mails of its PBX’s users, which are sent only when asked for', async () => {
    const { user } = running.seeded;
    await using visited = await running.visit('/');
    const { page, faults } = visited;
    const { pbx, account } = await call<{ pbx: string; account: string }>(page, 'GET', `/users/${user}`);
    await page.goto(`${running.url}/users?mails=${account}&filter=pbx:eq:${pbx}`);
    const sure = page.getByRole('dialog', { name: 'Send welcome e-mails' });
    await sure.getByText(/^This is for \d+ users/).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'users-deployment-mails');
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.url()).not.toContain('mails=');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('look right and are accessible, in light, dark and on a telephone', { timeout: 300_000 }, async () => {
    await using visited = await running.visit('/users', { width: 320 });
    const { page } = visited;
    await page.getByText('of 160 shown').waitFor();
    expect(await faultsInEachLook(visited, 'users')).toEqual([]);
    await page.getByRole('button', { name: 'Add filter' }).click();
    await page.getByLabel('PBX users').waitFor();
    await page.getByText('(160)').first().waitFor();
    await shot(page, 'users-filter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New user' }).click();
    const form = page.getByRole('dialog', { name: 'New user' });
    await form.getByLabel('Mobile number').waitFor();
    expect(await faultsInEachLook(visited, 'users-new')).toEqual([]);
    await form.getByRole('button', { name: 'Cancel' }).click();
    await page.goto(`${running.url}/users?open=${running.seeded.user}`);
    const details = page.getByRole('dialog');
    await details.getByText('Changes may be overwritten on the next sync').waitFor();
    await shot(page, 'user-details');
    await details.getByRole('tab', { name: 'PBX' }).click();
    await details.getByText('Login Id').waitFor();
    expect(await faultsInEachLook(visited, 'user-details-pbx')).toEqual([]);
    await details.getByRole('button', { name: 'Edit' }).click();
    await page.getByText('Fields with a lock come from the PBX').waitFor();
    expect(await faultsInEachLook(visited, 'user-edit')).toEqual([]);
  });

  test('one is added by hand, found, edited by two admins of whom the second is told, and deleted', {
    timeout: 120_000,
  }, async () => {
    await using visited = await running.visit('/users');
    const { page } = visited;
    await page.getByRole('button', { name: 'New user' }).click();
    const form = page.getByRole('dialog', { name: 'New user' });
    await form.getByLabel('First name').fill('Marie');
    await form.getByLabel('Last name').fill('Curie محمد');
    await form.getByLabel('Email address').fill('desk@example.org');
    await form.getByLabel('Country code').selectOption('AT');
    await form.getByLabel('Mobile number').fill('0664 1234567');
    await form.getByRole('button', { name: 'Create user' }).click();
    await form.getByText('One or more of the attribute values are already in use').waitFor();
    await form.getByLabel('Email address').fill('marie@example.org');
    await form.getByRole('button', { name: 'Create user' }).click();
    await page.getByText('Marie Curie محمد was created.').waitFor();

    await using second = await running.visit('/users');
    for (const one of [page, second.page]) {
      const details = await openUser(one, 'Marie Curie محمد');
      await details.getByText('+436641234567').waitFor();
      await details.getByRole('button', { name: 'Edit' }).click();
      await one.getByRole('dialog', { name: 'Edit Marie Curie' }).waitFor();
    }
    const edit = page.getByRole('dialog', { name: 'Edit Marie Curie' });
    await edit.getByRole('textbox', { name: 'Name', exact: true }).fill('Marie Sklodowska');
    await edit.getByRole('switch', { name: 'Account Admin' }).click({ force: true });
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Marie Sklodowska was saved.').waitFor();
    const late = second.page.getByRole('dialog', { name: 'Edit Marie' });
    await late.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody else');
    await late.getByRole('button', { name: 'Save' }).click();
    await late.getByText('Somebody else has changed this user').waitFor();
    await late.getByRole('button', { name: 'Show the newest values' }).click();
    await expect
      .poll(() => late.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), { timeout: 20_000 })
      .toBe('Marie Sklodowska');
    await late.getByRole('textbox', { name: 'Name', exact: true }).fill('Left behind');
    await late.getByRole('button', { name: 'Cancel' }).click();
    await second.page.getByRole('button', { name: 'Discard them' }).click();
    await late.waitFor({ state: 'hidden' });

    // Still open from before the edit.
    const details = page.getByRole('dialog', { name: 'Marie Sklodowska' });
    await details.getByRole('tab', { name: 'History' }).click();
    await details.getByText('User changed: Marie Sklodowska').waitFor();
    await details.getByRole('button', { name: 'Delete' }).click();
    const confirm = page.getByRole('dialog', { name: 'Delete Marie Sklodowska' });
    expect(await confirm.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true);
    await confirm.getByLabel(/Type the word/).fill('delete');
    await confirm.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Marie Sklodowska was deleted.').waitFor();
  });

  test('those that are ticked, or all that match, are managed; synced ones stay listed when deleted', {
    timeout: 120_000,
  }, async () => {
    await using visited = await running.visit('/users?filter=property:eq:pbx-users&filter=status:eq:Active');
    const { page } = visited;
    await page.getByText('of 160 shown').waitFor();
    const ticks = page.getByRole('checkbox', { name: /^Select (?!all)/ });
    for (const at of [0, 1]) await ticks.nth(at).click();
    await page.getByRole('button', { name: 'Manage (2)' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export selected as CSV' }).click(),
    ]);
    expect((await readFile(await download.path(), 'utf8')).trim().split('\r\n')).toHaveLength(3);
    await page.getByRole('button', { name: 'Manage (2)' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const confirm = page.getByRole('dialog', { name: 'Delete' });
    await confirm.getByText('This is for 2 users.').waitFor();
    await shot(page, 'users-delete');
    await confirm.getByLabel(/Type the word/).fill('delete');
    await confirm.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('of 158 shown').waitFor();
    await page.goto(`${running.url}/users?filter=property:eq:pbx-only`);
    await page.getByText('2 of 2 shown').waitFor();
    await page.getByRole('button', { name: 'Manage', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Make active' }).click();
    const all = page.getByRole('dialog', { name: 'Make active' });
    await all.getByText('This is for 2 users.').waitFor();
    await all.getByRole('button', { name: 'Make active' }).click();
    await page.getByText('Done for 2 users.').waitFor();
    const { total } = await call<{ total: number }>(
      page,
      'GET',
      `/users?account=${running.account}&filter=property:eq:pbx-users&filter=status:eq:Active`,
    );
    expect(total).toBe(160);
  });

  test('columns are hidden and put in order, and stay so', { timeout: 60_000 }, async () => {
    await using visited = await running.visit('/users');
    const { page } = visited;
    await page.getByRole('columnheader', { name: 'Email address' }).waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    const chooser = page.getByRole('dialog');
    await chooser.getByRole('checkbox', { name: 'Department' }).click();
    await chooser.getByLabel('Move Email address down').click();
    await chooser.getByRole('button', { name: 'OK' }).click();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Department' }).waitFor();
    const headings = await page.getByRole('columnheader').allTextContents();
    expect(headings.indexOf('Ext')).toBeLessThan(headings.indexOf('Email address'));
  });
});
