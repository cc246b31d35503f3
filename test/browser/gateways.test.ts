import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store, type Work } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('the support page of a gateway, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  /** What the connector stores when the gateway tells something; the page learns of it by the stream. */
  async function tell(gateway: string, change: (work: Work) => Promise<unknown>): Promise<void> {
    const store = await Store.open({ path: running.database, clock: systemClock });
    await store.write(async (work) => {
      await change(work);
      work.changed({ topic: 'gateway', account: running.account, ref: gateway });
    });
    await store.close();
  }

  test('stays when the gateway is offline: since when and why, what it told last, and that commands wait', async () => {
    const { offline } = running.seeded.gateways;
    await using look = await running.visit(`/gateways/${offline}`);
    const { page, faults } = look;
    const banner = page.getByRole('alert').filter({ hasText: 'This gateway is offline' });
    await banner.getByText('3 h ago').first().waitFor();
    await banner.getByText('connection lost').waitFor();
    await page.getByText('126 records').waitFor();
    await shot(page, 'gateway-offline');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Report inventory' }).click();
    await page
      .getByRole('status')
      .getByText(/^Waits for the gateway until /)
      .waitFor();
    expect(faults).toEqual([]);
  });

  test('says of a command that a gateway had when it went away what becomes of it', async () => {
    const { online } = running.seeded.gateways;
    await using look = await running.visit(`/gateways/${online}`);
    const { page } = look;
    await page.getByText('reading, 1,840 read').first().waitFor();
    const away = page.getByText(/^The gateway is away\. What came of it is told when it is back, until /);
    expect(await away.count()).toBe(0);
    await page.getByText('Live', { exact: true }).waitFor();
    const since = new Date().toISOString();
    const set = (online: number) => (work: Work) =>
      work.db
        .updateTable('gateway')
        .set({ online, presence_since: since, presence_reason: online === 1 ? null : 'connection lost' })
        .where('id', '=', running.seeded.gateways.online)
        .execute();
    await tell(online, set(0));
    await away.first().waitFor();
    await page.getByRole('alert').getByText('This gateway is offline').waitFor();
    await tell(online, set(1));
    await away.first().waitFor({ state: 'detached' });
  });

  test('does not lose what one admin edits when another sets the update schedule meanwhile', async () => {
    const { online } = running.seeded.gateways;
    await using look = await running.visit(`/gateways/${online}`, { dark: true });
    const { page } = look;
    const form = page.getByRole('form', { name: 'Update schedule' });
    await page.getByText('Live', { exact: true }).waitFor();
    await form.getByLabel('Time (Europe/Vienna)').fill('22:30');
    await tell(online, async ({ db }) => {
      const known = () => db.selectFrom('section').select('document').where('section', '=', 'gateway');
      const document = JSON.parse((await known().executeTakeFirstOrThrow()).document);
      document.update.schedule.time = '03:03';
      const text = JSON.stringify(document);
      await db.updateTable('section').set({ document: text }).where('section', '=', 'gateway').execute();
    });
    await form.getByText('The schedule was changed while you were editing').waitFor();
    expect(await form.getByLabel('Time (Europe/Vienna)').inputValue()).toBe('22:30');
    await shot(page, 'gateway-schedule-dark');
    expect(await axe(page)).toEqual([]);
    await form.getByRole('button', { name: 'Take over the newest' }).click();
    expect(await form.getByLabel('Time (Europe/Vienna)').inputValue()).toBe('03:03');
  });

  test('points to the wizard when the gateway has never connected; fits a telephone', async () => {
    await using list = await running.visit('/gateways?filter=presence:eq:Never connected', { width: 320 });
    const { page } = list;
    await page.getByRole('link', { name: 'Linz' }).click();
    await page.getByRole('alert').getByText('This gateway has not finished its first step').waitFor();
    await page.getByRole('link', { name: 'Enter its claim code' }).waitFor();
    expect([await axe(page), await overflow(page)]).toEqual([[], 0]);
  });
});
