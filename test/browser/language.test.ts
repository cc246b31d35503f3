import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

type SeededConsole = Awaited<ReturnType<typeof startSeededConsole>>;

describe.skipIf(!hasChromium)('the language of the console', () => {
  let running: SeededConsole;
  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  /** A page of the console in German, as somebody has chosen it before. */
  async function german(path: string, options: { width?: number; dark?: boolean } = {}) {
    const visited = await running.visit('/icon.svg', options);
    await visited.page.evaluate(() => localStorage.setItem('demarc.language', 'de'));
    await visited.page.goto(running.url + path);
    await visited.page.getByRole('heading', { level: 1 }).waitFor();
    return visited;
  }

  test('before anybody has signed in it is the browser’s, and the choice of another one is kept', async () => {
    const context = await running.browser.newContext({ ignoreHTTPSErrors: true, locale: 'de-AT' });
    const page = await context.newPage();
    await page.goto(running.url);
    await page.getByRole('heading', { level: 1, name: 'Anmelden' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('Sprache').selectOption({ label: 'English' });
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await context.close();
  });

  test('a person changes it in the menu: words, title, numbers and ages follow', async () => {
    await using visited = await running.visit('/gateways');
    const { page, faults } = visited;
    await page.getByRole('heading', { level: 1, name: 'Gateways' }).waitFor();
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Deutsch' }).click();
    await page
      .getByRole('button', { name: 'Gateway hinzufügen' })
      .or(page.getByRole('link', { name: 'Gateway hinzufügen' }))
      .waitFor();
    await page.getByText('Noch nie verbunden').first().waitFor();
    await page
      .getByText(/^vor \d+ (min|h|Tagen)$/)
      .first()
      .waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page
      .getByRole('navigation', { name: 'Hauptnavigation' })
      .getByRole('link', { name: 'Benutzer' })
      .first()
      .click();
    await page.getByText('von 160 angezeigt').waitFor();
    expect(await page.title()).toBe('Benutzer – Demarc');
    expect(await axe(page)).toEqual([]);
    expect(faults).toEqual([]);
    await shot(page, 'language-users');
  });

  test('errors of the connector are told in it too, with their next step', async () => {
    await using visited = await german('/claim?code=ACDEFGHJ');
    const alert = visited.page.getByRole('alert');
    await alert.getByText('Mit diesem Code wartet kein Gateway').waitFor();
    await alert.getByText('Vergleichen Sie ihn mit dem Code auf dem Bildschirm des Gateways').waitFor();
    await shot(visited.page, 'language-error');
  });

  test('its longer words fit into 320 px', async () => {
    for (const path of [
      '/',
      `/gateways/${running.seeded.gateways.online}`,
      `/sync-runs/${running.seeded.heldRun}`,
      '/users',
    ]) {
      await using visited = await german(path, { width: 320, dark: true });
      await visited.page.getByRole('status', { name: 'Wird geladen …' }).waitFor({ state: 'hidden' });
      expect(await overflow(visited.page), path).toBe(0);
      expect(await axe(visited.page), path).toEqual([]);
    }
  });

  test('the profile’s goes along into another browser, and leaves it with the person', async () => {
    // In the menu it was set to German.
    await using elsewhere = await running.visit('/users');
    const { page } = elsewhere;
    await page.getByRole('heading', { level: 1, name: 'Benutzer' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    await page.getByRole('button', { name: /^Angemeldet als/ }).click();
    await page.getByRole('menuitem', { name: 'Abmelden' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });
});
