import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, newContext, PERSON, watchedPage } from './support/console.ts';
import type { Seeded } from './support/seed.ts';
import { axe, call, faultsInEachLook, PARTNER, type SetUp, startSeededConsole, type Visit } from './support/seeded.ts';

/** As the first person does it, on the page of the set-up link. */
const setUpByHand: SetUp = async (context, link) => {
  const { page, faults } = await watchedPage(context, new URL(link).origin);
  await page.goto(link);
  await page.getByLabel('Company (partner account)').fill(PARTNER);
  await page.getByLabel('Your name').fill(PERSON.name);
  await page.getByLabel('E-mail address').fill(PERSON.email);
  await page.locator('input[name=password]').fill(PERSON.password);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  // The first visit asks who is signed in and is told "nobody": Chromium logs that 401 by itself.
  expect(faults.filter((fault) => !fault.includes('status of 401'))).toEqual([]);
};

describe.skipIf(!hasChromium)('the console in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  let seeded: Seeded;

  beforeAll(async () => {
    running = await startSeededConsole(setUpByHand);
    ({ seeded } = running);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  async function visit(path: string, options: Visit = {}) {
    const watched = await running.visit(path, { ...options, all: true });
    await watched.page.getByRole('heading', { level: 1 }).waitFor();
    return watched;
  }

  test('signing in: a wrong password says what to do, the right one leads to the page that was asked for', async () => {
    const context = await newContext(running.browser);
    const { page, faults } = await watchedPage(context, running.url);
    await page.goto(`${running.url}/users`);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password').first().fill('wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The e-mail address or the password is wrong').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('Password').first().fill(PERSON.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
    expect(faults.filter((fault) => !fault.includes('status of 401'))).toEqual([]);
    await context.close();
  });

  const pages: readonly [name: string, path: () => string, shows: string][] = [
    ['Home', () => '/', '(62 of 122 users)'],
    ['Gateways', () => '/gateways', 'Graz'],
    ['a gateway', () => `/gateways/${seeded.gateways.online}`, 'reading, 1,840 read'],
    ['Add gateway', () => '/claim', 'Claim code'],
    ['Users', () => '/users', 'of 160 shown'],
    ['a user who is not among the loaded rows', () => `/users?open=${seeded.user}`, 'Changes may be overwritten'],
    ['Sync runs', () => '/sync-runs', 'Waiting for a decision'],
    ['a Held run', () => `/sync-runs/${seeded.heldRun}`, 'of 62 shown'],
    ['Platforms', () => '/platforms', 'vienna-appliance.example.org'],
    ['Applications', () => '/applications', '1.7.8-develop+870'],
    ['Event history', () => '/events', 'Account created'],
    ['Commands', () => '/commands', 'refused the user name or password'],
    ['Accounts', () => '/accounts', 'Demo Customer'],
    ['an unknown address', () => '/nowhere', 'Choose a page from the navigation.'],
  ];
  test.each(pages)('%s has no fault in light, in the dark and on a telephone', async (name, path, shows) => {
    await using visited = await visit(path());
    await visited.page.getByText(shows).first().waitFor();
    expect(await faultsInEachLook(visited, `console-${name.replaceAll(' ', '-')}`)).toEqual([]);
  });

  test('users: search finds as one types, the irregularity filter counts and narrows, details say what is locked', async () => {
    await using visited = await visit('/users');
    const { page } = visited;
    await page.getByRole('searchbox').fill('02007');
    await page.getByText('1 of 1 shown').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Add filter' }).click();
    await page.getByLabel('Field').selectOption('Irregularity');
    await page.getByLabel('No e-mail address (18)').check();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('18 of 18 shown').waitFor();
    const csv = await page.getByRole('link', { name: 'Export CSV' }).getAttribute('href');
    const lines = await page.evaluate(
      async (href) => (await (await fetch(href)).text()).trim().split('\r\n').length,
      csv ?? '',
    );
    expect(lines).toBe(1 + 18);
    await page.locator('.dk-rowlink').first().click();
    const details = page.getByRole('dialog');
    await details
      .getByText(/^Synced from (Head office|Warehouse)\. Changes may be overwritten on the next sync\.$/)
      .waitFor();
    expect(await axe(page)).toEqual([]);
    expect(visited.faults).toEqual([]);
  });

  test('users: rows load page by page, and sorting asks the server', async () => {
    await using visited = await visit('/users');
    const { page } = visited;
    await page.getByText('50 of 160 shown').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('100 of 160 shown').waitFor();
    await page.getByRole('button', { name: /^Ext/ }).click();
    await page.waitForFunction(
      () => document.querySelector('.dk-table tbody tr td:nth-child(4)')?.textContent === '02000',
    );
    expect(await page.getByRole('columnheader', { name: /^Ext/ }).getAttribute('aria-sort')).toBe('ascending');
  });

  test('columns: what a person hides stays hidden after a reload; what is fixed cannot be hidden', async () => {
    await using visited = await visit('/platforms');
    const { page } = visited;
    await page.getByRole('button', { name: 'Columns' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('SWA status (always shown)').isDisabled()).toBe(true);
    await dialog.getByRole('checkbox', { name: 'Version' }).uncheck();
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await page.reload();
    await page.getByText('1 of 1 shown').waitFor();
    expect(await page.getByRole('columnheader', { name: 'Version' }).count()).toBe(0);
    expect(await page.getByRole('columnheader', { name: 'SWA status' }).count()).toBe(1);
  });

  test('platform details tell source and age of each value and list the partitions', async () => {
    await using visited = await visit('/platforms');
    const { page } = visited;
    await page.getByRole('button', { name: 'vienna-appliance.example.org' }).click();
    const details = page.getByRole('dialog');
    await details.getByText('7.68 GiB').waitFor();
    await details.getByText('124.00 MiB').waitFor();
    expect(await details.getByText('stale').count()).toBe(1);
    expect(await axe(page)).toEqual([]);
  });

  test('event details: four tabs, and the ticked events become a CSV file', async () => {
    await using visited = await visit('/events');
    const { page } = visited;
    await page.getByRole('button', { name: 'Edit' }).first().click();
    await page.getByRole('tab', { name: 'Properties changed' }).click();
    await page.getByRole('cell', { name: 'Work', exact: true }).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close the details' }).click();
    await page.getByRole('checkbox', { name: 'Select Edit Account' }).first().check();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export (1)' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text.trim().split('\r\n')).toHaveLength(2);
    expect(text).toContain('phonePolicy');
  });

  test('a command appears with its state as soon as it is issued; one that the gateway does not know cannot be', async () => {
    await using visited = await visit(`/gateways/${seeded.gateways.offline}`);
    const { page } = visited;
    expect(await page.getByRole('button', { name: 'Run self-test' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Report inventory' }).click();
    await page.getByRole('status').getByText('Report the inventory').waitFor();
    await page.getByRole('status').getByText('Queued').waitFor();
    expect(visited.faults).toEqual([]);
  });

  test('a change made elsewhere appears without a reload', async () => {
    await using one = await visit('/accounts');
    await one.page.getByText('Live', { exact: true }).waitFor();
    await using other = await visit('/');
    await call(other.page, 'POST', '/accounts', { name: 'Made elsewhere', country: 'DE' });
    await one.page.getByRole('button', { name: 'Made elsewhere', exact: true }).waitFor({ timeout: 2000 });
  });

  test('an unknown claim code is refused with the next step, and another can be entered', async () => {
    await using visited = await visit('/claim?code=ACDEFGHJ');
    const { page } = visited;
    await page.getByRole('alert').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enter another code' }).click();
    expect(await page.getByLabel('Claim code').inputValue()).toBe('ACDE-FGHJ');
  });

  test('a run shows the records that were left out or changed, and saves them as CSV', async () => {
    await using visited = await visit(`/sync-runs/${seeded.heldRun}`, { width: 320 });
    const { page, faults } = visited;
    await page.getByRole('cell', { name: 'title: cut to 256 characters' }).waitFor();
    await page.getByText('And 1 more that the gateway did not list.').waitFor();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const csv = await readFile(await (await saved).path(), 'utf8');
    expect(csv.split('\r\n')[1]).toBe('Rejected,line 17,the number is there already on line 4');
    expect(faults).toEqual([]);
  });

  test('removing the users of a Held run needs the typed word; keeping them is one step and shows the command', async () => {
    await using visited = await visit(`/sync-runs/${seeded.heldRun}`);
    const { page } = visited;
    await page.getByRole('button', { name: 'Confirm removal' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^Type the word/).fill('remov');
    expect(await dialog.getByRole('button', { name: 'Confirm removal' }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type the word/).fill('remove');
    expect(await dialog.getByRole('button', { name: 'Confirm removal' }).isDisabled()).toBe(false);
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Reject (keep users)' }).click();
    await page.getByText('Removal rejected').waitFor();
    await page.getByRole('status').getByText('Sync users').waitFor();
    expect(visited.faults).toEqual([]);
  });

  test('on a telephone the navigation is there when it was opened, and until then takes no tab stop', async () => {
    await using visited = await visit('/users', { width: 320 });
    const { page } = visited;
    const link = page.getByRole('navigation').getByRole('link', { name: 'SIP trunks' });
    await page.getByRole('button', { name: 'Open the navigation' }).waitFor();
    expect(await link.count()).toBe(0);
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'SIP trunks' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.getByRole('button', { name: 'Open the navigation' }).waitFor();
    expect(await link.count()).toBe(0);
  });

  test('the first tab stop skips the navigation, and the theme switch holds over a reload', async () => {
    await using visited = await visit('/users');
    const { page } = visited;
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.getByRole('button', { name: /^Appearance/ }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
  });
});
