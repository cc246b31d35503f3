/** The import of users in a real browser: template, upload, correction in place, partial apply. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile as readImport } from '#connector/imports/read-file.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { hasChromium } from './support/console.ts';
import { axe, call, overflow, shot, startSeededConsole } from './support/seeded.ts';

type Console = Awaited<ReturnType<typeof startSeededConsole>>;

const LINES = [
  'FIRST NAME,LAST NAME,NAME,EMAIL,ROLE',
  'Änne,Öztürk,,anne@x.example,',
  ',,"محمد, علي 👩‍💻",m@x.example,Account Admin',
  'Bob,,,person.1@example.org,',
  'Cid,,,cid,User',
  'Dan,,,dan@x.example,Boss',
];

async function choose(page: Page, path: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file' }).click(),
  ]);
  await chooser.setFiles(path);
}

describe.skipIf(!hasChromium)('imports in a browser', () => {
  let running: Console;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    running = await startSeededConsole();
    folder = await temporaryFolder('imports');
  }, 120_000);
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test('a sheet is uploaded, corrected in place and added in part; what is left waits for whoever comes next', {
    timeout: 180_000,
  }, async () => {
    const file = join(folder.path, 'new people.csv');
    await writeFile(file, LINES.join('\n'));
    await using visited = await running.visit('/users');
    const { page, faults } = visited;
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Import users' }).click();
    const [template] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the template' }).click(),
    ]);
    await expect(readImport(await readFile(await template.path()))).rejects.toMatchObject({ code: 'import.empty' });
    await choose(page, file);
    await page.getByRole('heading', { name: 'Preview of new people.csv' }).waitFor();
    await page.getByText('3 rows have problems; 2 can be added.').waitFor();
    await page.getByText('A user of this account has this address').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'import-preview-light');

    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('2 users were added.').waitFor();
    await page.getByText('3 of 3 shown').waitFor();
    await page.getByLabel('Email, row 4').fill('bob@x.example');
    await page.getByLabel('Email, row 4').press('Enter');
    await page.getByText('2 rows have problems; 1 can be added.').waitFor();
    // Another admin, another browser: the preview is there.
    await using other = await running.visit('/users/import', { dark: true });
    await other.page.getByText('3 rows left, 2 with problems').waitFor();
    expect(await axe(other.page)).toEqual([]);
    await shot(other.page, 'import-dark');
    await other.page.getByRole('button', { name: 'Go on' }).click();
    await other.page.getByLabel('Role, row 6').selectOption('User');
    await page.getByText('1 rows have problems; 2 can be added.').waitFor();
    expect(await axe(other.page)).toEqual([]);
    await shot(other.page, 'import-preview-dark');
    await page.getByRole('button', { name: 'Delete row 5' }).click();
    await page.getByText('No errors found.').waitFor();
    await page.getByRole('button', { name: 'Add row' }).click();
    await page.getByLabel('Name, row 7', { exact: true }).fill('Eve');
    await page.getByLabel('Email, row 7').fill('eve@x.example');
    await page.getByLabel('Email, row 7').press('Enter');
    await page.getByText('No errors found.').waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('3 users were added.').waitFor();
    await shot(page, 'import-done');
    expect(faults).toEqual([]);
    const query = `account=${running.account}&filter=source:eq:import&sort=name`;
    const { items } = await call<{ items: { name: string; role: string }[] }>(page, 'GET', `/users?${query}`);
    expect(items.map(({ name, role }) => [name, role])).toEqual([
      ['Bob', 'User'],
      ['Dan', 'User'],
      ['Eve', 'User'],
      ['Änne Öztürk', 'User'],
      ['محمد, علي 👩‍💻', 'Account Admin'],
    ]);
  });

  test('a wrong file is told, and a cancelled import is gone; on a telephone too', { timeout: 120_000 }, async () => {
    const [wrong, right] = [join(folder.path, 'wrong.csv'), join(folder.path, 'right.csv')];
    await writeFile(wrong, 'a,b\n1,2\n');
    await writeFile(right, `${LINES[0]}\nBob,,,bad,\n`);
    await using visited = await running.visit('/users/import', { width: 320 });
    const { page } = visited;
    await page.getByText('Fill in one row').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await shot(page, 'import-narrow');
    await choose(page, wrong);
    await page.getByText('No sheet has the headings').waitFor();
    await choose(page, right);
    await page.getByText('1 rows have problems; 0 can be added.').waitFor();
    expect(await page.getByRole('button', { name: 'Upload' }).isDisabled()).toBe(true);
    expect(await axe(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
    await shot(page, 'import-preview-narrow');
    await page.getByRole('button', { name: 'Cancel the import' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the import' }).click();
    await page.getByText('Fill in one row').waitFor();
    const { total } = await call<{ total: number }>(page, 'GET', `/imports?account=${running.account}`);
    expect(total).toBe(1);
  });
});
