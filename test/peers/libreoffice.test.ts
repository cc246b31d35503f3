/** What is downloaded, as LibreOffice opens it: nothing is run, nothing is lost; and a sheet that it saves, as we read it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile as readImport } from '#connector/imports/read-file.ts';
import { writeXlsx } from '#connector/imports/spreadsheet/xlsx-writer.ts';
import { csvStream } from '#connector/lists/csv.ts';
import { temporaryFolder } from '#test/support/program.ts';

const SOFFICE = '/usr/bin/soffice';
const run = promisify(execFile);

const NAMES = [
  'Änne "Ö" Türk',
  'محمد علي',
  '山田 太郎',
  '👩‍💻 Ada',
  '=1+1',
  '+49 30',
  '-1',
  '@SUM(A1)',
  'a,b;c',
  'line',
];
const HEADINGS = ['NAME', 'EMAIL'];
const rows = NAMES.map((name, n) => [name, `p${n}@example.org`]);

// Hundreds of megabytes: not installed for the tests, tried where it is there.
describe.skipIf(!existsSync(SOFFICE))('LibreOffice (package libreoffice-calc-nogui)', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder('libreoffice');
  });
  afterAll(() => folder?.[Symbol.asyncDispose]());

  /** Opens a file and saves it in another format (UTF-8, commas, all cells as they are shown). */
  async function converted(name: string, bytes: Buffer, format: 'csv' | 'xlsx'): Promise<Buffer> {
    await writeFile(join(folder.path, name), bytes);
    const profile = `-env:UserInstallation=file://${folder.path}/profile`;
    const filter = format === 'csv' ? 'csv:Text - txt - csv (StarCalc):44,34,76,1' : 'xlsx';
    const reading = name.endsWith('.csv') ? ['--infilter=Text - txt - csv (StarCalc):44,34,76,1'] : [];
    const args = [profile, '--headless', ...reading, '--convert-to', filter, '--outdir', join(folder.path, 'out')];
    await run(SOFFICE, [...args, join(folder.path, name)], { timeout: 120_000 });
    return readFile(join(folder.path, 'out', name.replace(/\.\w+$/, `.${format}`)));
  }

  test('shows every text of a workbook as it is', { timeout: 180_000 }, async () => {
    const columns = HEADINGS.map((heading) => ({ heading, width: 20, choices: heading === 'NAME' ? ['A', 'B'] : [] }));
    const sheet = await buffer(writeXlsx('Users', columns, rows));
    const back = await readImport(await converted('users.xlsx', sheet, 'csv'));
    expect(back.map(({ cells }) => [cells.name, cells.email])).toEqual(rows);
  });

  test('takes an exported CSV without running anything, and what it saves is read whole', {
    timeout: 180_000,
  }, async () => {
    const columns = HEADINGS.map((heading, at) => ({ heading, value: (row: readonly string[]) => row[at] }));
    const csv = await buffer(csvStream(Readable.from([rows]), columns, { bom: true }));
    const back = await readImport(await converted('export.csv', csv, 'xlsx'));
    // The apostrophe that kept a cell from being run is still there.
    expect(back.map(({ cells }) => cells.name)).toEqual(
      NAMES.map((name) => (/^[=+\-@]/.test(name) ? `'${name}` : name)),
    );
    expect(back.every(({ own }) => own === 0)).toBe(true);
  });
});
