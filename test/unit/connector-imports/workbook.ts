/** Workbooks as spreadsheet programs write them, and as nobody should. */
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export interface WorkbookParts {
  /** The XML of each sheet by its name. */
  sheets: Record<string, string>;
  strings?: string;
  more?: Record<string, string | Buffer>;
}

/** A workbook of these parts. */
export async function workbook({ sheets, strings, more = {} }: WorkbookParts): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (path: string, content: string | Buffer) => zip.addBuffer(Buffer.from(content), path);
  const names = Object.keys(sheets);
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  add('_rels/.rels', `<Relationships>${relation('a', 'officeDocument', '/xl/workbook.xml')}</Relationships>`);
  add(
    'xl/workbook.xml',
    `<workbook xmlns:r="${OFFICE}"><sheets>${names.map((name, n) => `<sheet name="${name}" r:id="s${n}"/>`).join('')}</sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships>${names.map((_, n) => relation(`s${n}`, 'worksheet', `worksheets/sheet${n}.xml`)).join('')}${relation('t', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
  );
  names.forEach((name, n) => add(`xl/worksheets/sheet${n}.xml`, sheets[name] ?? ''));
  if (strings !== undefined) add('xl/sharedStrings.xml', strings);
  for (const [path, content] of Object.entries(more)) add(path, content);
  zip.end();
  return buffer(zip.outputStream);
}

export const HEADINGS = ['FIRST NAME', 'LAST NAME', 'NAME', 'EMAIL', 'ROLE'];

const cell = (text: string, at: string) =>
  text.startsWith('<') ? text : `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;

/** A sheet of rows of texts; a cell that begins with < stands as it is. `tail` follows the rows. */
export const sheetXml = (rows: readonly (readonly string[])[], tail = ''): string =>
  `<worksheet><sheetData>${rows
    .map(
      (cells, n) =>
        `<row r="${n + 1}">${cells.map((text, at) => (text === '' ? '' : cell(text, `${String.fromCharCode(65 + at)}${n + 1}`))).join('')}</row>`,
    )
    .join('')}</sheetData>${tail}</worksheet>`;
