/** Accounts, their information page and their people in a real browser; links for passwords. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, newContext, watchedPage } from './support/console.ts';
import { axe, call, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('accounts and people in a browser', () => {
  let site: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    site = await startSeededConsole();
    await using visited = await site.visit('/people');
    const person = { account: site.account, name: 'Ivy Invited', email: 'ivy@example.org', role: 'Support' };
    await call(visited.page, 'POST', '/people', person);
    const manager = { account: null, name: 'Max Manager', email: 'max@example.org', role: 'Account Manager' };
    await call(visited.page, 'POST', '/people', manager);
  }, 90_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  const pages = [
    ['accounts', () => '/accounts', 'Demo Customer', true],
    ['account', () => `/accounts/${site.account}`, 'What the sync obeys', true],
    ['people', () => '/people', 'Ivy Invited', false],
    ['people-of-partner', () => '/people', 'Max Manager', true],
  ] as const;
  test.each(pages)('%s: no fault, in light, dark and on a telephone', async (name, path, shows, all) => {
    await using visited = await site.visit(path(), { all });
    await visited.page.getByText(shows).first().waitFor();
    expect(await faultsInEachLook(visited, name)).toEqual([]);
  });

  test('an account is added with its contact, found on its page, and edited by two: the slower one is told', async () => {
    await using visited = await site.visit('/accounts', { all: true });
    const { page } = visited;
    await page.getByRole('button', { name: 'Add account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Customer name').fill('Zürich Bank');
    await dialog.getByLabel('Country').selectOption('CH');
    await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill('Bahnhofstrasse 1');
    await dialog.getByLabel('Postal/Zip Code').fill('8001');
    await dialog.getByLabel('City/Town').fill('Zürich');
    await dialog.getByLabel('E-mail address of contact 1').fill('ops@bank.example');
    expect(await axe(page)).toEqual([]);
    await shot(page, 'account-create');
    await dialog.getByRole('button', { name: 'Add account' }).click();
    await page.getByRole('button', { name: 'Zürich Bank', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Account Zürich Bank' }).waitFor();
    await page.getByText('Bahnhofstrasse 1').waitFor();
    const id = new URL(page.url()).pathname.split('/')[2] ?? '';
    await page.getByText(id, { exact: true }).waitFor();
    const contacts = await call<{ items: { email: string }[] }>(page, 'GET', `/alert-contacts?account=${id}`);
    expect(contacts.items.map(({ email }) => email)).toEqual(['ops@bank.example']);

    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await dialog.getByLabel('Province/State').fill('ZH');
    await page.evaluate(async (path) => {
      const me = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const etag = (await fetch(path)).headers.get('etag') ?? '';
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrf, 'if-match': etag };
      await fetch(path, { method: 'PATCH', headers, body: '{"city":"Zurich"}' });
    }, `/api/v1/accounts/${id}`);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').waitFor();
    await shot(page, 'account-stale');
    await dialog.getByRole('button', { name: /newest/i }).click();
    await dialog.getByLabel('Province/State').fill('ZH');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('ZH', { exact: true }).waitFor();
    await page.getByText('Zurich', { exact: true }).waitFor();
    // Chromium itself logs the refusal of the old version.
    expect(visited.faults.filter((fault) => !fault.includes('status of 412'))).toEqual([]);
  });

  test('somebody is invited, chooses a password by the link once, and is disabled while signed in', async () => {
    await using visited = await site.visit('/people');
    const { page } = visited;
    await page.getByRole('button', { name: 'Invite person' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Ned <b>New</b>');
    await dialog.getByLabel('E-mail address').fill('ned@example.org');
    await dialog.getByLabel('Role').selectOption('Support');
    expect(await axe(page)).toEqual([]);
    await shot(page, 'person-invite');
    await dialog.getByRole('button', { name: 'Invite person' }).click();
    const link = (await dialog.getByText(/\/password#token=/).textContent()) ?? '';
    expect(await axe(page)).toEqual([]);
    await shot(page, 'person-link');
    await dialog.getByRole('button', { name: 'Done' }).click();

    const context = await newContext(site.browser);
    const invited = await watchedPage(context, site.url);
    await invited.page.goto(link);
    await invited.page.getByText('For ned@example.org').waitFor();
    await invited.page.locator('input[name=password]').fill('a good password');
    await invited.page.locator('input[name=again]').fill('another');
    await invited.page.getByText('The two are not the same.').waitFor();
    expect(await axe(invited.page)).toEqual([]);
    await shot(invited.page, 'password-link');
    await invited.page.locator('input[name=again]').fill('a good password');
    await invited.page.getByRole('button', { name: 'Save and sign in' }).click();
    await invited.page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    expect(await invited.page.getByRole('link', { name: 'Account managers' }).count()).toBe(0);
    expect(invited.faults).toEqual([]);

    await page.getByRole('button', { name: 'Edit Ned <b>New</b>' }).click();
    await dialog.getByLabel('Disabled: cannot sign in, anywhere').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Disabled', { exact: true }).waitFor();
    await invited.page.goto(`${site.url}/gateways`);
    await invited.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await invited.page.goto(link);
    await invited.page.reload();
    await invited.page.getByText('This link was used, replaced or has expired').waitFor();
    await context.close();
    expect(visited.faults).toEqual([]);
  });
});
