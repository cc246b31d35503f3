import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN, InstalledGateway, ReleaseWorkshop } from '#test/support/installation.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import { ADMIN } from '#test/support/site.ts';
import { ConnectorProcess, firstAccount } from '#test/support/stack.ts';
import { buildPages, hasChromium, launchBrowser, newContext, watchedPage } from './support/console.ts';
import { axe, overflow } from './support/seeded.ts';
import { picture, setupSecret } from './support/wizard.ts';

/** A gateway starts anew, its new version settles, and the page asks once a second. */
const UPDATED = { timeout: 90_000 };

describe.skipIf(!hasChromium)('updates on the gateway’s own page (skipped without Chromium)', () => {
  test('a schedule, a check, an update that is followed on the page, and one that is taken back (DMN-11, DMN-12, ONB-46)', async () => {
    await buildPages('wizard');
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder('wizard-update')).path;
    const workshop = await ReleaseWorkshop.open(join(folder, 'workshop'));
    const connector = stack.use(new ConnectorProcess({ data: join(folder, 'connector'), port: await freePort() }));
    await connector.start();
    const { api, account } = await firstAccount(connector, ADMIN);
    const offered = join(folder, 'connector/releases/stable');
    const root = join(folder, 'installation');
    await workshop.install('1.0.0', root);
    const state = join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    const settings = {
      version: 1,
      site: { timeZone: 'Europe/Vienna' },
      update: { limitSeconds: 30, settleSeconds: 3 },
    };
    await writeFile(join(state, 'config.json'), JSON.stringify(settings));
    const installed = stack.use(new InstalledGateway({ root, state, port: await freePort() }));
    await installed.start();
    await installed.enrol(connector, api, account.id);
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const { page, faults } = await watchedPage(await newContext(browser), installed.url);
    stack.defer(() => picture(page, 'update-last'));
    await page.goto(`${installed.url}/gateway`);
    await page.getByLabel('Set-up secret').fill(await setupSecret({ daemon: installed }));
    await page.getByRole('button', { name: 'Begin' }).click();

    const panel = page.getByRole('region', { name: 'Gateway Update' });
    const fact = (name: string) => panel.locator(`dt:text-is("${name}") + dd`);
    await panel.getByRole('combobox', { name: 'Schedule' }).waitFor();
    expect(await fact('Newer version').textContent()).toBe('none');
    await panel.getByRole('combobox', { name: 'Schedule' }).selectOption('weekly');
    await panel.getByLabel('Day').selectOption({ label: 'Saturday' });
    await panel.getByLabel('Time (Europe/Vienna)').fill('21:00');
    await panel.getByRole('button', { name: 'Reschedule' }).click();
    await page.getByText('The schedule was saved').first().waitFor();
    await page.reload();
    expect(await panel.getByLabel('Time (Europe/Vienna)').inputValue()).toBe('21:00');
    await panel.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => fact('Next check').textContent()).toBe('paused');
    await panel.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => fact('Next check').textContent()).toMatch(/^\w+day, .* Central European/);

    // An update that nobody is in the way of: told while it goes on, and the pages of the new version come by themselves.
    await workshop.make('1.1.0', offered);
    await panel.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('The gateway has looked for updates').waitFor();
    await panel.getByRole('button', { name: 'Install 1.1.0' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'update-available');
    await page.evaluate(() => Object.assign(window, { isOld: true }));
    await panel.getByRole('button', { name: 'Install 1.1.0' }).click();
    await page.getByText('Update in progress').waitFor(UPDATED);
    await picture(page, 'update-in-progress');
    expect(await page.getByText('Connection to the gateway lost').count()).toBe(0);
    await expect.poll(() => page.evaluate(() => 'isOld' in window).catch(() => true), UPDATED).toBe(false);
    await expect.poll(() => fact('Version').textContent(), UPDATED).toBe('1.1.0');
    await page.getByText('Update in progress').waitFor({ state: 'detached', ...UPDATED });
    await expect.poll(() => fact('Last update').textContent(), UPDATED).not.toBe('never');
    expect(await page.getByText('Update error').count()).toBe(0);

    // One that does not start is taken back, and every page says why.
    await workshop.make('1.2.0', offered, { change: BROKEN['crashes at its start'] });
    await panel.getByRole('button', { name: 'Check now' }).click();
    await page.evaluate(() => {
      const seen: string[] = [];
      const look = () =>
        seen.push(...[...document.querySelectorAll('[role=alert]')].map((one) => one.textContent ?? ''));
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
      Object.assign(window, { seen });
    });
    await panel.getByRole('button', { name: 'Install 1.2.0' }).click();
    await page.getByText('Version 1.2.0 was taken back; 1.1.0 runs again.').waitFor(UPDATED);
    await page.getByText('Update error').waitFor();
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen.join('\n'));
    expect(seen, 'nobody is frightened in between').not.toContain('Connection to the gateway lost');
    await picture(page, 'update-taken-back');
    await page.setViewportSize({ width: 320, height: 800 });
    await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'update-taken-back-narrow');
    await page.goto(`${installed.url}/setup/overview`);
    await page.getByText('Update error').waitFor();
    expect(faults.filter((fault) => !/ERR_|status of (401|502|503)/.test(fault))).toEqual([]);
  }, 240_000);
});
