import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { axe, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('numbers and locations, in a browser', () => {
  let console: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    console = await startSeededConsole();
  });
  afterAll(() => console?.[Symbol.asyncDispose]());

  test('locations are added with Enter, placed, and cannot be deleted while something refers to them', async () => {
    await using look = await console.visit('/locations');
    const { page, faults } = look;
    await page.getByRole('button', { name: 'Add locations' }).click();
    const form = page.getByRole('dialog', { name: 'Add locations' });
    const names = form.getByLabel('Names');
    await names.fill('Head office');
    await names.press('Enter');
    await names.fill('Warehouse');
    expect(await axe(page)).toEqual([]);
    await shot(page, 'locations-add');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 locations were added.').waitFor();

    await page.getByRole('button', { name: 'Head office' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const edit = page.getByRole('dialog', { name: 'Edit Head office' });
    await edit.getByLabel('Street and number').fill('Maria-Theresien-Straße 18');
    await edit.getByLabel('City').fill('Innsbruck');
    await edit.getByLabel('Country').selectOption({ label: 'Austria' });
    await edit.getByRole('checkbox').first().check();
    await shot(page, 'locations-edit');
    expect(await axe(page)).toEqual([]);
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The location was saved.').waitFor();
    await page.getByRole('button', { name: 'Close the details' }).click();
    await page.getByText('Maria-Theresien-Straße 18, Innsbruck, AT').first().waitFor();

    await page.getByLabel('Select Head office').check();
    await page.getByRole('button', { name: 'Delete (1)' }).click();
    const sure = page.getByRole('dialog', { name: 'Delete locations' });
    await sure.getByRole('button', { name: 'Delete', exact: true }).click();
    await sure.getByText('The location is referenced and cannot be deleted').waitFor();
    await sure.getByText('Remove all references first').waitFor();
    await shot(page, 'locations-in-use');
    expect(await axe(page)).toEqual([]);
    // The refusal itself is a failed request, which the browser writes down.
    expect(faults.filter((fault) => !fault.includes('409'))).toEqual([]);
  });

  test('a range is added, an overlap is refused with its words, and the next free number is offered', async () => {
    await using look = await console.visit('/numbers');
    const { page } = look;
    await page.getByRole('heading', { level: 1, name: 'Extension ranges' }).waitFor();
    const add = async (lower: string, upper: string) => {
      await page.getByRole('button', { name: 'Add range' }).click();
      const form = page.getByRole('dialog', { name: 'Add range' });
      const pbx = form.getByLabel(/^PBX/);
      await expect.poll(() => pbx.locator('option').count(), { timeout: 10_000 }).toBeGreaterThan(1);
      await pbx.selectOption({ index: 1 });
      await form.getByLabel('Range start').fill(lower);
      await form.getByLabel('Range end').fill(upper);
      await form.getByRole('button', { name: 'Add range' }).click();
      return form;
    };
    await add('0700', '0799');
    await page.getByRole('button', { name: '0700', exact: true }).waitFor();
    const refused = await add('0750', '0850');
    await refused.getByText('belong to another entry of this PBX').waitFor();
    await shot(page, 'ranges-overlap');
    expect(await axe(page)).toEqual([]);
    await refused.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Discard them' }).click();

    await page.getByRole('button', { name: '0700', exact: true }).click();
    await page.getByText('of the ranges of this PBX').waitFor();
    await shot(page, 'range-details');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const edit = page.getByRole('dialog', { name: 'Edit 0700 – 0799' });
    await edit.getByLabel('Range end').fill('0749');
    // Somebody else is faster.
    const store = await Store.open({ path: console.database, clock: systemClock });
    await store.db.updateTable('extension_range').set({ upper_end: '0780', revision: 2 }).execute();
    await store.close();
    await edit.getByRole('button', { name: 'Save' }).click();
    await edit.getByText('Somebody else changed this while you were editing').waitFor();
    expect(await axe(page)).toEqual([]);
    await edit.getByRole('button', { name: 'Take over the newest values' }).click();
    await expect.poll(() => edit.getByLabel('Range end').inputValue()).toBe('0780');
    await edit.getByLabel('Range end').fill('0749');
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The range was saved.').waitFor();
    await page.getByRole('button', { name: 'Close the details' }).click();

    await page.getByLabel('Select 0700 – 0749').check();
    await page.getByRole('button', { name: 'Delete selected (1)' }).click();
    const sure = page.getByRole('dialog', { name: 'Delete the range?' });
    await sure.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Ranges appear when a PBX tells them').waitFor();
  });

  test('direct-dial numbers are added singly and as a range, and exported', async () => {
    await using look = await console.visit('/numbers');
    const { page, faults } = look;
    await page.getByRole('link', { name: 'Direct-dial numbers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Direct-dial numbers' }).waitFor();
    await page.getByRole('button', { name: 'Add number' }).click();
    const form = page.getByRole('dialog', { name: 'Add number' });
    const pbx = form.getByLabel(/^PBX/);
    await expect.poll(() => pbx.locator('option').count(), { timeout: 10_000 }).toBeGreaterThan(1);
    await pbx.selectOption({ index: 1 });
    await form.getByLabel('Range', { exact: true }).check();
    await form.getByLabel('Range start').fill('+43 512 99 0100');
    await form.getByLabel('Range end').fill('+43 512 99 0199');
    await form.getByLabel('Destination number').fill('700');
    await shot(page, 'did-form');
    expect(await axe(page)).toEqual([]);
    await form.getByRole('button', { name: 'Add number' }).click();
    await page.getByText('The number was added.').waitFor();
    await page.getByLabel('Search by number').fill('43512990');
    await page.getByRole('button', { name: '+43512990100 – +43512990199' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain("'+43512990100,'+43512990199,700");
    expect(faults).toEqual([]);
  });

  test.each(['/numbers', '/numbers/dids', '/locations'])(
    '%s: no fault, in light, dark and on a telephone',
    async (path) => {
      await using look = await console.visit(path, { width: 320 });
      await look.page.getByRole('heading', { level: 1 }).waitFor();
      await expect.poll(() => look.page.getByText('Loading').count()).toBe(0);
      await look.page.getByText('Where the numbers come from').or(look.page.getByText('Head office')).first().click();
      expect(await faultsInEachLook(look, `numbers-${path.replaceAll('/', '-')}`)).toEqual([]);
    },
  );
});
