import { IMPORT_LIMITS, type ImportCells } from '#contract/api/imports.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type JudgedRow, judge } from './judge.ts';
import { COLUMNS, type Sheet, type SheetRow } from './spreadsheet/sheet.ts';

const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
/** An old Excel file, or a workbook with a password. */
const COMPOUND = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/**
 * Reads the rows of an import from a file; what it is, its bytes tell. The readers are loaded when somebody imports.
 * @throws DemarcError `import.*`
 */
export async function readFile(bytes: Buffer): Promise<JudgedRow[]> {
  const sheet = await sheetOf(bytes);
  if (sheet.count > IMPORT_LIMITS.rows) throw new DemarcError('import.too-many-rows', `${sheet.count} rows`);
  if (sheet.rows.length === 0) throw new DemarcError('import.empty');
  const seen = new Set<number>();
  return sheet.rows.map((row) => {
    // A damaged sheet may number two rows alike; each keeps a number of its own.
    let { n } = row;
    while (seen.has(n)) n += 1;
    seen.add(n);
    return rowOf(sheet, row, n);
  });
}

async function sheetOf(bytes: Buffer): Promise<Sheet> {
  const starts = (mark: Buffer) => bytes.subarray(0, mark.length).equals(mark);
  if (bytes.length === 0 || starts(COMPOUND)) throw new DemarcError('import.not-a-spreadsheet');
  if (starts(ZIP)) {
    const { readXlsx } = await import('./spreadsheet/xlsx-reader.ts');
    return readXlsx(bytes, IMPORT_LIMITS.rows);
  }
  const { readCsv } = await import('./spreadsheet/csv-reader.ts');
  return readCsv(bytes, IMPORT_LIMITS.rows);
}

function rowOf(sheet: Sheet, row: SheetRow, n: number): JudgedRow {
  const cellOf = (column: (typeof COLUMNS)[number]) => {
    const at = sheet.columns[column];
    return at === undefined ? undefined : row.cells[at];
  };
  const text = (column: (typeof COLUMNS)[number]) => cellOf(column)?.text ?? '';
  const cells: ImportCells = {
    firstName: text('firstName'),
    lastName: text('lastName'),
    name: text('name'),
    email: text('email'),
    role: text('role'),
  };
  const flaws = COLUMNS.flatMap((column) => cellOf(column)?.flaw ?? []);
  return { n, ...judge(cells, [...flaws, ...(sheet.isMerged(row.n) ? (['merged'] as const) : [])]) };
}
