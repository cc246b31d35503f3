import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { axe, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('integrations, in a browser', () => {
  let console: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    console = await startSeededConsole();
  });
  afterAll(() => console?.[Symbol.asyncDispose]());

  test('one is added from the catalogue, and removed again in its row', async () => {
    await using look = await console.visit('/integrations');
    const { page, faults } = look;
    await page.getByRole('heading', { level: 1, name: 'Integrations & Apps' }).waitFor();
    await page.getByRole('button', { name: 'Add new' }).click();
    const catalogue = page.getByRole('dialog', { name: 'Add integrations' });
    await catalogue.getByLabel('Search integrations').fill('mx');
    await expect.poll(() => catalogue.getByText('MiVoice Business', { exact: true }).count()).toBe(0);
    await catalogue.getByRole('button', { name: 'Add MX-ONE' }).click();
    await catalogue.getByText('Added').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'integrations-catalogue');
    await catalogue.getByRole('button', { name: 'Done' }).click();
    await page.getByText('A PBX is added on the pages of its gateway at the site.').waitFor();
    await page.getByRole('button', { name: 'Delete MX-ONE' }).click();
    const sure = page.getByRole('dialog', { name: 'Remove MX-ONE Integration' });
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Remove integration' }).click();
    await page.getByText('MX-ONE was removed.').waitFor();
    expect(faults).toEqual([]);
  });

  test('a gateway is deleted only after it was switched off, with the word revert', async () => {
    await using look = await console.visit('/integrations');
    const { page } = look;
    const bin = page.getByRole('button', { name: 'Delete Vienna', exact: true });
    const off = page.getByRole('switch', { name: 'Vienna is on', exact: true });
    await off.waitFor();
    expect(await bin.count()).toBe(0);
    await off.press('Space');
    await bin.click();
    const sure = page.getByRole('dialog', { name: 'Revert To Factory Default?' });
    await sure.getByText('Demo Customer').waitFor();
    await sure.getByText('192.0.2.7').waitFor();
    expect(await sure.getByRole('button', { name: 'Confirm' }).isDisabled()).toBe(true);
    await shot(page, 'integrations-revert');
    expect(await axe(page)).toEqual([]);
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await off.press('Space');
    await expect.poll(() => bin.count()).toBe(0);
  });

  test('a PBX is deleted by its gateway, after it was switched off and with the word delete', async () => {
    await using look = await console.visit('/integrations');
    const { page, faults } = look;
    await page.getByRole('switch', { name: 'Head office is on', exact: true }).press('Space');
    await page.getByRole('button', { name: 'Delete Head office', exact: true }).click();
    const sure = page.getByRole('dialog', { name: 'Delete Head office?' });
    await sure.getByText('Its users leave the account').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'integrations-delete-pbx');
    await sure.getByRole('textbox').fill('delete');
    await sure.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('The gateway was asked to remove Head office.').waitFor();
    await page.goto(`${console.url}/commands`);
    await page.getByText('Remove the PBX').first().waitFor();
    await page.goto(`${console.url}/integrations`);
    await page.getByRole('switch', { name: 'Head office is on', exact: true }).press('Space');
    expect(faults).toEqual([]);
  });

  test('no fault, in light, dark and on a telephone', async () => {
    await using look = await console.visit('/integrations', { width: 320 });
    await look.page.getByText('Available features').first().click();
    await look.page.getByText('Customer Admin Portal').first().waitFor();
    expect(await faultsInEachLook(look, 'integrations')).toEqual([]);
  });

  test('support contacts stand on the page of the account: a wrong address is told, the others are stored', async () => {
    await using look = await console.visit(`/accounts/${console.account}`);
    const { page, faults } = look;
    await page.getByRole('heading', { level: 2, name: 'Integrations & Apps' }).waitFor();
    const field = page.getByRole('combobox', { name: 'Names or e-mail addresses' });
    const save = page.getByRole('region', { name: 'Support contacts' }).getByRole('button', { name: 'Save' });
    await field.fill('nobody');
    await field.press('Enter');
    await page.getByText('Contains an invalid email').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await field.press('Backspace');
    await field.fill('ada');
    await page.getByRole('option', { name: /ada@example.org/ }).click();
    await field.fill('help@example.net');
    await field.press('Enter');
    expect(await axe(page)).toEqual([]);
    await save.click();
    await page.getByText('The support contacts were saved.').waitFor();
    await page.reload();
    await page.getByText('help@example.net').waitFor();
    await page.getByText('ada@example.org').first().waitFor();
    await shot(page, 'account-page');
    expect(faults).toEqual([]);
  });
});
