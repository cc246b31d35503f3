import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { AlertRuleName } from '#contract/alerts.ts';
import { hasChromium } from './support/console.ts';
import { axe, call, overflow, shot, startSeededConsole } from './support/seeded.ts';

/** What a gateway has answered to the command of the signed-in person, as the connector would have stored it. */
async function fail(database: string, command: string): Promise<void> {
  const store = await Store.open({ path: database, clock: systemClock });
  const reason = {
    code: 'inventory.failed',
    message: 'dmidecode: /dev/mem: Permission denied',
    nextStep: 'Look at it.',
  };
  await store.write(async (work) => {
    const row = { state: 'failed', updated_at: new Date().toISOString(), reason: JSON.stringify(reason) };
    await work.db.updateTable('command').set(row).where('id', '=', command).execute();
  });
  await store.close();
}

/** An alert, and no other one: the connector, which looks every minute, finds more that is wrong with what is seeded. */
async function openAlert(database: string, account_id: string, gateway_id: string): Promise<void> {
  const store = await Store.open({ path: database, clock: systemClock });
  const opened_at = new Date(Date.now() - 60_000).toISOString();
  const alert = { id: ulid(), account_id, gateway_id, rule: 'gateway-offline', subject: '', subject_name: null };
  const untold = { resolved_at: null, told_at: null, acknowledged_at: null, acknowledged_by: null, muted_until: null };
  const others = AlertRuleName.options.filter((rule) => rule !== alert.rule);
  const document = JSON.stringify(Object.fromEntries(others.map((rule) => [rule, { on: false }])));
  await store.write(async ({ db }) => {
    await db.insertInto('alert_rules').values({ account_id, document, revision: 1, updated_at: opened_at }).execute();
    await db
      .insertInto('alert')
      .values({ ...alert, severity: 'error', details: '{}', opened_at, finished: 0, ...untold })
      .execute();
  });
  await store.close();
}

describe.skipIf(!hasChromium)('notifications, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  let command: string;
  beforeAll(async () => {
    running = await startSeededConsole();
    const { online, offline } = running.seeded.gateways;
    await openAlert(running.database, running.account, offline);
    await using look = await running.visit('/');
    await look.page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const path = `/gateways/${online}/commands`;
    command = (await call<{ id: string }>(look.page, 'POST', path, { name: 'inventory.report' })).id;
    await fail(running.database, command);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('the bell counts what is unread, and its list tells how each stands, with what the back end said', async () => {
    await using look = await running.visit('/');
    const { page, faults } = look;
    await page.getByRole('button', { name: 'Notifications, 2 unread' }).click();
    const list = page.getByRole('dialog', { name: 'Notifications' });
    await list.getByText('Failed', { exact: true }).waitFor();
    await list.getByText('Open', { exact: true }).waitFor();
    await list.getByRole('button', { name: 'See details: Report the inventory' }).click();
    await list.getByText('dmidecode: /dev/mem: Permission denied').waitFor();
    await shot(page, 'bell-light');
    expect(await axe(page)).toEqual([]);
    // Its details were seen: one is left.
    await page.getByText('1', { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('Dismiss all hides them until the next one or until the page is loaded anew', async () => {
    await using look = await running.visit('/');
    const { page } = look;
    await page.getByRole('button', { name: /^Notifications/ }).click();
    const list = page.getByRole('dialog', { name: 'Notifications' });
    await list.getByRole('button', { name: 'Dismiss all' }).click();
    await list.getByText('All are dismissed until something new happens').waitFor();
    expect(await list.getByRole('listitem').count()).toBe(0);
    await call(page, 'POST', `/gateways/${running.seeded.gateways.online}/commands`, { name: 'inventory.report' });
    await list.getByText('In progress').first().waitFor();
    await list.getByRole('button', { name: 'Dismiss all' }).click();
    await page.reload();
    await page.getByRole('button', { name: /^Notifications/ }).click();
    await list.getByText('In progress').first().waitFor();
  });

  test('the bin deletes one for good, in every console of the person', async () => {
    await using other = await running.visit('/notifications');
    await other.page.getByText('Report the inventory').first().waitFor();
    await using look = await running.visit('/');
    const { page } = look;
    await page.getByRole('button', { name: /^Notifications/ }).click();
    const list = page.getByRole('dialog', { name: 'Notifications' });
    const bin = list.getByRole('button', { name: /^Delete for good: .*Graz/ });
    await bin.click();
    await bin.waitFor({ state: 'detached' });
    await other.page.getByText('2 of 2 shown').waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Notifications/ }).click();
    await list.getByText('Failed', { exact: true }).waitFor();
    expect(await bin.count()).toBe(0);
  });

  test('the page has them all, with filters and details, in light, dark and on a telephone', async () => {
    await using look = await running.visit('/notifications?filter=state:eq:Failed', { dark: true });
    const { page } = look;
    await page.getByText('1 of 1 shown').waitFor();
    await shot(page, 'notifications-dark');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Report the inventory', exact: true }).click();
    await page.getByRole('dialog').getByText('dmidecode: /dev/mem: Permission denied').waitFor();
    expect(await axe(page)).toEqual([]);
    await using narrow = await running.visit('/notifications', { width: 320 });
    await narrow.page.getByText('2 of 2 shown').waitFor();
    expect([await axe(narrow.page), await overflow(narrow.page)]).toEqual([[], 0]);
    await narrow.page
      .getByRole('button', { name: /^Notifications/ })
      .first()
      .click();
    await narrow.page.getByRole('dialog', { name: 'Notifications' }).getByRole('listitem').first().waitFor();
    await shot(narrow.page, 'bell-320');
    expect([await axe(narrow.page), await overflow(narrow.page)]).toEqual([[], 0]);
  });
});
