/** A trunk proven from the console: browser, both processes, Kamailio as the far end and a real telephone behind it. */
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trunk } from '#contract/trunks.ts';
import { startSip } from '#test/lab/mivoice-business/sip-responder.ts';
import { startBaresip } from '#test/support/baresip.ts';
import { makeCertificates } from '#test/support/certificates.ts';
import { hasKamailio, startKamailio } from '#test/support/kamailio.ts';
import { hasProgram, temporaryFolder, until } from '#test/support/program.ts';
import { ADMIN, type Site, startSite } from '#test/support/site.ts';
import { hasChromium, newContext, type RunningConsole, startConsole, watchedPage } from './support/console.ts';
import { axe, overflow, shot } from './support/seeded.ts';

const PASSWORD = 'trunk-pass';

describe.skipIf(!hasChromium || !hasKamailio() || !hasProgram('baresip'))('the proof of a trunk, in a browser', () => {
  const stack = new AsyncDisposableStack();
  let built: RunningConsole;
  let site: Site;
  let trunk: Trunk;
  let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;

  const access = (change: Record<string, string | null>) =>
    site.daemon.call('PUT', `/api/trunks/${trunk.id}/access`, change);

  beforeAll(async () => {
    const { path } = stack.use(await temporaryFolder('trunk-verify'));
    const made = await makeCertificates(path);
    const tls = { certificate: made.certPath, key: made.keyPath };
    built = stack.use(await startConsole());
    // The telephone knows no SHA-256; it comes over UDP, where nobody is asked.
    const route = 'if (is_method("REGISTER") && $proto=="udp") { save("location"); exit; }';
    const far = stack.use(await startKamailio({ algorithm: 'SHA-256', tls, route }));
    stack.use(await startBaresip({ port: far.port, transport: 'udp' }));
    const pbx = await startSip({ banner: 'Mitel-3300-ICP 15.0.0.97' });
    stack.defer(() => pbx.stop());
    site = stack.use(await startSite({ users: 5 }));
    await site.enrol();
    await site.addDirectory();
    const settings = {
      name: 'Cloud Vienna',
      pbx: site.pbxs.directory,
      host: '127.0.0.1',
      port: pbx.port,
      transport: 'udp',
      farEnd: { kind: 'cloud-platform', host: 'localhost', port: far.tlsPort, transport: 'tls' },
      authentication: { kind: 'digest', user: 'trunk', register: true },
      pilotNumber: '+43720123456',
    };
    trunk = await site.api.post<Trunk>('/api/v1/trunks', { account: site.account.id, settings });
    await until('the gateway has the trunk', 30_000, async () => {
      const { trunks } = await site.daemon.call<{ trunks: { id: string }[] }>('GET', '/api/trunks');
      return trunks.some(({ id }) => id === trunk.id);
    });
    await access({ password: PASSWORD, ca: made.caPem });
    const context = await newContext(built.browser);
    const page = await context.newPage();
    await page.goto(site.connector.url);
    await page.getByLabel('E-mail address').fill(ADMIN.email);
    await page.getByLabel('Password').first().fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    storageState = await context.storageState();
    await context.close();
  }, 120_000);
  afterAll(() => stack.disposeAsync());

  const visit = async (button: string, options: { dark?: boolean; width?: number } = {}) => {
    const context = await newContext(built.browser, { ...options, storageState });
    const { url } = site.connector;
    const watched = await watchedPage(context, url);
    await watched.page.goto(`${url}/trunks/${trunk.id}`);
    await watched.page.getByRole('button', { name: button }).click();
    const panel = watched.page.getByRole('region', { name: 'Prove the trunk' });
    return { ...watched, panel, [Symbol.asyncDispose]: () => context.close() };
  };

  test('each step of both ends is shown with what was found, and what went over the wire without the log-in', async () => {
    await using look = await visit('Verify');
    const { page, panel, faults } = look;
    const far = panel.getByRole('group', { name: 'Far end' });
    await far.getByText(/log-in by SHA-256 in realm trunk\.example; registered: /).waitFor({ timeout: 60_000 });
    await panel
      .getByRole('group', { name: 'PBX' })
      .getByText(/it calls itself Mitel-3300-ICP/)
      .waitFor();
    expect(await far.getByRole('listitem').count()).toBe(5);
    await far.getByText('What went over the wire').last().click();
    const evidence = await far.getByText(/^TLS .* > /).allTextContents();
    expect(evidence.join()).toContain('REGISTER sip:');
    expect(evidence.join()).not.toMatch(/response="(?!\*)/);
    await shot(page, 'trunk-verify');
    expect(await axe(page)).toEqual([]);
    // Whoever opens the page later sees what was proven, and when.
    await page.reload();
    await panel.getByText('The last proof of this trunk').waitFor();
    expect(await far.getByRole('listitem').count()).toBe(5);
    expect(await axe(page)).toEqual([]);
    await shot(page, 'trunk-last-proof');
    expect(faults).toEqual([]);
  }, 90_000);

  test('a test call reaches the telephone, audio passes both ways, and the call is ended: narrow', async () => {
    await using look = await visit('Test call to the far end', { width: 320 });
    const { page, panel, faults } = look;
    await panel.getByText(/reports that it hears us;.* the end of the call was confirmed/).waitFor({ timeout: 60_000 });
    await shot(page, 'trunk-test-call-320');
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    expect(faults).toEqual([]);
    // The trunk's health tells what was proven.
    await page
      .getByRole('region', { name: 'Far end', exact: true })
      .first()
      .getByText(/test call/i)
      .first()
      .waitFor();
  }, 90_000);

  test('a wrong password is told with its cause and the next step: dark', async () => {
    await access({ password: 'wrong' });
    await using look = await visit('Verify', { dark: true });
    const { page, panel, faults } = look;
    await panel
      .getByText(/refuse.*password/i)
      .first()
      .waitFor({ timeout: 60_000 });
    await shot(page, 'trunk-verify-refused-dark');
    expect(await axe(page)).toEqual([]);
    expect(faults).toEqual([]);
  }, 90_000);
});
