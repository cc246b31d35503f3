/** What is wrong with a cell that a spreadsheet brings along. */
export type CellFlaw = 'formula' | 'error-value';

/** A cell as text, and what it was where that is not plain text. */
export interface Cell {
  text: string;
  flaw?: CellFlaw;
}

/** A row with its number in the sheet, from 1; cells that are empty may be missing. */
export interface SheetRow {
  n: number;
  cells: readonly (Cell | undefined)[];
}

/** A sheet that has the columns of an import; rows beyond the limit are counted, not kept. */
export interface Sheet {
  rows: readonly SheetRow[];
  /** All rows that are not empty, the headings with those above them left out. */
  count: number;
  /** Whether cells of the row belong to merged ones. */
  isMerged(n: number): boolean;
  columns: Columns;
}

/** The columns that are looked for, by where they stand. */
export type Columns = Partial<Record<Column, number>>;
export const COLUMNS = ['firstName', 'lastName', 'name', 'email', 'role'] as const;
export type Column = (typeof COLUMNS)[number];

/** Columns of a sheet that are looked at. */
export const MAX_COLUMNS = 64;
/** Longest text of a cell that is kept. */
export const MAX_CELL = 1000;
/** The headings stand in one of the first rows. */
const HEADING_ROWS = 10;

/** Headings as people write them, in capitals and without anything but letters. */
const HEADINGS: Readonly<Record<string, Column>> = {
  FIRSTNAME: 'firstName',
  LASTNAME: 'lastName',
  NAME: 'name',
  EMAIL: 'email',
  EMAILADDRESS: 'email',
  ROLE: 'role',
};

/** The columns that a row of headings names; undefined when it does not name those that are needed. */
function columnsOf(cells: SheetRow['cells']): Columns | undefined {
  const found: Columns = {};
  cells.forEach((cell, at) => {
    const heading = HEADINGS[(cell?.text ?? '').toUpperCase().replaceAll(/[^A-Z]/g, '')];
    if (heading !== undefined && found[heading] === undefined) found[heading] = at;
  });
  const isNamed = found.name !== undefined || found.firstName !== undefined || found.lastName !== undefined;
  return found.email !== undefined && isNamed ? found : undefined;
}

/** Takes the rows of a sheet as they are read, and keeps those below the headings up to the limit. */
export class SheetTaker {
  readonly rows: SheetRow[] = [];
  columns: Columns | undefined;
  count = 0;
  readonly #limit: number;
  #seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when this cannot be the sheet: the headings did not come in time. */
  take(row: SheetRow): boolean {
    if (row.cells.every((cell) => cell === undefined || cell.text.trim() === '')) return true;
    if (this.columns === undefined) {
      this.#seen += 1;
      this.columns = columnsOf(row.cells);
      return this.columns !== undefined || this.#seen < HEADING_ROWS;
    }
    this.count += 1;
    if (this.count <= this.#limit) this.rows.push(row);
    return true;
  }
}
