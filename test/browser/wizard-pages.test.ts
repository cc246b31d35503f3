import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WizardAnswer } from '#contract/wizard/state.ts';
import { hasChromium, newContext, watchedPage } from './support/console.ts';
import { englishLines } from './support/german.ts';
import { axe, overflow } from './support/seeded.ts';
import { picture, setupSecret, startWizardSite, type WizardSite } from './support/wizard.ts';

type StorageState = NonNullable<NonNullable<Parameters<typeof newContext>[1]>['storageState']>;

/** Every page by its address, with the heading that tells it is there. */
const PAGES = [
  ['setup/gateway', 'Gateway'],
  ['setup/pbx', 'PBX'],
  ['setup/connect', 'Connect'],
  ['setup/deployment', 'Deployment'],
  ['setup/advanced', 'Advanced'],
  ['setup/overview', 'Overview'],
  ['gateway', 'This gateway'],
  ['self-test', 'Self-test'],
  ['support', 'Logs and support'],
  ['licences', 'Terms and licences'],
  ['nowhere', 'There is no such page'],
] as const;

const PASSWORD = 'a local password of ours';

describe.skipIf(!hasChromium)('the pages of a gateway that is set up (skipped without Chromium)', () => {
  let wizard: WizardSite;
  let session: StorageState;

  beforeAll(async () => {
    wizard = await startWizardSite({ users: 20 });
    const { site } = wizard;
    const { revision } = await site.daemon.call<WizardAnswer>('GET', '/api/wizard');
    const place = { name: 'Plant North', address: 'Main street 1', city: 'Graz', country: 'AT', province: 'Styria' };
    await site.daemon.call('PUT', '/api/wizard/site', {
      revision,
      site: { ...place, postalCode: '8010', timeZone: 'Europe/Vienna' },
    });
    await site.enrol();
    await site.addDirectory();
    await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/test`);
    await using context = await closing(await newContext(wizard.browser));
    session = await wizard.signedIn(context.it);
  });
  afterAll(() => wizard?.[Symbol.asyncDispose]());

  test.each([
    ['light', {}],
    ['dark', { dark: true }],
    ['narrow', { width: 320 }],
  ])('%s: every page is within its window, and axe finds nothing', async (name, options) => {
    const { site, browser } = wizard;
    await using context = await closing(await newContext(browser, { ...options, storageState: session }));
    const { page, faults } = await watchedPage(context.it, site.daemon.url);
    const found: string[] = [];
    for (const [path, title] of PAGES) {
      await page.goto(`${site.daemon.url}/${path}`);
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      await page.getByRole('progressbar').or(page.locator('.mantine-Loader-root')).waitFor({ state: 'detached' });
      found.push(...(await axe(page)).map((line) => `${path}: ${line}`));
      expect(await overflow(page), path).toBeLessThanOrEqual(0);
      await picture(page, `wizard-${path.replace('/', '-')}-${name}`);
    }
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
  });

  test('in German, too', async () => {
    const { site, browser } = wizard;
    await using context = await closing(await newContext(browser, { storageState: session }));
    await context.it.addInitScript(`localStorage.setItem('demarc.language', 'de')`);
    const { page, faults } = await watchedPage(context.it, site.daemon.url);
    await page.goto(`${site.daemon.url}/self-test`);
    await page.getByRole('button', { name: 'Starten' }).click();
    await page.getByRole('article', { name: /Head office/ }).waitFor({ timeout: 60_000 });
    const left: string[] = [];
    for (const [path] of PAGES) {
      await page.goto(`${site.daemon.url}/${path}`);
      await page.locator('main').getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.mantine-Loader-root').waitFor({ state: 'detached' });
      await picture(page, `wizard-${path.replace('/', '-')}-de`);
      // The log of the gateway is for support, and licences are as their authors wrote them.
      if (path === 'support' || path === 'licences') continue;
      const lines = await englishLines(page);
      // What a tool of this machine has said itself.
      left.push(...lines.filter((line) => !line.includes('networkctl')).map((line) => `${path}: ${line}`));
    }
    expect(left).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
    expect(faults).toEqual([]);
  });

  test('the page of the gateway: report, tunnels, debug view, self-test, bundle, and the password at the door', async () => {
    const { site, browser } = wizard;
    await using context = await closing(await newContext(browser, { storageState: session }));
    const { page, faults } = await watchedPage(context.it, site.daemon.url);
    await page.goto(`${site.daemon.url}/gateway`);

    // DMN-10: weekday, date, time, zone and offset, in the zone of the site.
    const report = page.getByRole('region', { name: 'Inventory Report Submission' });
    await report
      .getByText(/^\w+day, \d+ \w+ \d{4} at [\d:]{8} Central European .*Time \(UTC\+0[12]:00\)$/)
      .first()
      .waitFor();
    await report.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('The inventory was reported').waitFor();
    await page.getByRole('region', { name: 'Registration' }).getByText('Demo Customer').waitFor();

    // A tunnel is started only after a question, and the customer's switch wins over it.
    await site.daemon.call('PATCH', `/api/tunnels/${site.pbxs.directory}.web`, {
      host: '127.0.0.1',
      port: 9,
      scheme: 'https',
    });
    await page.getByRole('button', { name: /^Start Head office, Administration/ }).click();
    await page.getByRole('dialog', { name: 'Start this tunnel?' }).getByRole('button', { name: 'Yes' }).click();
    await page.getByText('started', { exact: true }).waitFor();
    await page.getByRole('switch', { name: 'Remote access is allowed' }).click();
    await page.getByText('started, but switched off').waitFor();
    await page.getByRole('switch', { name: 'Remote access is allowed' }).click();
    await page.getByRole('dialog', { name: 'Allow remote access?' }).getByRole('button', { name: 'Yes' }).click();
    await page.getByText('started', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Stop Head office, Administration/ }).click();
    await page.getByText('started', { exact: true }).waitFor({ state: 'detached' });

    await page.getByRole('switch', { name: 'Debug view' }).click();
    await page.getByRole('region', { name: 'Queue' }).waitFor();
    await picture(page, 'wizard-debug');

    await page.goto(`${site.daemon.url}/self-test`);
    await page.getByRole('button', { name: 'Run' }).click();
    const check = page.getByRole('article', { name: /Head office/ });
    await check.waitFor({ timeout: 60_000 });
    await picture(page, 'wizard-self-test');

    await page.goto(`${site.daemon.url}/support`);
    await page
      .getByRole('region', { name: 'Log of the gateway' })
      .getByText(/daemon ready/)
      .first()
      .waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download', { timeout: 90_000 }),
      page.getByRole('button', { name: 'Make and download' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.tar\.gz$/);

    // With a password the way in is no longer the secret alone; another browser's session ends.
    await page.goto(`${site.daemon.url}/setup/advanced`);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('Repeat the password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password was set').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Set-up secret').waitFor();
    await page.getByRole('button', { name: 'Use the password instead' }).click();
    await page.getByLabel(/^Password of this gateway/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await setupSecret(site), 'the secret stays until the set-up is complete').not.toBe('');
    expect(faults.filter((fault) => !fault.includes('status of 401'))).toEqual([]);
  });
});

/** Closes a context at the end of its block. */
async function closing<T extends { close(): Promise<void> }>(it: T): Promise<AsyncDisposable & { it: T }> {
  return { it, [Symbol.asyncDispose]: () => it.close() };
}
