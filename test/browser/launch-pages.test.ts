import type { Page } from 'playwright-core';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import type { ApplicationReport } from '#contract/sections.ts';
import type { TunnelRow, TunnelsSection } from '#contract/tunnels.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const TRUSTED = '5c'.repeat(32);
const OTHER = 'a1'.repeat(32);

describe.skipIf(!hasChromium)('remote access in the console, in a browser', () => {
  let console: Awaited<ReturnType<typeof startSeededConsole>>;
  let store: Store;
  let head: string;

  beforeAll(async () => {
    console = await startSeededConsole();
    store = await Store.open({ path: console.database, clock: systemClock });
    const pbx = await store.db
      .selectFrom('pbx')
      .select('id')
      .where('name', '=', 'Head office')
      .executeTakeFirstOrThrow();
    head = pbx.id;
    await fill();
  });
  afterAll(async () => {
    await store?.close();
    await console?.[Symbol.asyncDispose]();
  });

  const row = (id: string, component: string, more: Partial<TunnelRow> = {}): TunnelRow => ({
    id: `${id}.web`,
    pbx: id === head ? head : ulid(),
    component,
    tunnel: 'Administration web interface',
    kind: 'web',
    scheme: 'https',
    authority: '192.0.2.20',
    status: 'stopped',
    cloudMayStart: true,
    description: 'Remote access from the console',
    ...more,
  });

  /** What a gateway would have told. */
  async function tell(gateway: string, document: TunnelsSection): Promise<void> {
    const values = { revision: 2, hash: 'h', document: JSON.stringify(document), received_at: at(1) };
    await store.db
      .insertInto('section')
      .values({ account_id: console.account, gateway_id: gateway, section: 'tunnels', boot: 3, ...values })
      .onConflict((conflict) => conflict.columns(['account_id', 'gateway_id', 'section']).doUpdateSet(values))
      .execute();
  }

  const usual = (): TunnelRow[] => [
    row(head, 'Head office', { status: 'started', certificate: TRUSTED }),
    row('south', 'Warehouse', { status: 'started', certificate: TRUSTED, otherCertificate: OTHER }),
    row('rest', 'Plant', { tunnel: 'REST interface', kind: 'rest', authority: '192.0.2.22:8443' }),
    row('mx', 'Harbour', { tunnel: 'SSH', kind: 'shell', scheme: 'tcp', authority: '', cloudMayStart: false }),
  ];

  async function fill(): Promise<void> {
    const { online, offline } = console.seeded.gateways;
    await store.db
      .updateTable('gateway')
      .set({ capabilities: '["pbx.sync","tunnel.start","tunnel.stop","tunnel.open"]' })
      .execute();
    await tell(online, { off: false, tunnels: usual() });
    await tell(offline, { off: false, tunnels: [row('south', 'Warehouse', { status: 'started' })] });
    const launch = (state: string, minutes: number, more: object) => ({
      id: ulid(Date.now() - minutes * 60_000),
      account_id: console.account,
      gateway_id: online,
      tunnel: `${head}.web`,
      name: 'Head office, Administration web interface',
      person_id: ulid(),
      person_name: 'Sam Support',
      reason: 'Ticket 4711: no calls to abroad',
      state,
      created_at: at(minutes),
      expires_at: at(minutes - 60),
      ended_at: null,
      end_reason: null,
      ended_by: null,
      requests: 42,
      bytes_up: 20_480,
      bytes_down: 3_145_728,
      ...more,
    });
    const open = launch('open', 4, {});
    await store.db
      .insertInto('launch')
      .values([
        open,
        launch('ended', 95, { ended_at: at(80), end_reason: 'by-customer', reason: '' }),
        launch('ended', 200, { ended_at: at(180), end_reason: 'by-admin', ended_by: 'Ada Admin' }),
      ])
      .execute();
    const line = (n: number, method: string, path: string, status: number) => ({
      launch_id: open.id,
      n,
      account_id: console.account,
      at: at(3),
      method,
      path,
      status,
      bytes: 2048,
    });
    await store.db
      .insertInto('launch_request')
      .values([line(1, 'GET', '/login', 200), line(2, 'POST', '/login', 302)])
      .execute();
    const found = await store.db
      .selectFrom('application')
      .select(['id', 'document'])
      .where('type', '=', 'mivoice-5000')
      .executeTakeFirstOrThrow();
    const report = { ...(JSON.parse(found.document) as ApplicationReport), pbx: head };
    await store.db
      .updateTable('application')
      .set({ document: JSON.stringify(report) })
      .where('id', '=', found.id)
      .execute();
  }

  /** Not by role: in a narrow window the rows are cards. */
  const line = (page: Page, component: string) =>
    page.getByRole('region', { name: 'Tunnels' }).locator('tr', { hasText: component });

  test('tunnels stand with their true state; one that shows another certificate raises an alarm; Start is asked twice', async () => {
    await using look = await console.visit(`/gateways/${console.seeded.gateways.online}`);
    const { page, faults } = look;
    const table = page.getByRole('region', { name: 'Tunnels' });
    await table.getByRole('columnheader').first().waitFor();
    const names = ['Component', 'Tunnel', 'Status', 'Control', 'Description'];
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(names);
    await line(page, 'Head office').getByText('started', { exact: true }).waitFor();
    await line(page, 'Head office').getByText('5C5C 5C5C 5C5C 5C5C …').waitFor();
    await line(page, 'Warehouse').getByText('certificate changed').waitFor();
    await line(page, 'Harbour').getByText('At the site only').waitFor();
    expect(await line(page, 'Harbour').getByRole('button').count()).toBe(0);
    expect(await line(page, 'Plant').getByText('started').count()).toBe(0);
    const alarm = page.getByRole('alert').filter({ hasText: 'Warehouse shows another certificate than before' });
    await alarm.getByText(`demarc tunnels accept south.web ${OTHER}`).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'tunnels');

    await page.getByRole('button', { name: 'Start Plant, REST interface' }).click();
    const sure = page.getByRole('dialog', { name: 'Start this tunnel?' });
    await sure.getByRole('button', { name: 'No', exact: true }).click();
    await sure.waitFor({ state: 'detached' });
    const commands = () => store.db.selectFrom('command').select('args').where('name', 'like', 'tunnel.%').execute();
    expect(await commands()).toEqual([]);
    await page.getByRole('button', { name: 'Start all tunnels' }).click();
    await sure.getByText('Plant, REST interface').waitFor();
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Yes', exact: true }).click();
    // Its gateway has not answered: neither "started" nor a second Start.
    await line(page, 'Plant').getByText('starting').waitFor();
    expect(await page.getByRole('button', { name: 'Start Plant, REST interface' }).isDisabled()).toBe(true);
    expect(await commands()).toEqual([{ args: JSON.stringify({ tunnel: 'rest.web' }) }]);
    expect(faults).toEqual([]);
  });

  test('sessions stand with who, why, how much and how they ended; there is no Launch without a reason', async () => {
    await using look = await console.visit(`/gateways/${console.seeded.gateways.online}`);
    const { page } = look;
    const sessions = page.getByRole('region', { name: 'Sessions' });
    const open = sessions.getByRole('row').filter({ hasText: 'Open' });
    for (const cell of ['Sam Support', 'Ticket 4711: no calls to abroad', '42', '3.0 MiB'])
      await open.getByRole('cell', { name: cell, exact: true }).waitFor();
    await open.getByRole('button', { name: /^End the session of Sam Support/ }).waitFor();
    await sessions.getByText('Ended, by the customer').waitFor();
    await sessions.getByText('Ended, by an admin (Ada Admin)').waitFor();
    expect(await sessions.getByRole('button').count()).toBe(1);

    await page
      .getByRole('article', { name: 'Head office' })
      .getByRole('button', { name: 'Launch Head office' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Launch Head office' });
    const go = dialog.getByRole('button', { name: 'Launch' });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('Ticket 4712');
    expect(await axe(page)).toEqual([]);
    await shot(page, 'launch-dialog');
    // Nobody is behind this gateway: the tab goes again and the dialog says why.
    const [tab] = await Promise.all([page.context().waitForEvent('page'), go.click()]);
    await dialog.getByRole('alert').getByText('The gateway has no tunnel to the cloud at the moment').waitFor();
    await expect.poll(() => tab.isClosed(), { timeout: 10_000 }).toBe(true);
    expect(await dialog.getByLabel('Reason').inputValue()).toBe('Ticket 4712');
  });

  test('a gateway that is offline, and a customer who has switched off: both are said, and nothing can be started', async () => {
    const { online, offline } = console.seeded.gateways;
    await using away = await console.visit(`/gateways/${offline}`, { dark: true, width: 320 });
    await line(away.page, 'Warehouse').getByText('started when last seen').waitFor();
    await away.page.getByText('The gateway is offline. What stands here is what it told last').waitFor();
    expect(await away.page.getByRole('button', { name: /^Stop Warehouse/ }).isDisabled()).toBe(true);
    await tell(online, { off: true, tunnels: usual() });
    await using look = await console.visit(`/gateways/${online}`, { dark: true, width: 320 });
    const { page } = look;
    await line(page, 'Head office').getByText('switched off at the site').waitFor();
    await page.getByText('Nothing can be started or launched until it is switched on there.').waitFor();
    const launch = page
      .getByRole('article', { name: 'Head office' })
      .getByRole('button', { name: 'Launch Head office' });
    expect(await launch.isDisabled()).toBe(true);
    await page
      .getByRole('article', { name: 'Head office' })
      .getByText('Remote access is switched off at the site.')
      .waitFor();
    expect(await page.getByRole('button', { name: /^Start Plant/ }).isDisabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await shot(page, 'tunnels-off-dark-320');
    await tell(online, { off: false, tunnels: usual() });
  });

  test('Launch stands in the inventory where there is a portal, and every session has its page', async () => {
    await using look = await console.visit('/applications');
    const { page, faults } = look;
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'mivoice-5000' }).getByRole('button', { name: 'Launch Head office' }).waitFor();
    expect(await page.getByRole('button', { name: /^Launch/ }).count()).toBe(1);
    await rows.filter({ hasText: 'demarc-gateway' }).getByText('none').first().waitFor();
    expect(await axe(page)).toEqual([]);
    await page.goto(`${console.url}/platforms`);
    await page.getByRole('button', { name: 'vienna-appliance.example.org' }).click();
    await page.getByRole('dialog').getByRole('tab', { name: 'mivoice-5000' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Launch Head office' }).waitFor();
    await page.goto(`${console.url}/launches`);
    await page.getByRole('heading', { level: 1, name: 'Remote sessions' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'launches');
    await page
      .getByRole('row')
      .filter({ hasText: 'Open' })
      .getByRole('button', { name: 'Sam Support', exact: true })
      .click();
    const details = page.getByRole('dialog');
    await details.getByRole('cell', { name: '/login' }).first().waitFor();
    expect(await details.getByRole('row').count()).toBe(3);
    expect(await axe(page)).toEqual([]);
    await shot(page, 'launch-details');
    expect(faults).toEqual([]);
    await using narrow = await console.visit('/launches', { dark: true, width: 320 });
    await narrow.page.getByText('Ended, by the customer').waitFor();
    expect(await axe(narrow.page)).toEqual([]);
    expect(await overflow(narrow.page)).toBe(0);
    await shot(narrow.page, 'launches-dark-320');
  });

  test('whoever may not launch sees no button of it', async () => {
    await using look = await console.visit('/');
    const { page } = look;
    await page.route('**/api/v1/me*', async (route) => {
      const answer = await route.fetch();
      const me = (await answer.json()) as { permissions: string[] };
      const permissions = me.permissions.filter((permission) => permission !== 'support:launch');
      await route.fulfill({ response: answer, json: { ...me, permissions } });
    });
    await page.goto(`${console.url}/gateways/${console.seeded.gateways.online}`);
    await line(page, 'Head office').getByText('started', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Sessions' }).getByText('Sam Support').first().waitFor();
    expect(await page.getByRole('button', { name: /^(Launch|Start|Stop|End) / }).count()).toBe(0);
  });
});
