/** Tokens, sign-in settings and the own profile in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, newContext, PERSON, watchedPage } from './support/console.ts';
import { axe, call, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('tokens, sign-in and profile in a browser', () => {
  let site: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    site = await startSeededConsole();
    await using visited = await site.visit('/settings/tokens');
    const token = { account: site.account, name: 'Nightly report', role: 'Support' };
    await call(visited.page, 'POST', '/api-tokens', token);
    await call(visited.page, 'POST', '/provisioning-tokens', { account: site.account, siteName: 'Shop', maxUses: 40 });
  }, 90_000);
  afterAll(() => site?.[Symbol.asyncDispose]());

  const pages = [
    ['tokens', '/settings/tokens', 'Nightly report', false],
    ['sign-in-provider', '/settings/sign-in', 'Enter at the provider', true],
    ['profile', '/profile', 'Where you are signed in', true],
    ['sign-in-problem', '/sign-in/problem#code=oidc.nobody&request=abc', 'Nobody here has the e-mail address', true],
  ] as const;
  test.each(pages)('%s: no fault, in light, dark and on a telephone', async (name, path, shows, all) => {
    await using visited = await site.visit(path, { all });
    await visited.page.getByText(shows).first().waitFor();
    expect(await faultsInEachLook(visited, name)).toEqual([]);
  });

  test('a token is shown once, works, and is refused once it is revoked', async () => {
    await using visited = await site.visit('/settings/tokens');
    const { page } = visited;
    await page.getByRole('button', { name: 'New API token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Backup');
    await dialog.getByLabel('Role').selectOption('Support');
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make token' }).click();
    const token = (await dialog.getByText(/^dmc_/).textContent()) ?? '';
    expect(await axe(page)).toEqual([]);
    await shot(page, 'token-once');
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    const use = () =>
      page.evaluate(
        async (bearer) =>
          (await fetch('/api/v1/gateways', { credentials: 'omit', headers: { authorization: `Bearer ${bearer}` } }))
            .status,
        token,
      );
    expect(await use()).toBe(200);
    await page.getByRole('button', { name: 'Revoke Backup' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Backup', { exact: true }).waitFor({ state: 'hidden' });
    expect(await use()).toBe(401);

    await page.getByRole('button', { name: 'New provisioning token' }).click();
    await dialog.getByLabel('How many gateways').fill('12');
    await dialog.getByRole('button', { name: 'Make token' }).click();
    await dialog.getByText('Copy the token now.').waitFor();
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('0 of 12 used').waitFor();
    // Chromium itself logs the refusal of the revoked token.
    expect(visited.faults.filter((fault) => !fault.includes('status of 401'))).toEqual([]);
  });

  test('a provider that does not answer is told as what it is; one that is off is kept', async () => {
    await using visited = await site.visit('/settings/sign-in', { all: true });
    const { page } = visited;
    await page.getByLabel('Name on the sign-in page').fill('Example Login');
    await page.getByLabel('Issuer').fill('http://127.0.0.1:9');
    await page.getByLabel('Client ID').fill('demarc');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The sign-in provider does not answer').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'provider-error');
    await page.getByLabel('Offer it on the sign-in page').uncheck({ force: true });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Remove provider' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Remove provider' }).click();
    await page.getByText('No provider is set up.').waitFor();
    expect(visited.faults.filter((fault) => !fault.includes('status of 409'))).toEqual([]);
  });

  test('the own password is changed and the other session is out; the name is changed', async () => {
    const context = await newContext(site.browser);
    const { page, faults } = await watchedPage(context, site.url);
    await page.goto(`${site.url}/profile`);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.locator('input[name=password]').fill(PERSON.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your profile' }).waitFor();
    await page.locator('input[name=current]').fill('wrong password');
    await page.locator('input[name=next]').fill('a new password');
    await page.locator('input[name=again]').fill('a new password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The current password is wrong').waitFor();
    await page.locator('input[name=current]').fill(PERSON.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password is changed.').first().waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Signed in as Ada Lovelace' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await using out = await site.visit('/gateways');
    await out.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(faults.filter((fault) => !/status of 40[13]/.test(fault))).toEqual([]);
    await context.close();
  });
});
