import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tunnel } from '#contract/tunnels.ts';
import { startSite as startLabSite } from '#test/lab/mivoice-business/admin-site.ts';
import { type AdminSite, startAdminSite } from '#test/support/admin-site.ts';
import { freePort, hasProgram, type Program, portOpen, startProgram, until } from '#test/support/program.ts';
import { ADMIN, type Site, startSite } from '#test/support/site.ts';
import { hasChromium, newContext, type RunningConsole, startConsole } from './support/console.ts';

/** What the first page of an admin site loads. */
const ASSETS = 40;

/** nginx with a folder of files, as many appliances have it. */
async function startNginx(folder: string): Promise<{ port: number; program: Program }> {
  const port = await freePort();
  await mkdir(join(folder, 'www'), { recursive: true });
  const pictures = Array.from({ length: ASSETS }, (_, n) => `<img src="/dot.svg?${n}" alt="dot">`);
  await writeFile(join(folder, 'www/index.html'), `<h1>Served by nginx</h1>${pictures.join('')}`);
  await writeFile(join(folder, 'www/dot.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const config = [
    `pid ${folder}/nginx.pid;`,
    `error_log ${folder}/error.log;`,
    'events {}',
    'http {',
    `  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;`,
    `  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;`,
    `  types { text/html html; image/svg+xml svg; } gzip on;`,
    `  server { listen 127.0.0.1:${port}; root ${folder}/www; absolute_redirect on; }`,
    '}',
  ];
  await writeFile(join(folder, 'nginx.conf'), config.join('\n'));
  const program = startProgram('nginx', ['-c', join(folder, 'nginx.conf'), '-g', 'daemon off; user root;']);
  await portOpen(port);
  return { port, program };
}

describe.skipIf(!hasChromium || !hasProgram('nginx'))(
  'Launch in a browser (skipped without Chromium and nginx)',
  () => {
    let built: RunningConsole;
    let site: Site;
    let secure: AdminSite;
    let plain: AdminSite;
    let nginx: Awaited<ReturnType<typeof startNginx>>;
    let context: BrowserContext;

    beforeAll(async () => {
      // Builds the console and brings the browser.
      built = await startConsole();
      site = await startSite({ users: 10 });
      secure = await startAdminSite();
      plain = await startAdminSite({ scheme: 'http' });
      nginx = await startNginx(join(site.folder, 'nginx'));
      await site.enrol();
      await site.addDirectory();
      context = await newContext(built.browser);
      const page = await context.newPage();
      await page.goto(site.connector.url);
      await page.getByLabel('E-mail address').fill(ADMIN.email);
      await page.getByLabel('Password').first().fill(ADMIN.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      await page.close();
    });
    afterAll(async () => {
      await context?.close();
      await nginx?.program.stop();
      await secure?.[Symbol.asyncDispose]();
      await plain?.[Symbol.asyncDispose]();
      await site?.[Symbol.asyncDispose]();
      await built?.[Symbol.asyncDispose]();
    });

    /** Points the PBX's tunnel at a system, starts it, and clicks Launch in the console. */
    async function launch(port: number, scheme: 'http' | 'https'): Promise<Page> {
      const tunnel = `${site.pbxs.directory}.web`;
      await site.daemon.call('PATCH', `/api/tunnels/${tunnel}`, { host: '127.0.0.1', port, scheme });
      await site.daemon.call('POST', `/api/tunnels/${tunnel}/start`, { confirm: 'yes' });
      const page = await context.newPage();
      await page.goto(`${site.connector.url}/gateways/${site.gateway}`);
      const button = page.getByRole('button', { name: 'Launch Head office' });
      await button.click();
      const dialog = page.getByRole('dialog', { name: 'Launch Head office' });
      await dialog.getByLabel('Reason').fill('Ticket 4711');
      const go = dialog.getByRole('button', { name: 'Launch' });
      const [tab] = await Promise.all([context.waitForEvent('page'), go.click()]);
      await tab.waitForURL(/launch\.localhost/);
      await page.close();
      return tab;
    }

    test.each([
      ['an HTTPS page with its own certificate', () => secure],
      ['a plain HTTP page', () => plain],
    ])('%s: log-in form, file upload and WebSocket work; the page sees only itself', async (_name, of) => {
      const system = of();
      const tab = await launch(system.port, system.scheme);
      await tab.locator('input[name=password]').fill(system.password);
      await tab.getByRole('button', { name: 'Log in' }).click();
      await tab.getByRole('heading', { name: 'System administration' }).waitFor();
      await tab.getByText('console says hello').waitFor();
      const buffer = Buffer.alloc(3_000_000, 'x');
      await tab.locator('#file').setInputFiles({ name: 'backup.tar', mimeType: 'application/x-tar', buffer });
      await tab.getByRole('button', { name: 'Upload' }).click();
      await tab.getByText('3000000 bytes').waitFor();
      expect(system.complaints).toEqual([]);
      // The address holds no secret, and the console's own cookie stays out of reach.
      expect(tab.url()).toMatch(/^https:\/\/[a-z2-7]{26}\.launch\.localhost:\d+\/$/);
      expect(await tab.evaluate(() => document.cookie)).toBe('');
      await tab.close();
    });

    test('the lab’s MiVoice Business: its log-in form takes the right password after a wrong one, and both sides have it on record', async () => {
      const lab = await startLabSite({
        title: 'Mitel | MiVoice Business',
        loginPath: '/esm_loginMain.htm',
        server: 'GoAhead-Webs',
        user: 'installer',
        password: 'lab-password',
        lockAfter: 3,
      });
      await using stack = new AsyncDisposableStack();
      stack.defer(() => lab.stop());
      // It takes the place of a system that showed another certificate.
      const tunnel = `${site.pbxs.directory}.web`;
      const tab = await launch(lab.port, 'https');
      const refused = tab.getByRole('heading', { name: /another certificate/ });
      const form = tab.locator('input[name=password]');
      await refused.or(form).waitFor();
      if (await refused.isVisible()) {
        const page = await context.newPage();
        await page.goto(`${site.connector.url}/gateways/${site.gateway}`);
        const alarm = page.getByRole('alert').filter({ hasText: 'shows another certificate than before' });
        await alarm.getByText(`demarc tunnels accept ${tunnel}`).waitFor();
        const command = (await alarm.getByText(`demarc tunnels accept ${tunnel}`).textContent()) ?? '';
        await site.daemon.call('POST', `/api/tunnels/${tunnel}/certificate`, {
          certificate: command.split(' ').at(-1),
        });
        await alarm.waitFor({ state: 'detached' });
        await page.close();
        await tab.reload();
      }
      await form.waitFor();
      expect(new URL(tab.url()).pathname).toBe('/esm_loginMain.htm');
      for (const [password, outcome] of [
        ['wrong', 'User name or password is wrong.'],
        ['lab-password', 'Signed in'],
      ] as const) {
        await tab.locator('input[name=user]').fill('installer');
        await form.fill(password);
        await tab.getByRole('button', { name: 'Log in' }).click();
        await tab.getByText(outcome).waitFor();
      }
      await tab.close();
      const page = await context.newPage();
      await page.goto(`${site.connector.url}/launches`);
      await page.getByRole('cell').getByRole('button', { name: 'Demo Admin', exact: true }).first().click();
      const details = page.getByRole('dialog');
      await details.getByText('Ticket 4711').waitFor();
      await details.getByRole('cell', { name: '/esm_loginMain.htm' }).first().waitFor();
      await details.getByRole('cell', { name: 'POST' }).first().waitFor();
      await page.close();
    });

    test('files of nginx arrive, and a person who ends the session in the console ends it in the page', async () => {
      const tab = await launch(nginx.port, 'http');
      await tab.getByRole('heading', { name: 'Served by nginx' }).waitFor();
      const widths = () =>
        tab.locator('img').evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth));
      await expect.poll(widths, { timeout: 10_000 }).toEqual(Array.from({ length: ASSETS }, () => 9));
      const page = await context.newPage();
      await page.goto(`${site.connector.url}/gateways/${site.gateway}`);
      const ends = page.getByRole('button', { name: /^End the session of Demo Admin with/ });
      await ends.first().waitFor();
      for (let left = await ends.count(); left > 0; left = await ends.count()) {
        await ends.first().click();
        await until('one fewer', 10_000, async () => (await ends.count()) < left);
      }
      await tab.reload();
      await tab.getByRole('heading', { name: 'The session was ended' }).waitFor();
      await tab.close();
      await page.close();
    });

    test('where the customer lets the cloud do it, a tunnel is stopped and started in the console, and stands so after the gateway has done it', async () => {
      const tunnel = `${site.pbxs.directory}.web`;
      await site.daemon.call('PATCH', `/api/tunnels/${tunnel}`, { cloudMayStart: true });
      const page = await context.newPage();
      await page.goto(`${site.connector.url}/gateways/${site.gateway}`);
      const launchButton = page.getByRole('button', { name: 'Launch Head office' });
      await page.getByRole('button', { name: 'Stop Head office, Administration web interface' }).click();
      await page.getByText('Its tunnel is not started.').waitFor();
      expect(await launchButton.isDisabled()).toBe(true);
      const { tunnels } = await site.daemon.call<{ tunnels: Tunnel[] }>('GET', '/api/tunnels');
      expect(tunnels.find(({ id }) => id === tunnel)?.status).toBe('stopped');
      await page.getByRole('button', { name: 'Start Head office, Administration web interface' }).click();
      const sure = page.getByRole('dialog', { name: 'Start this tunnel?' });
      await sure.getByRole('button', { name: 'Yes', exact: true }).click();
      await page.getByRole('region', { name: 'Tunnels' }).getByText('started', { exact: true }).waitFor();
      await expect.poll(() => launchButton.isEnabled(), { timeout: 10_000 }).toBe(true);
      await page.close();
    });

    test('a link that is opened again, or by a browser without its person, says what to do', async () => {
      const tunnel = `${site.pbxs.directory}.web`;
      const { url } = await site.api.post<{ url: string }>('/api/v1/launches', {
        gateway: site.gateway,
        tunnel,
        reason: 'ticket 4711',
      });
      const stranger = await newContext(built.browser);
      const theirs = await stranger.newPage();
      await theirs.goto(url);
      await theirs.getByRole('heading', { name: 'You are not signed in' }).waitFor();
      await stranger.close();
      const tab = await context.newPage();
      await tab.goto(url);
      await tab.getByRole('heading', { name: 'Served by nginx' }).waitFor();
      await tab.goto('about:blank');
      await tab.goto(url);
      await tab.getByRole('heading', { name: 'This link was used' }).waitFor();
      await tab.close();
    });
  },
);
