import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';

/** A column of an export: its heading and what of an item stands in it. */
export interface CsvColumn<T> {
  heading: string;
  value: (item: T) => string | number | null | undefined;
}

const RISKY = /^[=+\-@\t\r]/;

/**
 * A cell as it may stand in a spreadsheet: one that would be taken for a formula gets a leading quote (OWASP, CSV
 * injection).
 */
export const guardCell = (text: string): string => (RISKY.test(text) ? `'${text}` : text);

/**
 * Streams items as CSV (RFC 4180: CRLF, quotes doubled), at the reader's pace. `bom` puts the UTF-8 byte order mark
 * first, by which spreadsheets know the encoding.
 */
export function csvStream<T>(
  batches: AsyncIterable<readonly T[]>,
  columns: readonly CsvColumn<T>[],
  options: { bom: boolean },
): Readable {
  async function* rows(): AsyncGenerator<string[]> {
    for await (const batch of batches) {
      for (const item of batch) yield columns.map((column) => guardCell(String(column.value(item) ?? '')));
    }
  }
  const source = Readable.from(rows());
  const text = stringify({
    header: true,
    columns: columns.map((column) => column.heading),
    bom: options.bom,
    record_delimiter: 'windows',
  });
  source.once('error', (error) => text.destroy(error));
  text.once('close', () => source.destroy());
  return source.pipe(text);
}
