import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { problemsOf } from '#connector/imports/judge.ts';
import { readFile } from '#connector/imports/read-file.ts';
import { writeXlsx } from '#connector/imports/spreadsheet/xlsx-writer.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { HEADINGS, sheetXml, workbook } from './workbook.ts';

const read = async (bytes: Buffer | string) =>
  (await readFile(Buffer.from(bytes))).map(({ n, cells, own }) => [n, ...Object.values(cells), ...problemsOf(own)]);
const codeOf = async (bytes: Buffer | string) => {
  const thrown: unknown = await readFile(Buffer.from(bytes)).catch((error: unknown) => error);
  return thrown instanceof DemarcError ? thrown.code : thrown;
};
const one = (rows: readonly (readonly string[])[], tail?: string) =>
  workbook({ sheets: { Users: sheetXml(rows, tail) } });

it('reads what it writes itself, in every script and with every sign that XML knows', async () => {
  const rows = [
    ['Änne', 'Öztürk', '', 'anne@example.org', ''],
    ['', '', 'محمد علي', 'm@example.org', 'User'],
    ['👩‍💻', '<&">', '', 'e@example.org', 'Account Admin'],
    ['=1+1', '+2', '', 'f@example.org', ''],
  ];
  const columns = HEADINGS.map((heading) => ({ heading, width: 10 }));
  expect(await read(await buffer(writeXlsx('Users', columns, rows)))).toEqual(rows.map((row, n) => [n + 2, ...row]));
});

it('reads shared texts with formats and pronunciation, numbers, and cells that are left out', async () => {
  const strings = `<sst><si><t>EMAIL</t></si><si><r><t>Na</t></r><r><rPr><b/></rPr><t>me</t></r><rPh sb="0" eb="1"><t>ナメ</t></rPh></si>
    <si><t>a_x0041_@x.fr</t></si></sst>`;
  const xml = `<x:worksheet><x:sheetData><x:row><x:c t="s"><x:v>1</x:v></x:c><x:c r="C1" t="s"><x:v>0</x:v></x:c></x:row>
    <x:row r="7"><x:c r="A7"><x:v>42</x:v></x:c><x:c r="C7" t="s"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
  expect(await read(await workbook({ sheets: { One: xml }, strings }))).toEqual([[7, '', '', '42', 'aA@x.fr', '']]);
});

it('takes the sheet that has the headings, wherever it is and whatever stands above them', async () => {
  const users = sheetXml([['Our people'], [], ['E-mail address', 'First name*'], ['b@x.fr', 'Bea']]);
  const book = await workbook({ sheets: { Notes: sheetXml([['nothing here']]), Users: users } });
  expect(await read(book)).toEqual([[4, 'Bea', '', '', 'b@x.fr', '']]);
});

it('marks formulas, errors and merged cells instead of guessing', async () => {
  const rows = [
    HEADINGS,
    ['<c r="A2"><f>B2</f><v>Ann</v></c>', '', '', 'a@x.fr'],
    ['<c r="A3" t="e"><v>#REF!</v></c>', '', 'Bob', 'b@x.fr'],
    ['Cid', '', '', 'c@x.fr'],
    ['Dan', '', '', 'd@x.fr'],
  ];
  const found = await read(await one(rows, '<mergeCells><mergeCell ref="B4:C5"/></mergeCells>'));
  expect(found).toEqual([
    [2, 'Ann', '', '', 'a@x.fr', '', 'formula'],
    [3, '#REF!', '', 'Bob', 'b@x.fr', '', 'error-value'],
    [4, 'Cid', '', '', 'c@x.fr', '', 'merged'],
    [5, 'Dan', '', '', 'd@x.fr', '', 'merged'],
  ]);
});

test.each([
  ['no name', ['', '', ' \u200d', 'a@x.fr', ''], ['no-name']],
  ['no address', ['A', '', '', '', ''], ['no-email']],
  ['an address that is none', ['A', '', '', 'a@x', ''], ['invalid-email']],
  ['another role', ['A', '', '', 'a@x.fr', 'Boss'], ['unknown-role']],
  ['a name that is too long', ['A'.repeat(300), '', '', 'a@x.fr', ''], ['too-long']],
  ['a role in small letters', ['A', '', '', 'a@x.fr', 'account admin'], []],
])('tells of a row with %s', async (_name, row, problems) => {
  const [found = []] = await read(await one([HEADINGS, row]));
  expect(found.slice(6)).toEqual(problems);
});

it('reads CSV with commas, semicolons and tabs, quotes, marks and UTF-16', async () => {
  const expected = [[2, 'Anne, "A"', 'Öztürk', '', 'a@x.fr', '']];
  for (const sign of [',', ';', '\t']) {
    const text = `FIRST NAME${sign}LAST NAME${sign}EMAIL\r\n"Anne, ""A"""${sign}Öztürk${sign}a@x.fr\r\n`;
    expect(await read(text)).toEqual(expected);
    expect(await read(`\ufeff${text}`)).toEqual(expected);
    expect(await read(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(expected);
  }
  expect(await read("NAME,EMAIL\n'=SUM(A1),a@x.fr\n")).toEqual([[2, '', '', '=SUM(A1)', 'a@x.fr', '']]);
});

test.each([
  ['an empty file', '', 'import.not-a-spreadsheet'],
  ['an old Excel file', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), 'import.not-a-spreadsheet'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), 'import.encoding'],
  ['binary zeros', Buffer.from('NAME,EMAIL\n\u0000\u0000', 'utf8'), 'import.not-a-spreadsheet'],
  ['CSV in another encoding', Buffer.from('NAME,EMAIL\nJosé,j@x.fr\n', 'latin1'), 'import.encoding'],
  ['CSV without headings', 'Ann,a@x.fr\nBob,b@x.fr\n', 'import.wrong-sheet'],
  ['headings alone', 'NAME,EMAIL\n', 'import.empty'],
  ['50,000 rows', `NAME,EMAIL\n${'Ann,a@x.fr\n'.repeat(50_000)}`, 'import.too-many-rows'],
  ['a quote that never ends', `NAME,EMAIL\n"${'x'.repeat(200_000)}`, 'import.damaged'],
])('refuses %s', async (_name, bytes, code) => {
  expect(await codeOf(bytes)).toBe(code);
});

