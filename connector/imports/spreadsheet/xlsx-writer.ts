import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const PART = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** A column: its heading, its width in characters, and the only words that it takes, if so. */
export interface WrittenColumn {
  heading: string;
  width: number;
  choices?: readonly string[];
}

/** Text as XML holds it: characters that it cannot hold are left out. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const letter = (column: number): string => String.fromCharCode(65 + column);

/** Cells are texts inside the sheet: nothing that stands in them is ever run as a formula. Style 1 is bold, 2 is text. */
const row = (n: number, cells: readonly string[], style: number): string =>
  `<row r="${n}">${cells
    .map((cell, at) =>
      cell === ''
        ? ''
        : `<c r="${letter(at)}${n}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`,
    )
    .join('')}</row>`;

function* sheetXml(columns: readonly WrittenColumn[], rows: Iterable<readonly string[]>): Generator<string> {
  const widths = columns.map(
    ({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" style="2" customWidth="1"/>`,
  );
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>`;
  const headings = columns.map(({ heading }) => heading);
  yield row(1, headings, 1);
  let n = 1;
  for (const cells of rows) {
    n += 1;
    yield row(n, cells, 2);
  }
  const lists = columns.flatMap(({ choices }, at) =>
    choices === undefined
      ? []
      : `<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="${letter(at)}2:${letter(at)}10001"><formula1>"${escaped(choices.join(','))}"</formula1></dataValidation>`,
  );
  const validations =
    lists.length === 0 ? '' : `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`;
  yield `</sheetData>${validations}</worksheet>`;
}

/** Writes a workbook with one sheet of texts (ECMA-376), as it is read. */
export function writeXlsx(
  name: string,
  columns: readonly WrittenColumn[],
  rows: Iterable<readonly string[]>,
): Readable {
  const zip = new ZipFile();
  const part = (path: string, xml: string) => zip.addBuffer(Buffer.from(`${XML}${xml}`), path);
  const override = (path: string, type: string) => `<Override PartName="/${path}" ContentType="${PART}.${type}+xml"/>`;
  part(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('xl/workbook.xml', 'sheet.main')}${override('xl/worksheets/sheet1.xml', 'worksheet')}${override('xl/styles.xml', 'styles')}</Types>`,
  );
  const relation = (n: number, type: string, target: string) =>
    `<Relationship Id="rId${n}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  const relations = (...all: string[]) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${all.join('')}</Relationships>`;
  part('_rels/.rels', relations(relation(1, 'officeDocument', 'xl/workbook.xml')));
  part(
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${escaped(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  );
  part(
    'xl/_rels/workbook.xml.rels',
    relations(relation(1, 'worksheet', 'worksheets/sheet1.xml'), relation(2, 'styles', 'styles.xml')),
  );
  const format = (number: number, font: number) =>
    `<xf numFmtId="${number}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`;
  part(
    'xl/styles.xml',
    `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">${format(0, 0)}${format(0, 1)}${format(49, 0)}</cellXfs></styleSheet>`,
  );
  zip.addReadStream(Readable.from(bytesOf(sheetXml(columns, rows))), 'xl/worksheets/sheet1.xml');
  zip.end();
  return Readable.from(zip.outputStream);
}

function* bytesOf(texts: Iterable<string>): Generator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}
