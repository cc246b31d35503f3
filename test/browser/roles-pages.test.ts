/** Roles and account managers in a real browser: ticks, accounts, converting, assigning. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, call, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('roles and account managers in a browser', () => {
  let site: Awaited<ReturnType<typeof startSeededConsole>>;
  let role = '';
  const managers: string[] = [];
  beforeAll(async () => {
    site = await startSeededConsole();
    await using visited = await site.visit('/roles', { all: true });
    const { page } = visited;
    const ticks = ['accounts:view', 'users:view', 'users:edit', 'support:view', 'support:logs'];
    const body = { name: 'Help desk', description: 'Looks and helps', base: 'Account Admin', permissions: ticks };
    role = (await call<{ id: string }>(page, 'POST', '/roles', body)).id;
    await call(page, 'POST', '/accounts', { name: 'Second Customer', country: 'DE' });
    for (const name of ['Max', 'Mia']) {
      const email = `${name.toLowerCase()}@example.org`;
      const person = { account: null, name: `${name} Manager`, email, role: 'Account Manager' };
      managers.push((await call<{ person: { id: string } }>(page, 'POST', '/people', person)).person.id);
    }
    const accounts = { accounts: [site.account], assign: true };
    await call(page, 'POST', `/account-managers/${managers[0]}/accounts`, accounts);
  }, 90_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  const pages = [
    ['roles', () => '/roles', 'Help desk'],
    ['role', () => `/roles/${role}`, 'Collect and read logs'],
    ['managers', () => '/account-managers', 'Max Manager'],
    ['managed', () => `/account-managers/accounts?people=${managers.join(',')}`, 'Accounts of Max Manager'],
  ] as const;
  test.each(pages)('%s: no fault, in light, dark and on a telephone', async (name, path, shows) => {
    await using visited = await site.visit(path(), { all: true });
    await visited.page.getByText(shows).first().waitFor();
    expect(await faultsInEachLook(visited, name)).toEqual([]);
  });

  test('ticks follow their View; a role is saved, copied, given to an account and deleted by its word', async () => {
    await using visited = await site.visit(`/roles/${role}`, { all: true });
    const { page } = visited;
    const box = (name: string) => page.getByRole('checkbox', { name });
    expect(await box('Accounts: View (always on)').isDisabled()).toBe(true);
    expect(await box('Users: Edit').isChecked()).toBe(true);
    await box('Users: View').uncheck();
    expect(await box('Users: Edit').isChecked()).toBe(false);
    await box('Event history: View').check();
    await box('People: Edit').check();
    expect(await box('People: View').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The role is saved.').waitFor();
    const saved = await call<{ permissions: string[] }>(page, 'GET', `/roles/${role}`);
    expect(saved.permissions).toContain('people:edit');
    expect(saved.permissions).not.toContain('users:edit');

    await page.getByRole('tab', { name: 'Accounts' }).click();
    await page.getByRole('checkbox', { name: 'Select Second Customer' }).check();
    await page.getByRole('button', { name: 'Assign selected (1)' }).click();
    await page.getByRole('cell', { name: 'Help desk' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'role-accounts');

    await page.getByRole('button', { name: 'Duplicate', exact: true }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Base role').isDisabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create role' }).click();
    await page.getByRole('heading', { level: 1, name: 'Copy of Help desk' }).waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('delete');
    await remove.click();
    await page.getByRole('heading', { level: 1, name: 'Roles' }).waitFor();
    await page.getByRole('link', { name: 'Copy of Help desk' }).waitFor({ state: 'hidden' });
    expect(visited.faults).toEqual([]);
  });

  test('managers are assigned accounts, upgraded and converted, each with its bar; nobody manages themselves', async () => {
    await using visited = await site.visit('/account-managers', { all: true });
    const { page } = visited;
    const dialog = page.getByRole('dialog');
    await page.getByRole('checkbox', { name: 'Select Max Manager' }).check();
    await page.getByRole('checkbox', { name: 'Select Mia Manager' }).check();
    await page.getByRole('button', { name: 'Manage selected (2)' }).click();
    await page.getByRole('tab', { name: 'Assigned to some' }).click();
    await page.getByRole('checkbox', { name: 'Select Demo Customer' }).check();
    await page.getByRole('button', { name: 'Assign (1)', exact: true }).click();
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('2 of 2 done').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'managers-assign');
    await dialog.getByText('Close', { exact: true }).click();
    await page.getByRole('tab', { name: 'Assigned to all' }).click();
    await page.getByText('Demo Customer').first().waitFor();
    await page.getByRole('link', { name: 'Back to account managers' }).click();

    await page.getByRole('checkbox', { name: 'Select Mia Manager' }).check();
    await page.getByRole('button', { name: 'Upgrade selected (1)' }).click();
    await dialog.getByText('Confirm Upgrade To Administrator(s)?').waitFor();
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('1 of 1 done').waitFor();
    await dialog.getByText('Close', { exact: true }).click();
    await page.getByRole('tab', { name: 'Administrators (2)' }).click();
    await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
    await page.getByText('somebody else manages your entry').waitFor();
    await page.getByRole('button', { name: 'Convert selected (1)' }).click();
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('1 of 1 done').waitFor();
    await dialog.getByText('Close', { exact: true }).click();
    await page.getByRole('tab', { name: 'Account Managers (2)' }).waitFor();
    expect(visited.faults).toEqual([]);
  });

  test('while one account is in view there is no page of account managers', async () => {
    await using visited = await site.visit('/account-managers');
    await visited.page.getByText('This page is about the partner as a whole').waitFor();
    expect(await visited.page.getByRole('link', { name: 'Account managers' }).count()).toBe(0);
    await visited.page.getByRole('button', { name: 'Show all accounts' }).click();
    await visited.page.getByRole('heading', { name: 'Account managers', level: 1 }).waitFor();
  });
});
