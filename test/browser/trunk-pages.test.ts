import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('SIP trunks, in a browser', () => {
  let console: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    console = await startSeededConsole();
  });
  afterAll(() => console?.[Symbol.asyncDispose]());

  test('a trunk is added from the form, looked at, tried with a number, changed and deleted', async () => {
    await using look = await console.visit('/trunks');
    const { page, faults } = look;
    await page.getByText('No SIP trunk was added').waitFor();
    await page.getByRole('button', { name: 'Add SIP trunk' }).click();
    const form = page.getByRole('dialog', { name: 'Add SIP trunk' });
    const pbx = form.getByLabel(/^PBX/);
    await expect.poll(() => pbx.locator('option').count(), { timeout: 10_000 }).toBeGreaterThan(1);
    // The only one, chosen already (TRK-3).
    await expect.poll(() => pbx.isDisabled(), { timeout: 15_000 }).toBe(true);
    expect(await pbx.inputValue()).not.toBe('');
    // Filled in from the PBX, as TRK-6 asks.
    expect(await form.getByLabel(/^FQDN\/IP address( \*)?$/).inputValue()).not.toBe('');
    await form.getByLabel('Trunk name').fill('Cloud Vienna');
    await form.getByLabel('FQDN/IP address of the far end').fill('sip.example.net');
    await form.getByText('More settings').click();
    await form.getByLabel('Pilot number').fill('+43 720 123456');
    expect(await axe(page)).toEqual([]);
    await shot(page, 'trunk-form');
    await form.getByRole('button', { name: 'Add SIP trunk' }).click();
    await page.getByRole('link', { name: 'Cloud Vienna' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'trunks');

    await page.getByRole('link', { name: 'Cloud Vienna' }).click();
    await page.getByRole('heading', { level: 1, name: 'Cloud Vienna' }).waitFor();
    await page.getByRole('heading', { level: 2, name: 'What has to be set' }).waitFor();
    await page.getByLabel('Number as dialled').fill('0720 123456');
    await page.getByRole('button', { name: 'Try' }).click();
    await page.getByText('It goes out as +43720123456').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'trunk');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download worksheet' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain('Worksheet for trunk Cloud Vienna');

    await page.getByRole('link', { name: 'All trunks' }).click();
    await page.getByLabel('Select Cloud Vienna').check();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const edit = page.getByRole('dialog', { name: 'Edit Cloud Vienna' });
    await edit.getByLabel('TLS port').fill('5063');
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: '5063' }).waitFor();

    await page.getByRole('button', { name: 'Delete Selected (1)' }).click();
    const sure = page.getByRole('dialog', { name: 'Delete this trunk?' });
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No SIP trunk was added').waitFor();
    expect(faults).toEqual([]);
  });

  test('names what is wrong in the form and keeps what was typed', async () => {
    await using look = await console.visit('/trunks', { dark: true, width: 320 });
    const { page } = look;
    await page.getByRole('button', { name: 'Add SIP trunk' }).click();
    const form = page.getByRole('dialog', { name: 'Add SIP trunk' });
    const pbx = form.getByLabel(/^PBX/);
    await expect.poll(() => pbx.locator('option').count(), { timeout: 10_000 }).toBeGreaterThan(1);
    await expect.poll(() => pbx.isDisabled(), { timeout: 15_000 }).toBe(true);
    await form.getByLabel('Trunk name').fill('Bad');
    await form.getByLabel('FQDN/IP address of the far end').fill('not a host');
    await form.getByRole('button', { name: 'Add SIP trunk' }).click();
    await form.getByRole('alert').getByText('host name or an IP address').waitFor();
    expect(await form.getByLabel('Trunk name').inputValue()).toBe('Bad');
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await shot(page, 'trunk-form-dark-320');
  });
});
