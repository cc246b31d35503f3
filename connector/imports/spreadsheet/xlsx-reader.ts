import { posix } from 'node:path';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type Cell, MAX_CELL, MAX_COLUMNS, type Sheet, type SheetRow, SheetTaker } from './sheet.ts';
import { readXml } from './xml.ts';
import { Archive } from './zip.ts';

const MAX_SHEETS = 50;
const MAX_STRINGS = 500_000;
/** Rows that a sheet can have (ECMA-376). */
const LAST_ROW = 1_048_576;

/**
 * Reads the first sheet of a workbook (.xlsx, ECMA-376) that has the headings of an import. Formulas are not computed:
 * what the program that saved the file had found stands in the cell, and is marked.
 * @throws DemarcError `import.macros`, `import.wrong-sheet`, `import.damaged`, `import.too-large`
 */
export async function readXlsx(bytes: Buffer, limit: number): Promise<Sheet> {
  const archive = await Archive.open(bytes);
  for (const name of archive.names) {
    if (name.endsWith('vbaproject.bin')) throw new DemarcError('import.macros');
  }
  const book = await bookOf(archive);
  const strings = await stringsOf(archive, book.strings);
  for (const { path } of book.sheets) {
    const sheet = await sheetOf(archive, path, strings, limit);
    if (sheet !== undefined) return sheet;
  }
  throw new DemarcError(
    'import.wrong-sheet',
    book.sheets
      .map(({ name }) => name)
      .join(', ')
      .slice(0, 200),
  );
}

interface Book {
  sheets: { name: string; path: string }[];
  strings: string | undefined;
}

/** Where the parts are: each part names others in a file beside it. */
async function relationsOf(archive: Archive, part: string): Promise<Map<string, { type: string; path: string }>> {
  const folder = posix.dirname(part);
  const bytes = await archive.read(posix.join(folder, '_rels', `${posix.basename(part)}.rels`));
  const found = new Map<string, { type: string; path: string }>();
  if (bytes === undefined) return found;
  await readXml(bytes, {
    open: (name, { Id, Type = '', Target = '' }) => {
      if (name !== 'Relationship' || Id === undefined || found.size > 1000) return;
      const path = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      found.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), path });
    },
  });
  return found;
}

async function bookOf(archive: Archive): Promise<Book> {
  const root = await relationsOf(archive, '');
  const main = [...root.values()].find(({ type }) => type === 'officeDocument')?.path ?? 'xl/workbook.xml';
  const relations = await relationsOf(archive, main);
  const bytes = await archive.read(main);
  if (bytes === undefined) throw new DemarcError('import.not-a-spreadsheet');
  const sheets: Book['sheets'] = [];
  await readXml(bytes, {
    open: (name, attributes) => {
      if (name !== 'sheet' || sheets.length >= MAX_SHEETS) return;
      const id = Object.entries(attributes).find(([key]) => key === 'r:id' || key.endsWith(':id'))?.[1];
      const relation = id === undefined ? undefined : relations.get(id);
      if (relation?.type === 'worksheet') sheets.push({ name: attributes['name'] ?? '', path: relation.path });
    },
  });
  const strings = [...relations.values()].find(({ type }) => type === 'sharedStrings')?.path;
  return { sheets, strings };
}

/** `_x000D_` stands for a character that XML cannot hold. */
const unescaped = (text: string): string =>
  text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The texts that cells name by number. Pronunciation marks are left out. */
async function stringsOf(archive: Archive, path: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  const bytes = path === undefined ? undefined : await archive.read(path);
  if (bytes === undefined) return strings;
  let text = '';
  let isText = false;
  let phonetic = 0;
  await readXml(bytes, {
    open: (name) => {
      if (name === 'si') text = '';
      if (name === 'rPh') phonetic += 1;
      isText = name === 't' && phonetic === 0;
    },
    text: (part) => {
      if (isText && text.length <= MAX_CELL) text += part;
    },
    close: (name) => {
      if (name === 'rPh') phonetic -= 1;
      if (name === 't') isText = false;
      if (name !== 'si') return;
      if (strings.length >= MAX_STRINGS) throw new DemarcError('import.too-large', `over ${MAX_STRINGS} texts`);
      strings.push(unescaped(text).slice(0, MAX_CELL + 1));
    },
  });
  return strings;
}

