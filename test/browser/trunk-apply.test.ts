/** A trunk that is compared, set and removed from the console: browser, both processes and the lab's MX-ONE. */
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trunk } from '#contract/trunks.ts';
import { type MxOneServer, startMxOne } from '#test/lab/mx-one/server.ts';
import { newTrunks, trunkText } from '#test/lab/mx-one/trunks.ts';
import { until } from '#test/support/program.ts';
import { ADMIN, type Site, startSite } from '#test/support/site.ts';
import { hasChromium, newContext, type RunningConsole, startConsole, watchedPage } from './support/console.ts';
import { axe, overflow, shot } from './support/seeded.ts';

describe.skipIf(!hasChromium)('a trunk on its PBX, in a browser', () => {
  let built: RunningConsole;
  let site: Site;
  let pbx: MxOneServer;
  let trunk: Trunk;
  let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;

  beforeAll(async () => {
    // Builds the console and brings the browser.
    built = await startConsole();
    site = await startSite({ users: 5 });
    pbx = await startMxOne({ users: 5, trunks: newTrunks() });
    await site.enrol();
    const { host, port, user, password, hostKeyFingerprint } = pbx;
    const connection = { host, port, user, password, hostKeyFingerprint };
    const link = { type: 'mx-one', name: 'Main', connection };
    const { id } = await site.daemon.call<{ id: string }>('POST', '/api/pbxs', link);
    const settings = {
      name: 'Cloud Vienna',
      pbx: id,
      host: '192.0.2.5',
      port: 5061,
      farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
      pilotNumber: '+43720123456',
      inPbx: { route: 20, trunkGroup: null, accessCode: null, serviceNode: 1 },
    };
    await until('the cloud knows the PBX', 30_000, async () => {
      const { status, body } = await site.api.send('POST', '/api/v1/trunks', { account: site.account.id, settings });
      trunk = body as Trunk;
      return status === 201;
    });
    await until('the gateway knows the trunk', 30_000, async () => {
      return (await site.command('trunk.plan', { trunk: trunk.id })).state === 'succeeded';
    });
    const context = await newContext(built.browser);
    const page = await context.newPage();
    await page.goto(site.connector.url);
    await page.getByLabel('E-mail address').fill(ADMIN.email);
    await page.getByLabel('Password').first().fill(ADMIN.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    storageState = await context.storageState();
    await context.close();
  });
  afterAll(async () => {
    await pbx?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
    await built?.[Symbol.asyncDispose]();
  });

  const visit = async (options: { dark?: boolean; width?: number } = {}) => {
    const context = await newContext(built.browser, { ...options, storageState });
    const { url } = site.connector;
    const watched = await watchedPage(context, url);
    await watched.page.goto(`${url}/trunks/${trunk.id}`);
    await watched.page.getByRole('button', { name: 'Compare with the PBX' }).click();
    return { ...watched, [Symbol.asyncDispose]: () => context.close() };
  };
  const state = () => pbx.site.trunks ?? newTrunks();

  test('shows what is missing, sets it once it is confirmed, and finds nothing to do then', async () => {
    await using look = await visit();
    const { page, faults } = look;
    await page.getByRole('cell', { name: 'Missing' }).first().waitFor();
    expect(await page.getByRole('cell', { name: 'Missing' }).count()).toBe(7);
    await shot(page, 'trunk-apply-diff');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Apply to the PBX' }).click();
    const sure = page.getByRole('dialog', { name: 'Apply this to the PBX?' });
    await sure.getByText('data_backup').waitFor();
    await shot(page, 'trunk-apply-confirm');
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText(/^Done on the PBX and saved there/).waitFor();
    await shot(page, 'trunk-apply-done');
    expect(state().routes['20']?.sip).toMatchObject({ uristring0: 'sip:?@sip.example.net' });
    await page.getByRole('button', { name: 'Compare with the PBX' }).click();
    await page.getByText('Nothing differs: the PBX has the trunk as it is wanted.').waitFor();
    expect(await page.getByRole('button', { name: 'Apply to the PBX' }).count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('shows a refusal with its reason and that all was taken back: dark and narrow', async () => {
    const before = trunkText(state());
    const sip = state().routes['20']?.sip ?? {};
    sip['supervisetime'] = '600';
    await using look = await visit({ dark: true, width: 320 });
    const { page } = look;
    await page.getByRole('cell', { name: 'Differs' }).waitFor();
    await shot(page, 'trunk-apply-dark-320');
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    pbx.site.nasty = { refuse: { command: 'sip_route -set', object: 'ROUTE 20', reason: 'TRAFFIC ON ROUTE' } };
    await page.getByRole('button', { name: 'Apply to the PBX' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText(/TRAFFIC ON ROUTE.*nothing had to be taken back/).waitFor();
    await shot(page, 'trunk-apply-refused-dark-320');
    expect(await overflow(page)).toBe(0);
    delete pbx.site.nasty;
    sip['supervisetime'] = '30';
    expect(trunkText(state())).toBe(before);
  });

  test('removes it, and nothing of it is left', async () => {
    await using look = await visit({ dark: true });
    const { page, faults } = look;
    await page.getByText('Nothing differs: the PBX has the trunk as it is wanted.').waitFor();
    await page.getByRole('button', { name: 'Remove from the PBX' }).click();
    const sure = page.getByRole('dialog', { name: 'Remove the trunk from the PBX?' });
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText(/^Done on the PBX and saved there: Undo: /).waitFor();
    await shot(page, 'trunk-removed-dark');
    expect(trunkText(state())).toBe(trunkText(newTrunks()));
    expect(faults).toEqual([]);
  });
});