it('says how many rows there are when there are too many', async () => {
  const rows = [HEADINGS, ...Array.from({ length: 50_000 }, () => ['A', '', '', 'a@x.fr', ''])];
  const thrown = await readFile(await one(rows)).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'import.too-many-rows', message: expect.stringContaining('50000') });
});

it('refuses macros, damage, workbooks without a sheet for it, and entities', async () => {
  const good = sheetXml([HEADINGS, ['A', '', '', 'a@x.fr', '']]);
  expect(await codeOf(await workbook({ sheets: { A: good }, more: { 'xl/vbaProject.bin': 'x' } }))).toBe(
    'import.macros',
  );
  expect(await codeOf(await workbook({ sheets: { Notes: sheetXml([['x']]) } }))).toBe('import.wrong-sheet');
  expect(await codeOf(await workbook({ sheets: {} }))).toBe('import.wrong-sheet');
  const whole = await workbook({ sheets: { A: good } });
  expect(await codeOf(whole.subarray(0, whole.length - 30))).toBe('import.damaged');
  expect(await codeOf(await workbook({ sheets: { A: good.slice(0, -20) } }))).toBe('import.damaged');
  const bomb = `<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>${good.replace('>A<', '>&b;<')}`;
  expect(await codeOf(await workbook({ sheets: { A: bomb } }))).toBe('import.damaged');
});

it('refuses a bomb by what it says, and one that says less than it is', async () => {
  const heading = sheetXml([HEADINGS]).replace('</sheetData></worksheet>', '');
  const huge = await workbook({ sheets: { A: `${heading}${' '.repeat(60 * 1024 * 1024)}</sheetData></worksheet>` } });
  expect(huge.length).toBeLessThan(1_000_000);
  expect(await codeOf(huge)).toBe('import.too-large');
  // Both places where the size stands say 1,000 bytes.
  const size = Buffer.alloc(4);
  size.writeUInt32LE(Buffer.byteLength(`${heading}${' '.repeat(60 * 1024 * 1024)}</sheetData></worksheet>`));
  const small = Buffer.alloc(4);
  small.writeUInt32LE(1000);
  let at = huge.indexOf(size);
  let places = 0;
  for (; at >= 0; at = huge.indexOf(size, at + 1)) {
    small.copy(huge, at);
    places += 1;
  }
  expect(places).toBeGreaterThan(0);
  expect(await codeOf(huge)).toBe('import.damaged');
});

it('survives whatever bytes come, cut and changed workbooks too', { timeout: 60_000 }, async () => {
  const good = await one([HEADINGS, ['A', '', '', 'a@x.fr', '']]);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
          const bytes = Uint8Array.from(good);
          for (const [place, value] of changes) bytes[place] = value;
          return bytes;
        }),
      ),
      async (bytes) => {
        await readFile(Buffer.from(bytes)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DemarcError);
        });
      },
    ),
    { numRuns: 200 },
  );
});
