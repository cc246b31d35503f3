import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, call, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

/** A figure of the fleet by its label. */
const figure = (page: Page, label: string) =>
  page.getByRole('region', { name: 'Fleet at a glance' }).getByRole('link', { name: label, exact: true });

describe.skipIf(!hasChromium)('the home page, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('shows the fleet over all accounts and what comes first, each with its next step and the way to it', async () => {
    await using look = await running.visit('/', { all: true });
    const { page, faults } = look;
    const first = page.getByRole('region', { name: 'Needs you first' });
    const lines = first.getByRole('listitem');
    await lines.first().getByText('(62 of 122 users)').waitFor();
    await lines.first().getByText('Demo Customer').waitFor();
    await first.getByText('Offline', { exact: true }).waitFor();
    await first.getByText('Renew it before that.').waitFor();
    await shot(page, 'home-light');
    expect(await axe(page)).toEqual([]);
    await figure(page, 'Held').click();
    await page.getByText('1 of 1 shown').waitFor();
    await page.goBack();
    await figure(page, 'Certificates').click();
    await page.getByRole('heading', { level: 1, name: 'Gateways' }).waitFor();
    await page.getByText('No match').or(page.getByText('Nothing matches')).first().waitFor();
    await page.goBack();
    await first.getByRole('link', { name: 'Decide: Head office' }).click();
    await page.getByRole('heading', { level: 1, name: 'Head office' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('changes by itself when something changes', async () => {
    await using look = await running.visit('/');
    const { page } = look;
    const first = page.getByRole('region', { name: 'Needs you first' });
    await first.getByRole('link', { name: 'Open: Graz' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const { offline } = running.seeded.gateways;
    await call(page, 'DELETE', `/gateways/${offline}`, { confirm: 'release' });
    await first.getByRole('link', { name: 'Open: Graz' }).waitFor({ state: 'detached' });
  });

  test('of an account of which nothing needs anybody says so', async () => {
    await using look = await running.visit('/', { dark: true, all: true });
    const { page } = look;
    const { id } = await call<{ id: string }>(page, 'POST', '/accounts', { name: 'Empty', country: 'AT' });
    await page.evaluate((account) => sessionStorage.setItem('demarc.account', account), id);
    await page.goto(running.url);
    await page.getByText('No gateway yet.').waitFor();
    await page.getByText('Nothing needs you.').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('is fine in the dark and on a telephone', async () => {
    for (const all of [false, true]) {
      await using look = await running.visit('/', { all });
      await look.page.getByText('(62 of 122 users)').first().waitFor();
      expect(await faultsInEachLook(look, `home-${all ? 'all' : 'one'}`)).toEqual([]);
    }
  });
});
