import axeCore from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
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

/** What the gateways say of their hosts. */
async function tell(database: string, account: string, virtual: Record<string, boolean>): Promise<void> {
  const store = await Store.open({ path: database, clock: systemClock });
  const at = new Date().toISOString();
  for (const [gateway, is] of Object.entries(virtual)) {
    const document = { hostName: 'gw', version: '0.1.0', addresses: ['192.168.10.20'], timeZone: 'Europe/Vienna' };
    const whole = { ...document, startedAt: at, certificateExpiresAt: at, virtual: is };
    await store.write(async ({ db }) => {
      await db.deleteFrom('section').where('gateway_id', '=', gateway).where('section', '=', 'gateway').execute();
      const row = { account_id: account, gateway_id: gateway, section: 'gateway', boot: 1, revision: 1, hash: 'h' };
      await db
        .insertInto('section')
        .values({ ...row, document: JSON.stringify(whole), received_at: at })
        .execute();
    });
  }
  await store.close();
}

describe.skipIf(!hasChromium)('letting go, in a browser', () => {
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
    await tell(running.database, account, { [seeded.gateways.offline]: false, [seeded.gateways.online]: true });
    state = await context.storageState();
    await context.close();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const visit = async (path: string, options: { dark?: boolean; width?: number } = {}) => {
    const context = await newContext(running.browser, { ...options, storageState: state });
    const { page } = await watchedPage(context, running.url);
    await page.goto(`${running.url}${path}`);
    return { page, [Symbol.asyncDispose]: () => context.close() };
  };

  test('an appliance is reverted only after the word, and its page then says that it is gone', async () => {
    await using look = await visit(`/gateways/${seeded.gateways.offline}`, { dark: true, width: 320 });
    await look.page.getByRole('button', { name: 'Revert to factory default' }).click();
    const dialog = look.page.getByRole('dialog', { name: 'Revert to factory default?' });
    await dialog.getByText('Demo Customer').waitFor();
    await dialog.getByText('192.168.10.20').waitFor();
    expect(await axe(look.page)).toEqual([]);
    expect(await narrow(look.page)).toBe(0);
    if (SHOTS) await look.page.screenshot({ path: `${SHOTS}/revert-dark-320.png` });

    await using wide = await visit(`/gateways/${seeded.gateways.offline}`);
    const { page } = wide;
    await page.getByRole('button', { name: 'Revert to factory default' }).click();
    const confirm = page.getByRole('button', { name: 'Confirm' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole('textbox').fill('revert');
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/revert-light.png` });
    await confirm.click();
    await page.getByText('Released', { exact: true }).first().waitFor();
    expect(await page.getByRole('heading', { name: 'Let this gateway go' }).count()).toBe(0);
  });

  test('a virtual machine can be released and not reverted (ONB-43)', async () => {
    await using look = await visit(`/gateways/${seeded.gateways.online}`);
    await look.page.getByRole('button', { name: 'Release', exact: true }).waitFor();
    expect(await look.page.getByRole('button', { name: 'Revert to factory default' }).count()).toBe(0);
    const panel = look.page.getByRole('heading', { name: 'Let this gateway go' });
    await panel.scrollIntoViewIfNeeded();
    expect(await axe(look.page)).toEqual([]);
    if (SHOTS) await look.page.screenshot({ path: `${SHOTS}/virtual-light.png` });
  });

  test('an account is switched off, on again and deleted, each by its word', async () => {
    await using look = await visit('/accounts');
    const { page } = look;
    const step = async (button: string, word: string) => {
      await page.getByRole('button', { name: `${button} Demo Customer` }).click();
      await page.getByRole('textbox', { name: word }).fill(word);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/account-${word}.png` });
      expect(await axe(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    };
    await step('Deactivate', 'deactivate');
    await page.getByText('Deactivated', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete Demo Customer' }).count()).toBe(0);
    await step('Reactivate', 'reactivate');
    await step('Delete', 'delete');
    await page.getByText('Add the first customer account').waitFor();
  });
});
