import type { CsvError, Parser } from 'csv-parse';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type FormField, type FormHeader, type FormName, recogniseHeader } from './forms.ts';
import { chunks, fileState, inspectText, sameState } from './inspect.ts';

/** Longest row, in characters; a quote that is never closed ends here. */
const MAX_ROW = 64 * 1024;
/** Lines before the header line: title, date, name of the element. */
const MAX_PREAMBLE = 30;
/** Bytes that are parsed at once: some tens of rows. */
const SLICE = 4096;
/** Longest text of a cell that is kept, in characters. */
const MAX_CELL = 256;

/** One row by field, texts trimmed, empty cells left out. `line` counts from 1. */
export interface FormRow {
  line: number;
  cells: Partial<Record<FormField, string>>;
  problems: string[];
}

interface ParsedRecord {
  record: string[];
  info: { lines: number };
}

/**
 * The rows of one form export as a stream; the first thing yielded is the header. Memory stays at some rows.
 * @throws DemarcError `form.truncated` when the end is missing, `form.growing` when it changed meanwhile,
 * `form.not-recognised`, `form.bad-csv`, `form.unreadable`, `pbx.canceled`
 */
export async function* readForm(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ header: FormHeader } | { row: FormRow }, void, void> {
  for await (const page of readFormPages(path, signal)) {
    if ('header' in page) yield page;
    else for (const row of page.rows) yield { row };
  }
}

/**
 * The same, some tens of rows at a time: an asynchronous step for each row leaves so much behind that a list of 50,000
 * needs 40 MiB more.
 */
export async function* readFormPages(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ header: FormHeader } | { rows: FormRow[] }, void, void> {
  const before = await fileState(path);
  const shape = await inspectText(path, signal);
  let header: FormHeader | undefined;
  let held: FormRow | undefined;
  let lines = 0;
  for await (const page of records(path, shape, signal)) {
    const rows: FormRow[] = [];
    for (const { record, info } of page) {
      lines += 1;
      if (!header) {
        header = recogniseHeader(record);
        if (header) yield { header };
        else if (lines >= MAX_PREAMBLE) throw new DemarcError('form.not-recognised', path);
        continue;
      }
      if (held) rows.push(held);
      held = record.some((cell) => cell.trim() !== '') ? toRow(header, record, info.lines) : undefined;
    }
    if (rows.length > 0) yield { rows };
  }
  if (!header) throw new DemarcError('form.not-recognised', path);
  if (!shape.endsWithLine) throw new DemarcError('form.truncated', `${path}: the last line has no end`);
  if (held) yield { rows: [held] };
  if (!sameState(before, await fileState(path))) throw new DemarcError('form.growing', path);
}

/** Which form a file holds; undefined when none that is known. @throws DemarcError as `readForm` */
export async function formOf(path: string, signal: AbortSignal): Promise<FormName | undefined> {
  try {
    for await (const part of readForm(path, signal)) if ('header' in part) return part.header.form;
  } catch (error) {
    const unknown =
      error instanceof DemarcError && (error.code === 'form.not-recognised' || error.code === 'form.bad-csv');
    if (!unknown) throw error;
  }
  return undefined;
}

function toRow(header: FormHeader, record: readonly string[], line: number): FormRow {
  const cells: FormRow['cells'] = {};
  const problems: string[] = [];
  for (const [at, field] of header.columns.entries()) {
    const text = record[at]?.replaceAll('\0', '').trim();
    if (field === null || text === undefined || text === '') continue;
    if (text.length > MAX_CELL) problems.push(`${field}: cut to ${MAX_CELL} characters`);
    cells[field] = text.slice(0, MAX_CELL).toWellFormed();
  }
  return { line, cells, problems };
}

async function* records(
  path: string,
  shape: { encoding: string; delimiter: string },
  signal: AbortSignal,
): AsyncGenerator<ParsedRecord[]> {
  // Loaded at the first form: most gateways read none.
  const { parse } = await import('csv-parse');
  const parser: Parser = parse({
    delimiter: shape.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW,
    info: true,
  });
  // It is told by `errored`, and thrown where the rows are read.
  parser.on('error', () => undefined);
  const decoder = new TextDecoder(shape.encoding);
  try {
    for await (const chunk of chunks(path, signal)) {
      for (let at = 0; at < chunk.length; at += SLICE) {
        parser.write(decoder.decode(chunk.subarray(at, at + SLICE), { stream: true }));
        const page = parsedBy(parser);
        if (parser.errored) throw parser.errored;
        if (page.length > 0) yield page;
      }
    }
    parser.end(decoder.decode());
    for await (const parsed of parser) yield [parsed as ParsedRecord];
  } catch (error) {
    throw csvError(error, path);
  } finally {
    parser.destroy();
  }
}

/** What the parser has ready. It parses as soon as it is given something, and reading makes it ready for more. */
function parsedBy(parser: Parser): ParsedRecord[] {
  const page: ParsedRecord[] = [];
  for (;;) {
    const parsed = parser.read() as ParsedRecord | null;
    if (parsed === null) return page;
    page.push(parsed);
  }
}

function csvError(error: unknown, path: string): DemarcError {
  if (error instanceof DemarcError) return error;
  if (!isCsvError(error)) return new DemarcError('form.unreadable', path, { cause: error });
  const line = typeof error['lines'] === 'number' ? ` near line ${error['lines']}` : '';
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new DemarcError('form.truncated', `${path}: a quote is not closed`, { cause: error });
  }
  const what = error.code === 'CSV_MAX_RECORD_SIZE' ? `a row of more than ${MAX_ROW} characters` : error.code;
  return new DemarcError('form.bad-csv', `${path}${line}: ${what}`, { cause: error });
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('CSV_');
