import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { MAX_CELL, MAX_COLUMNS, type Sheet, SheetTaker } from './sheet.ts';
import { damaged } from './zip.ts';

/** Characters that are handed to the parser at a time, so that others get their turn. */
const PIECE = 64 * 1024;
/** Longest line; an open quote would otherwise swallow the rest of the file. */
const MAX_LINE = 64 * 1024;

/** The text of a CSV file: UTF-8, or UTF-16 with its mark. @throws DemarcError `import.encoding`, `import.not-a-spreadsheet` */
function textOf(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new DemarcError('import.encoding');
  }
  if (text.includes('\u0000')) throw new DemarcError('import.not-a-spreadsheet');
  return text;
}

/** The sign between cells: that which stands most often in the first lines, outside of which nothing is read yet. */
function delimiterOf(text: string): string {
  const head = text.slice(0, 4096).split(/\r?\n/, 10).join('\n');
  const counts = [',', ';', '\t'].map((sign) => ({ sign, n: head.split(sign).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).sign;
}

/** A cell as it was before an export guarded it against being run as a formula. */
const unguarded = (text: string): string => (/^'[=+\-@\t\r]/.test(text) ? text.slice(1) : text);

/**
 * Reads a CSV file (RFC 4180, or with semicolons or tabs) that has the headings of an import.
 * @throws DemarcError `import.encoding`, `import.wrong-sheet`, `import.damaged`, `import.not-a-spreadsheet`
 */
export async function readCsv(bytes: Buffer, limit: number): Promise<Sheet> {
  // A spreadsheet's own line that names the sign.
  const text = textOf(bytes).replace(/^sep=.\r?\n/i, '');
  const taker = new SheetTaker(limit);
  const parser = Readable.from(pieces(text)).pipe(
    parse({
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
      info: true,
    }),
  );
  try {
    for await (const line of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const cells = line.record
        .slice(0, MAX_COLUMNS)
        .map((cell) => (cell === '' ? undefined : { text: unguarded(cell).slice(0, MAX_CELL + 1) }));
      if (!taker.take({ n: line.info.lines, cells })) break;
    }
  } catch (error) {
    throw damaged(error);
  }
  const { rows, count, columns } = taker;
  if (columns === undefined) throw new DemarcError('import.wrong-sheet');
  return { rows, count, columns, isMerged: () => false };
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}
