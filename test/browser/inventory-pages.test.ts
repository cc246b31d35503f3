import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('the inventory, in a browser', () => {
  let console: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    console = await startSeededConsole();
  });
  afterAll(() => console?.[Symbol.asyncDispose]());

  test('a platform shows its account, properties, partitions, and its applications by type', async () => {
    await using look = await console.visit('/platforms');
    const { page, faults } = look;
    await page.getByRole('button', { name: 'vienna-appliance' }).click();
    const details = page.getByRole('dialog');
    await details.getByText('Account number').waitFor();
    await details.getByText(console.account).waitFor();
    // One device under two paths, sizes in GiB with two decimals (INV-26, INV-27).
    expect(await details.getByRole('cell', { name: '/dev/sda1', exact: true }).count()).toBe(2);
    await details.getByText('50.00 GiB').first().waitFor();
    await details.getByRole('tab', { name: 'micollab' }).click();
    await details.getByRole('button', { name: 'micollab' }).click();
    await details.getByText('1.7.8-develop+870').first().waitFor();
    await details.getByText('Licence ID').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'platform-details');
    expect(faults).toEqual([]);
  });

  test('the lists are filtered by assurance and exported as they stand', async () => {
    await using look = await console.visit('/applications?filter=swaStatus:eq:Expired');
    const { page } = look;
    await page.getByRole('cell', { name: 'mitel-border-gateway' }).waitFor();
    expect(await page.getByRole('cell', { name: 'micollab' }).count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('mitel-border-gateway');
    await page.getByRole('button', { name: 'mitel-border-gateway' }).click();
    await page.getByRole('dialog').getByText('Licence ID').waitFor();
    expect(await axe(page)).toEqual([]);
  });

  test('a report is asked for now', async () => {
    await using look = await console.visit('/platforms');
    const { page } = look;
    await page.getByRole('button', { name: 'Report now' }).click();
    await page.getByText('was asked for its inventory').waitFor();
  });

  test.each(['/platforms', '/applications'])('%s: no fault, in light, dark and on a telephone', async (path) => {
    await using look = await console.visit(path);
    await look.page.getByText('vienna-appliance').first().waitFor();
    expect(await faultsInEachLook(look, `inventory-${path.slice(1)}`)).toEqual([]);
  });
});
