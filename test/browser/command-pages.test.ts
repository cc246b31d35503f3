import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole, type Visit } from './support/seeded.ts';

describe.skipIf(!hasChromium)('commands, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const visit = (path: string, options: Visit = {}) => running.visit(path, { ...options, all: true });

  test('each of the selected gateways has its command or the reason why not; one that waits says so, and is canceled', async () => {
    await using look = await visit('/gateways');
    const { page, faults } = look;
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: 'Commands for 3 gateways' }).click();
    await page.getByRole('menuitem', { name: 'Self-test' }).click();
    const dialog = page.getByRole('dialog', { name: 'Self-test: 3 gateways' });
    await dialog
      .getByText(/^Waits for the gateway until /)
      .first()
      .waitFor();
    expect(await dialog.getByText('Not issued. This gateway does not support the command').count()).toBe(2);
    await shot(page, 'bulk-light');
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('link', { name: 'Show all of them in the list of commands' }).click();
    await page.getByRole('heading', { level: 1, name: 'Commands' }).waitFor();
    await page.getByText('1 of 1 shown').waitFor();
    await page.getByText(/^Issued together is Self-test, /).waitFor();
    await shot(page, 'commands-light');
    await page.getByRole('button', { name: 'Cancel: Self-test' }).first().click();
    await page.getByText('Canceled by Ada Admin.').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('a restart of several is asked for twice', async () => {
    await using look = await visit('/gateways', { dark: true });
    const { page } = look;
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: 'Commands for 3 gateways' }).click();
    await page.getByRole('menuitem', { name: 'Restart the gateway' }).click();
    await page.getByRole('button', { name: 'Restart 3 gateways' }).waitFor();
    await shot(page, 'bulk-restart-dark');
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.goto(`${running.url}/commands`);
    await page.getByRole('heading', { level: 1, name: 'Commands' }).waitFor();
    expect(await page.getByRole('cell', { name: 'Restart the gateway' }).count()).toBe(0);
  });

  test('both pages fit a telephone, in the dark', async () => {
    await using list = await visit('/commands', { dark: true, width: 320 });
    await list.page.getByRole('heading', { level: 1, name: 'Commands' }).waitFor();
    await list.page.getByText('refused the user name or password. Enter the right password.').first().waitFor();
    await shot(list.page, 'commands-dark-320');
    expect([await axe(list.page), await overflow(list.page)]).toEqual([[], 0]);
    await using one = await visit(`/gateways/${running.seeded.gateways.offline}`, { dark: true, width: 320 });
    await one.page.getByRole('button', { name: 'Restart', exact: true }).click();
    await one.page.getByRole('dialog', { name: 'Restart or reboot' }).waitFor();
    await shot(one.page, 'power-dark-320');
    expect([await axe(one.page), await overflow(one.page)]).toEqual([[], 0]);
  });
});
