import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startLab } from '#test/lab/lab.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import { DaemonProcess } from '#test/support/stack.ts';
import { buildPages, hasChromium, launchBrowser, newContext, watchedPage } from './support/console.ts';
import { axe, overflow } from './support/seeded.ts';
import { picture, setupSecret } from './support/wizard.ts';

const USERS = 30;

describe.skipIf(!hasChromium)('the embedded variant in a browser (skipped without Chromium)', () => {
  test('Gateway, Sync, Deployment, Advanced, Overview: the one PBX is entered and synced in a single step', async () => {
    await buildPages('wizard');
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder('embedded')).path;
    const lab = await startLab({ users: USERS, folder: join(folder, 'exports') });
    stack.defer(() => lab.stop());
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ version: 1, variant: 'embedded', pbxs: [] }));
    const state = join(folder, 'state');
    const daemon = stack.use(
      new DaemonProcess({ state, port: await freePort(), env: { DEMARC_DAEMON_CONFIG: config } }),
    );
    await daemon.start();
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const context = await newContext(browser, { width: 390 });
    const { page, faults } = await watchedPage(context, daemon.url);
    stack.defer(() => picture(page, 'wizard-embedded-last'));

    // A step by its address, before anybody is signed in: the door first, then that step.
    await page.goto(`${daemon.url}/setup/sync`);
    await page.getByLabel('Set-up secret').fill(await setupSecret({ daemon }));
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sync', exact: true }).waitFor();
    await page.getByText('Step 2 of 5').waitFor();
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    const steps = page.getByRole('list', { name: 'Installation' }).getByRole('link');
    expect(
      (await steps.allTextContents()).map((text) => text.replace(/(current|not done|done|optional).*$/, '')),
    ).toEqual(['1. Gateway', '2. Sync', '3. Deployment', '4. Advanced', '5. Overview']);
    await page.getByRole('button', { name: 'Close the navigation' }).click();

    await page.getByRole('button', { name: 'None of these: enter it by hand' }).click();
    await page.getByLabel('PBX Type').selectOption('mivoice-5000');
    const { host, port, baseDn, bindDn, password } = lab.mivoice5000;
    await page.getByLabel('PBX Name').fill('Beside us');
    await page.getByLabel('Directory address').fill(host);
    await page.getByRole('spinbutton', { name: 'Port', exact: true }).fill(String(port));
    await page.getByLabel('Encryption').selectOption('none');
    await page.getByLabel('Base DN').fill(baseDn);
    await page.getByLabel('Log-in (bind DN)').fill(bindDn);
    await page.locator('input[name=password]').fill('not this one');
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await picture(page, 'wizard-embedded-form');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Successfully created PBX Link').waitFor();

    // A wrong password is told with what to do; the right one is entered in the settings of the link.
    await page.getByText('Start syncing PBX users to the cloud').waitFor();
    await page.getByRole('button', { name: 'Sync: Beside us' }).click();
    await page.getByText('The PBX is not connected').waitFor();
    await picture(page, 'wizard-embedded-refused');
    await page.getByRole('link', { name: 'Settings of the link' }).click();
    const secret = page.locator('input[name=password]');
    await secret.waitFor();
    expect(await secret.inputValue(), 'a secret is never shown again').toBe('');
    await secret.fill(password);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Successfully updated PBX Link').waitFor();
    await page.getByRole('button', { name: 'Sync: Beside us' }).click();
    await page.getByText('Connection successful').waitFor();
    await expect.poll(() => page.locator('.dw-figure').first().textContent(), { timeout: 30_000 }).toBe(String(USERS));
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deployment' }).waitFor();
    await page.getByText('This gateway belongs to no account yet.').waitFor();
    expect(faults).toEqual([]);
  }, 240_000);
});
