import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { until } from '#test/support/program.ts';
import { ADMIN } from '#test/support/site.ts';
import { hasChromium, newContext, watchedPage } from './support/console.ts';
import { picture, setupSecret, startWizardSite, type WizardSite } from './support/wizard.ts';

const USERS = 60;
const PASSWORD = 'a local password of ours';
/** The machine of a test may be busy. */
const SOON = { timeout: 30_000 };

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });

describe.skipIf(!hasChromium)('the gateway’s own pages in a browser (skipped without Chromium)', () => {
  /** Types the set-up secret in a browser of its own. */
  async function enter(wizard: WizardSite, context: BrowserContext): Promise<Page> {
    const { page } = await watchedPage(context, wizard.site.daemon.url);
    await page.goto(wizard.site.daemon.url);
    await page.getByLabel('Set-up secret').fill(await setupSecret(wizard.site));
    await page.getByRole('button', { name: 'Begin' }).click();
    await heading(page, 'Gateway').waitFor();
    return page;
  }

  test('an installer goes from the secret to the overview; an admin confirms the claim in the console', async () => {
    await using wizard = await startWizardSite({ users: USERS });
    const { site, lab, browser } = wizard;
    await using stack = new AsyncDisposableStack();
    const installer = await newContext(browser);
    const { page, faults } = await watchedPage(installer, site.daemon.url);
    stack.defer(() => page.close());
    // What was on the screen says more than the line that failed.
    stack.defer(() => picture(page, 'wizard-last'));
    await page.goto(site.daemon.url);

    // A wrong secret is told as what it is.
    await page.getByLabel('Set-up secret').fill('AAAA-BBBB-CCCC');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('alert').waitFor();
    await picture(page, 'wizard-entry-wrong');
    await page.getByLabel('Set-up secret').fill(await setupSecret(site));
    const begin = page.getByRole('button', { name: 'Begin' });
    await until('the wait after a wrong secret is over', 20_000, () => begin.isEnabled());
    await begin.click();
    await heading(page, 'Gateway').waitFor();
    await page.getByText('Configure gateway').waitFor();

    // Step Gateway: the site, the cloud, the claim (ONB-17, ONB-19).
    await page.getByLabel('Site Name').fill('Plant North');
    await page.getByLabel('Address', { exact: true }).fill('Main street 1');
    await page.getByLabel('City').fill('Graz');
    await page.getByLabel('Postal/Zip Code').fill('8010');
    await page.getByLabel('Province/State').fill('Styria');
    await page.getByLabel('Country').selectOption('AT');
    await page.getByLabel('Address of the cloud').fill(site.connector.url);
    await page.getByText('Other ways').click();
    await page.getByLabel('Certificate of the cloud’s authority').fill(await readFile(site.connector.caFile, 'utf8'));

    // Another browser stores a site meanwhile: this one is told, and overwrites nothing.
    const other = await newContext(browser);
    stack.defer(() => other.close());
    const second = await enter(wizard, other);
    await second.getByLabel('Site Name').fill('Plant South');
    await second.getByLabel('City').fill('Linz');
    await second.getByLabel('Province/State').fill('Upper Austria');
    await second.getByLabel('Country').selectOption('AT');
    await second.getByLabel('Address of the cloud').fill('https://127.0.0.1:1');
    await second.getByRole('button', { name: 'Next' }).click();
    await second.getByText('Successfully updated site').waitFor();
    await second.getByText('The cloud cannot be reached from this gateway').first().waitFor();
    await picture(second, 'wizard-cloud-unreachable');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Somebody else has changed this meanwhile').waitFor();
    await picture(page, 'wizard-overtaken');
    await page.getByRole('button', { name: 'Show what is stored' }).click();
    await expect.poll(() => page.getByLabel('Site Name').inputValue(), SOON).toBe('Plant South');
    await page.getByLabel('Site Name').fill('Plant North');
    await page.getByLabel('City').fill('Graz');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Successfully updated site').waitFor();

    // The code stands in every browser, also after a reload.
    const code = page.getByRole('status', { name: 'Claim code' });
    await code.waitFor();
    const shown = (await code.textContent()) ?? '';
    expect(shown).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await page.reload();
    await expect.poll(() => code.textContent(), SOON).toBe(shown);
    await expect.poll(() => second.getByRole('status', { name: 'Claim code' }).textContent(), SOON).toBe(shown);
    await picture(page, 'wizard-claim');

    const admin = await newContext(browser);
    stack.defer(() => admin.close());
    const link = await page.getByRole('link', { name: 'Open the console to add this gateway' }).getAttribute('href');
    const desk = await admin.newPage();
    await desk.goto(site.connector.url);
    await desk.getByLabel('E-mail address').fill(ADMIN.email);
    await desk.getByLabel('Password').first().fill(ADMIN.password);
    await desk.getByRole('button', { name: 'Sign in' }).click();
    await heading(desk, 'Home').waitFor();
    await desk.goto(link ?? '');
    const look = desk.getByRole('button', { name: 'Look it up' });
    const matches = desk.getByLabel(/Host name and key fingerprint are the same/);
    await look.or(matches).first().waitFor();
    if (await look.isVisible()) await look.click();
    await matches.check();
    await desk.getByPlaceholder('Choose an account').click();
    await desk.getByRole('option', { name: 'Demo Customer' }).click();
    await desk.getByRole('button', { name: 'Add this gateway' }).click();

    // The wizard goes on by itself.
    await heading(page, 'PBX').waitFor({ timeout: 60_000 });
    await picture(page, 'wizard-pbx-searching');

    // Step PBX: what a search finds comes first, with what speaks for it.
    await page.getByText('Search elsewhere').click();
    await page.getByLabel('Networks').fill(lab.network?.range ?? '');
    const ports = Object.entries(lab.network?.ports ?? {}).map(([name, port]) => `${name}=${port}`);
    await page.getByLabel('Ports that are not the usual ones').fill(ports.join(', '));
    await page.getByRole('button', { name: 'Search there' }).click();
    const found = page.getByRole('article', { name: /^MiVoice 5000/ });
    await found.waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Search again' }).waitFor({ timeout: 60_000 });
    await found.getByText(/^What speaks for it/).click();
    await picture(page, 'wizard-pbx-found');
    await found.getByRole('button', { name: /^Use MiVoice 5000/ }).click();
    const { host, port, baseDn, bindDn, password } = lab.mivoice5000;
    expect(await page.getByLabel('Directory address').inputValue()).toBe(host);
    await page.getByLabel('PBX Name').fill('Head office');
    await page
      .getByRole('textbox', { name: 'Port', exact: true })
      .or(page.getByRole('spinbutton', { name: 'Port', exact: true }))
      .fill(String(port));
    await page.getByLabel('Encryption').selectOption('none');
    await page.getByLabel('Base DN').fill(baseDn);
    await page.getByLabel('Log-in (bind DN)').fill(bindDn);
    await page.locator('input[name=password]').fill(password);
    await picture(page, 'wizard-pbx-form');

    // The gateway is cut off in the middle: what is typed stays, and the page says what is going on (ONB-46).
    await site.daemon.stop('SIGKILL');
    await page.getByText('Connection to the gateway lost').waitFor({ timeout: 30_000 });
    await picture(page, 'wizard-lost');
    await site.daemon.start();
    await page.getByText('Connection to the gateway lost').waitFor({ state: 'detached', timeout: 30_000 });
    expect(await page.getByLabel('Base DN').inputValue()).toBe(baseDn);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Successfully created PBX Link').waitFor();

    // Step Connect (ONB-27 to ONB-35).
    await heading(page, 'Connect').waitFor();
    await page.getByRole('button', { name: 'Connect: Head office' }).click();
    await page.getByText('Connection successful').waitFor({ timeout: 60_000 });
    await page.getByText('PBX Connected').first().waitFor();
    await page.getByText(/^Successful$/).waitFor({ timeout: 60_000 });
    await expect.poll(() => page.locator('.dw-figure').first().textContent(), SOON).toBe(String(USERS));
    await picture(page, 'wizard-connect');
    await page.getByRole('button', { name: /^Users without an e-mail address/ }).click();
    const list = page.getByRole('dialog', { name: 'Users without an e-mail address' });
    await list.getByRole('row').nth(1).waitFor();
    await picture(page, 'wizard-irregular');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('link', { name: 'Download as CSV' }).click(),
    ]);
    const csv = await readFile(await file.path(), 'utf8');
    expect(csv.trim().split('\n').length).toBeGreaterThan(1);
    await page.keyboard.press('Escape');
    const minutes = page.getByRole('textbox', { name: 'PBX Sync Schedule (in minutes)' });
    expect(await minutes.inputValue()).toBe('20');
    await minutes.fill('30');
    await page
      .getByRole('form', { name: /PBX Sync Schedule/ })
      .getByRole('button', { name: 'Save' })
      .click();
    await page.getByText('The schedule was saved').waitFor();
    await page.getByRole('button', { name: 'Sync Now: Head office' }).click();
    await page.getByRole('button', { name: 'Next' }).click();

    // Step Deployment: Complete needs the password that takes the secret's place (ONB-36 to ONB-38).
    await heading(page, 'Deployment').waitFor();
    await page.getByText(site.account.id).waitFor();
    const mails = await page.getByRole('link', { name: 'Send deployment mails' }).getAttribute('href');
    expect(mails).toContain(`/users?mails=${site.account.id}&filter=pbx`);
    expect(await page.getByRole('button', { name: 'Complete' }).isDisabled()).toBe(true);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('Repeat the password').fill(PASSWORD);
    await picture(page, 'wizard-deployment');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password was set').waitFor();
    await page.getByRole('button', { name: 'Complete' }).click();
    await heading(page, 'Overview').waitFor();
    await page.getByText('Onboarding Complete').first().waitFor();
    await page.getByText('every 30 minutes').waitFor();
    await picture(page, 'wizard-overview');
    expect(faults.filter((fault) => !/ERR_CONNECTION|status of (401|409|502|503|429)/.test(fault))).toEqual([]);
  }, 240_000);
});
