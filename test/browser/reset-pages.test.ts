import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole, type Visit } from './support/seeded.ts';

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
  let running: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    running = await startSeededConsole();
    const { offline, online } = running.seeded.gateways;
    await tell(running.database, running.account, { [offline]: false, [online]: true });
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const visit = (path: string, options: Visit = {}) => running.visit(path, { ...options, all: true });

  test('an appliance is reverted only after the word, and its page then says that it is gone', async () => {
    await using look = await visit(`/gateways/${running.seeded.gateways.offline}`, { dark: true, width: 320 });
    await look.page.getByRole('button', { name: 'Revert to factory default' }).click();
    const dialog = look.page.getByRole('dialog', { name: 'Revert to factory default?' });
    await dialog.getByText('Demo Customer').waitFor();
    await dialog.getByText('192.168.10.20').waitFor();
    expect(await axe(look.page)).toEqual([]);
    expect(await overflow(look.page)).toBe(0);
    await shot(look.page, 'revert-dark-320');

    await using wide = await visit(`/gateways/${running.seeded.gateways.offline}`);
    const { page } = wide;
    await page.getByRole('button', { name: 'Revert to factory default' }).click();
    const confirm = page.getByRole('button', { name: 'Confirm' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole('textbox').fill('revert');
    await shot(page, 'revert-light');
    await confirm.click();
    await page.getByText('Released', { exact: true }).first().waitFor();
    expect(await page.getByRole('heading', { name: 'Let this gateway go' }).count()).toBe(0);
  });

  test('a virtual machine can be released and not reverted (ONB-43)', async () => {
    await using look = await visit(`/gateways/${running.seeded.gateways.online}`);
    await look.page.getByRole('button', { name: 'Release', exact: true }).waitFor();
    expect(await look.page.getByRole('button', { name: 'Revert to factory default' }).count()).toBe(0);
    const panel = look.page.getByRole('heading', { name: 'Let this gateway go' });
    await panel.scrollIntoViewIfNeeded();
    expect(await axe(look.page)).toEqual([]);
    await shot(look.page, 'virtual-light');
  });

  test('an account is switched off, on again and deleted, each by its word', async () => {
    await using look = await visit('/accounts');
    const { page } = look;
    const step = async (button: string, word: string) => {
      await page.getByRole('button', { name: `${button} Demo Customer` }).click();
      await page.getByRole('textbox', { name: word }).fill(word);
      await shot(page, `account-${word}`);
      expect(await axe(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    };
    await step('Deactivate', 'deactivate');
    await page.getByRole('button', { name: 'Deactivate Demo Customer' }).waitFor({ state: 'detached' });
    // Those that are switched off have a list of their own.
    await page.getByText('Deactivated', { exact: true }).first().click();
    await page.getByRole('button', { name: 'Reactivate Demo Customer' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete Demo Customer' }).count()).toBe(0);
    await step('Reactivate', 'reactivate');
    await page.getByText('Active', { exact: true }).first().click();
    await step('Delete', 'delete');
    await page.getByText('Add the first customer account').waitFor();
  });
});
