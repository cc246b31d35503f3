import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createServer, connect as netConnect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LaunchIssued, LaunchRedeemed } from '#contract/tunnels.ts';
import type { PbxsAnswer } from '#contract/wizard/pbx.ts';
import type { WizardAnswer } from '#contract/wizard/state.ts';
import { type AdminSite, startAdminSite } from '#test/support/admin-site.ts';
import { until } from '#test/support/program.ts';
import { ADMIN } from '#test/support/site.ts';
import { hasChromium, newContext, type Watched, watchedPage } from './support/console.ts';
import { axe, overflow } from './support/seeded.ts';
import { picture, setupSecret, startWizardSite, type WizardSite } from './support/wizard.ts';

/** The machine of a test may be busy. */
const SOON = { timeout: 60_000 };
const PASSWORD = 'a local password of ours';
const FAMILIES = ['mivoice-business', 'mivoice-5000', 'mivoice-office-400', 'mx-one'] as const;

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });

describe.skipIf(!hasChromium)('a whole set-up, and the way out of it (skipped without Chromium)', () => {
  let wizard: WizardSite;
  let watched: Watched;
  let page: Page;
  let admin: AdminSite;

  beforeAll(async () => {
    wizard = await startWizardSite({ users: 30, daemonEnv: { DEMARC_VIRTUAL: 'no' } });
    admin = await startAdminSite();
    const { site, browser } = wizard;
    const { revision } = await site.daemon.call<WizardAnswer>('GET', '/api/wizard');
    const place = { name: 'Plant North', address: 'Main street 1', city: 'Graz', country: 'AT', province: 'Styria' };
    await site.daemon.call('PUT', '/api/wizard/site', {
      revision,
      site: { ...place, postalCode: '8010', timeZone: 'Europe/Vienna' },
    });
    await site.enrol();
    const context = await newContext(browser);
    await wizard.signedIn(context);
    watched = await watchedPage(context, site.daemon.url);
    ({ page } = watched);
  }, 120_000);
  afterAll(async () => {
    await picture(page, 'site-last').catch(() => undefined);
    await admin?.[Symbol.asyncDispose]();
    await wizard?.[Symbol.asyncDispose]();
  });

  const go = (path: string) => page.goto(`${wizard.site.daemon.url}${path}`);

  test('steps that are skipped by their address say what is missing and lead back to it', async () => {
    await go('/setup/connect');
    await page.getByText('There is no telephone system yet.').waitFor();
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await go('/setup/deployment');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByLabel('Repeat the password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password was set').waitFor();
    const missing = page.getByRole('status').filter({ hasText: 'Before Complete these steps have to be done:' });
    expect(await missing.getByRole('link').allTextContents()).toEqual(['PBX', 'Connect']);
    expect(await page.getByRole('button', { name: 'Complete' }).isDisabled()).toBe(true);
    await picture(page, 'site-skipped');
    await go('/setup/overview');
    await heading(page, 'Overview').waitFor();
    await page.getByText('Add PBX').first().waitFor();
  });

  test('what to prepare is there for each step and each family, and can be ticked off', async () => {
    await go('/setup/pbx');
    await page.getByRole('button', { name: 'Prerequisite checklist' }).click();
    const dialog = page.getByRole('dialog', { name: 'Before you begin this step' });
    await dialog.getByRole('checkbox').first().check();
    expect(await dialog.getByRole('checkbox').count()).toBeGreaterThan(2);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'None of these: enter it by hand' }).click();
    for (const family of FAMILIES) {
      await page.getByLabel('PBX Type').selectOption(family);
      const lines = page.locator('details[open] ol > li');
      await lines.first().waitFor();
      expect(await lines.count(), family).toBeGreaterThan(3);
      await page.evaluate(() => {
        for (const part of document.querySelectorAll('details')) part.open = true;
      });
      expect(await axe(page), family).toEqual([]);
      await picture(page, `site-form-${family}`);
      await page.setViewportSize({ width: 320, height: 800 });
      await expect.poll(() => overflow(page), { message: family }).toBeLessThanOrEqual(0);
      await picture(page, `site-form-${family}-narrow`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
  });

  test('a form is taken with its folded parts left empty', async () => {
    const { host, port, user, password } = wizard.lab.mxOne ?? {};
    await go('/setup/pbx');
    await page.getByRole('button', { name: 'None of these: enter it by hand' }).click();
    await page.getByLabel('PBX Type').selectOption('mx-one');
    await page.getByLabel('PBX Name').fill('Tower');
    for (const [name, value] of Object.entries({ host, port, user, password })) {
      await page.locator(`input[name="${name}"]`).fill(String(value));
    }
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Successfully created PBX Link').waitFor();
    await heading(page, 'Connect').waitFor();
    const { pbxs } = await wizard.site.daemon.call<PbxsAnswer>('GET', '/api/pbxs');
    await wizard.site.daemon.call('DELETE', `/api/pbxs/${pbxs[0]?.id}`);
  });

  test('form exports: what lacks is told, the files are uploaded, and their people are there', async () => {
    await go('/setup/pbx');
    await page.getByRole('button', { name: 'None of these: enter it by hand' }).click();
    await page.getByLabel('PBX Type').selectOption('mivoice-business');
    await page.getByLabel('PBX Name').fill('Plant');
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Successfully created PBX Link').waitFor();
    await heading(page, 'Connect').waitFor();
    await page.getByRole('button', { name: 'Connect: Plant' }).click();
    await page.getByText('The PBX is not connected').waitFor(SOON);
    await page
      .getByText(/No form export was found/)
      .first()
      .waitFor();
    expect(await page.getByText(/Link to the PBX lost/).count(), 'what never was is not lost').toBe(0);
    await picture(page, 'site-no-exports');
    const folder = wizard.lab.mivoiceBusiness.folder;
    const files = (await readdir(folder)).filter((name) => name.endsWith('.csv')).map((name) => join(folder, name));
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Upload form exports' }).click(),
    ]);
    await chooser.setFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: randomBytes(64) }]);
    await page.getByRole('alert').filter({ hasText: 'Code' }).last().waitFor();
    await picture(page, 'site-upload-refused');
    const [again] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Upload form exports' }).click(),
    ]);
    await again.setFiles(files);
    await page.getByText('The files were uploaded').waitFor(SOON);
    await page.getByRole('button', { name: 'Connect: Plant' }).click();
    await page.getByText('Connection successful').waitFor(SOON);
    await expect.poll(() => page.locator('.dw-figure').first().textContent(), SOON).toBe('30');
    await picture(page, 'site-exports');
  });

  test('a PBX that goes away in the middle of Connect is told, and Connect goes on when it is back', async () => {
    await using way = await startWay(wizard.lab.mivoice5000);
    const { baseDn, bindDn, password } = wizard.lab.mivoice5000;
    const connection = { host: '127.0.0.1', port: way.port, tls: 'none', baseDn, bindDn, password };
    const { id } = await wizard.site.daemon.call<{ id: string }>('POST', '/api/pbxs', {
      type: 'mivoice-5000',
      name: 'Head office',
      connection,
    });
    await go('/setup/connect');
    way.hold();
    await page.getByRole('button', { name: 'Connect: Head office' }).click();
    await page.getByText('The gateway tests the way to the telephone system').waitFor();
    way.cut();
    const panel = page.getByRole('region', { name: 'Head office' });
    await panel.getByText('The PBX is not connected').waitFor(SOON);
    await picture(page, 'site-pbx-away');
    // The daemon is killed while it tests: the page waits for it, and the button works again.
    way.hold();
    await page.getByRole('button', { name: 'Connect: Head office' }).click();
    await page.getByText('The gateway tests the way to the telephone system').waitFor();
    await wizard.site.daemon.stop('SIGKILL');
    await page.getByText('Connection to the gateway lost', { exact: true }).waitFor(SOON);
    way.pass();
    await wizard.site.daemon.start();
    await page.getByText('Connection to the gateway lost', { exact: true }).waitFor({ state: 'detached', ...SOON });
    await page.getByRole('button', { name: 'Connect: Head office' }).click();
    await panel.getByText('Connection successful').waitFor(SOON);
    await expect.poll(() => panel.locator('.dw-figure').first().textContent(), SOON).toBe('30');
    await wizard.site.daemon.call('DELETE', `/api/pbxs/${id}`);
  });

  test('who is in by a tunnel stands on the page, and is put out by the customer', async () => {
    const { site } = wizard;
    const { pbxs } = await site.daemon.call<PbxsAnswer>('GET', '/api/pbxs');
    const tunnel = `${pbxs.find(({ name }) => name === 'Plant')?.id}.web`;
    await site.daemon.call('PATCH', `/api/tunnels/${tunnel}`, { host: '127.0.0.1', port: admin.port, scheme: 'https' });
    await go('/gateway');
    await page.getByText('Nobody is connected now.').waitFor();
    await page.getByRole('button', { name: 'Start Plant, Administration web interface' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
    await page.getByText('started', { exact: true }).waitFor();
    const wish = { gateway: site.gateway, tunnel, reason: 'ticket 4711' };
    // Until the cloud knows of the start.
    let issued = await site.api.send('POST', '/api/v1/launches', wish);
    await until('a launch is issued', 30_000, async () => {
      if (issued.status !== 201) issued = await site.api.send('POST', '/api/v1/launches', wish);
      return issued.status === 201;
    });
    const token = new URL((issued.body as LaunchIssued).url).hash.slice(1);
    const { host, ticket } = await site.api.post<LaunchRedeemed>('/api/v1/launches/redeem', { token });
    const entered = await asking(host, '/.demarc/enter', { method: 'POST' }, JSON.stringify({ ticket }));
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await asking(host, '/login', { headers: { cookie } })).statusCode).toBe(200);
    const sessions = page.getByRole('region', { name: 'Who is connected now' });
    const row = sessions.getByRole('row').filter({ hasText: 'ticket 4711' });
    await row.waitFor(SOON);
    await row.getByText('Plant').waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'site-session');
    await page.setViewportSize({ width: 320, height: 800 });
    await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
    await picture(page, 'site-session-narrow');
    await page.setViewportSize({ width: 1280, height: 800 });
    await sessions.getByRole('button', { name: 'End session of Demo Admin' }).click();
    await page.getByText('Nobody is connected now.').waitFor();
    await until('the person is out', 10_000, async () => {
      return (await asking(host, '/login', { headers: { cookie } })).statusCode === 410;
    });
    await page.getByRole('button', { name: 'Stop Plant, Administration web interface' }).click();
  });

  test('Complete with the tick leads to the users in the console', async () => {
    await go('/setup/deployment');
    await page.getByLabel('Go to the Users list page after Complete').check();
    await page.getByRole('button', { name: 'Complete' }).click();
    await page.waitForURL((url) => url.href.startsWith(wizard.site.connector.url), SOON);
    await page.getByLabel('E-mail address').fill(ADMIN.email);
    await page.getByLabel('Password').first().fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading(page, 'Users').waitFor();
  });

  test('a release, and the way back to the factory, need their words; each leads to where one begins (ONB-42)', async () => {
    await go('/setup/advanced');
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    const release = page.getByRole('dialog', { name: 'Release this gateway?' });
    await release.getByText('Demo Customer').waitFor();
    await release.getByRole('textbox').fill('revert');
    expect(await release.getByRole('button', { name: 'Confirm' }).isDisabled()).toBe(true);
    await release.getByRole('textbox').fill('release');
    await picture(page, 'site-release');
    await release.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The gateway has begun with it.').waitFor();
    // It starts anew, belongs to nobody, and goes on to serve its PBX.
    await page.getByText('Configure gateway').waitFor(SOON);
    await picture(page, 'site-released');
    await go('/setup/advanced');
    expect(await page.getByRole('button', { name: 'Release', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Revert to factory default' }).click();
    const revert = page.getByRole('dialog', { name: 'Revert To Factory Default?' });
    await revert.getByRole('textbox').fill('revert');
    expect(await axe(page)).toEqual([]);
    await revert.getByRole('button', { name: 'Confirm' }).click();
    await page.getByLabel('Set-up secret').waitFor(SOON);
    await picture(page, 'site-reverted');
    await page.getByLabel('Set-up secret').fill(await setupSecret(wizard.site));
    await page.getByRole('button', { name: 'Begin' }).click();
    await heading(page, 'Advanced').waitFor();
    await go('/setup/pbx');
    await heading(page, 'PBX').waitFor();
    expect(await page.getByText('Plant', { exact: true }).count()).toBe(0);
    const { site } = wizard;
    const own = (fault: string) =>
      !/ERR_|status of (400|401|404|409|415|422|429|502|503)/.test(fault) && !fault.includes(site.connector.url);
    expect(watched.faults.filter(own)).toEqual([]);
  });
});

/** Asks the relay for a page of a session, whose host name leads to this machine. */
async function asking(
  host: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> },
  body?: string,
): Promise<IncomingMessage> {
  const sent = request({
    host: '127.0.0.1',
    port: Number(host.split(':')[1]),
    path,
    method,
    servername: host.replace(/:\d+$/, ''),
    rejectUnauthorized: false,
    agent: false,
    headers: { host, ...headers },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

/** The way to a PBX, on which it goes away: `hold` lets nothing through, `cut` ends what is open, `pass` is as ever. */
async function startWay(target: { host: string; port: number }) {
  const open = new Set<Socket>();
  let held = false;
  const server = createServer((near) => {
    open.add(near);
    near.on('error', () => undefined).on('close', () => open.delete(near));
    if (held) return;
    const far = netConnect(target);
    far.on('error', () => undefined).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    hold: () => {
      held = true;
    },
    pass: () => {
      held = false;
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