/** Column and row of a reference such as AB12, both from 0 and 1; undefined for what is none. */
function placeOf(reference: string | undefined): { column: number; row: number } | undefined {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(reference ?? '') ?? [];
  if (letters === undefined || digits === undefined) return undefined;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  const row = Number(digits);
  return row >= 1 && row <= LAST_ROW ? { column: column - 1, row } : undefined;
}

/** Which rows belong to merged cells: begins and ends are counted, and added up when all are known. */
class MergedRows {
  readonly #steps = new Map<number, number>();
  #rows: Set<number> | undefined;

  add(reference: string | undefined): void {
    const [from, to] = (reference ?? '').split(':');
    const [first, last] = [placeOf(from), placeOf(to)];
    if (first === undefined || last === undefined || this.#steps.size > 50_000) return;
    this.#steps.set(first.row, (this.#steps.get(first.row) ?? 0) + 1);
    this.#steps.set(last.row + 1, (this.#steps.get(last.row + 1) ?? 0) - 1);
  }

  /** @param rows numbers in rising order */
  among(rows: readonly number[]): Set<number> {
    if (this.#rows !== undefined) return this.#rows;
    const steps = [...this.#steps].toSorted(([a], [b]) => a - b);
    const found = new Set<number>();
    let open = 0;
    let at = 0;
    for (const n of rows) {
      for (; (steps[at]?.[0] ?? Number.POSITIVE_INFINITY) <= n; at += 1) open += steps[at]?.[1] ?? 0;
      if (open > 0) found.add(n);
    }
    this.#rows = found;
    return found;
  }
}

/** The sheet, when it has the headings. */
async function sheetOf(
  archive: Archive,
  path: string,
  strings: readonly string[],
  limit: number,
): Promise<Sheet | undefined> {
  const bytes = await archive.read(path);
  if (bytes === undefined) return undefined;
  const taker = new SheetTaker(limit);
  const merged = new MergedRows();
  const reader = new RowReader(strings, (row) => taker.take(row));
  await readXml(
    bytes,
    {
      open: (name, attributes) => {
        if (name === 'mergeCell') merged.add(attributes['ref']);
        else reader.open(name, attributes);
      },
      text: (text) => reader.text(text),
      close: (name) => reader.close(name),
    },
    () => reader.isDone,
  );
  const { rows, count, columns } = taker;
  if (columns === undefined) return undefined;
  const numbers = rows.map(({ n }) => n).toSorted((a, b) => a - b);
  return { rows, count, columns, isMerged: (n) => merged.among(numbers).has(n) };
}

/** Puts rows together from the tags of a sheet. */
class RowReader {
  isDone = false;
  readonly #strings: readonly string[];
  readonly #take: (row: SheetRow) => boolean;
  #n = 0;
  #column = -1;
  #cells: (Cell | undefined)[] = [];
  #type = 'n';
  #value = '';
  #isFormula = false;
  #inText = false;
  #inRow = false;

  constructor(strings: readonly string[], take: (row: SheetRow) => boolean) {
    this.#strings = strings;
    this.#take = take;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') {
      const said = Number(attributes['r']);
      this.#n = Number.isInteger(said) && said >= 1 && said <= LAST_ROW ? said : this.#n + 1;
      this.#column = -1;
      this.#cells = [];
      this.#inRow = true;
    } else if (name === 'c' && this.#inRow) {
      this.#column = placeOf(attributes['r'])?.column ?? this.#column + 1;
      this.#type = attributes['t'] ?? 'n';
      this.#value = '';
      this.#isFormula = false;
    } else if (name === 'f') this.#isFormula = true;
    else if (name === 'v' || name === 't') this.#inText = true;
  }

  text(text: string): void {
    if (this.#inText && this.#value.length <= MAX_CELL) this.#value += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#inText = false;
    else if (name === 'c' && this.#inRow) this.#endCell();
    else if (name === 'row') {
      this.#inRow = false;
      if (!this.#take({ n: this.#n, cells: this.#cells })) this.isDone = true;
    }
  }

  #endCell(): void {
    if (this.#column >= MAX_COLUMNS) return;
    const raw = this.#value;
    const text = this.#type === 's' ? (this.#strings[Number(raw)] ?? '') : unescaped(raw);
    const flaw = this.#type === 'e' ? 'error-value' : this.#isFormula ? 'formula' : undefined;
    if (text === '' && flaw === undefined) return;
    this.#cells[this.#column] = { text: text.slice(0, MAX_CELL + 1), ...(flaw && { flaw }) };
  }
}
