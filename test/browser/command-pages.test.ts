import axeCore from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, newContext, PERSON, type RunningConsole, startConsole, watchedPage } from './support/console.ts';
import { type Seeded, seed } from './support/seed.ts';

/** Where somebody wants to look at the pages; nothing is written otherwise. */
const SHOTS = process.env['DEMARC_SCREENSHOTS'];

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

const narrow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe.skipIf(!hasChromium)('commands, in a browser', () => {
  let running: RunningConsole;
  let state: Awaited<ReturnType<BrowserContext['storageState']>>;
  let seeded: Seeded;

  beforeAll(async () => {
    running = await startConsole();
    const context = await newContext(running.browser);
    const { page } = await watchedPage(context, running.url);
    await page.goto(running.setupLink);
    await page.getByLabel('Company (partner account)').fill('Alpine Partner');
    await page.getByLabel('Your name').fill(PERSON.name);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.locator('input[name=password]').fill(PERSON.password);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const account = await page.evaluate(async () => {
      const me = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrf };
      const body = JSON.stringify({ name: 'Demo Customer', country: 'AT' });
      return ((await (await fetch('/api/v1/accounts', { method: 'POST', headers, body })).json()) as { id: string }).id;
    });
    seeded = await seed(running.database, account);
    state = await context.storageState();
    await context.close();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const visit = async (path: string, options: { dark?: boolean; width?: number } = {}) => {
    const context = await newContext(running.browser, { ...options, storageState: state });
    const { page, faults } = await watchedPage(context, running.url);
    await page.goto(`${running.url}${path}`);
    return { page, faults, [Symbol.asyncDispose]: () => context.close() };
  };
  const shot = async (page: Page, name: string) => {
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png` });
  };

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
    await list.page.getByText('The log-in was refused. Correct the password in the wizard.').first().waitFor();
    await shot(list.page, 'commands-dark-320');
    expect([await axe(list.page), await narrow(list.page)]).toEqual([[], 0]);
    await using one = await visit(`/gateways/${seeded.gateways.offline}`, { dark: true, width: 320 });
    await one.page.getByRole('button', { name: 'Restart', exact: true }).click();
    await one.page.getByRole('dialog', { name: 'Restart or reboot' }).waitFor();
    await shot(one.page, 'power-dark-320');
    expect([await axe(one.page), await narrow(one.page)]).toEqual([[], 0]);
  });
});
