import { isUtf8 } from 'node:buffer';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Lines that may stand before the header: blank ones and a title. */
const MAX_PREAMBLE = 30;
const MAX_COLUMNS = 100;

/** A column: its title over both header lines, and where it starts and ends in characters. */
interface Column {
  title: string;
  start: number;
  end: number;
}

/** A row by column title, or one that cannot be read with the reason. `line` counts from 1 in the output. */
export type TableRow =
  | { line: number; cells: ReadonlyMap<string, string>; problems: readonly string[] }
  | { line: number; fault: string };

/**
 * Reads a fixed-width table as its lines (byte strings) come: the columns are where the titles stand, over one header
 * line or two, since releases differ in them. Rows that do not fit the columns are given as faults and not misread.
 * The first of the `wanted` titles (lower case) is that of the first column; a row need not fit to the right of them.
 * `joined` are titles with a space in them, which a single space would divide.
 * @throws DemarcError `mdsh.no-table` when there is no header with these titles
 */
export async function* readTable(
  lines: AsyncIterable<string>,
  options: { wanted: readonly [string, ...string[]]; joined?: readonly string[] },
): AsyncGenerator<TableRow> {
  const [first] = options.wanted;
  let [line, top, columns]: [number, string | undefined, Columns | undefined] = [0, undefined, undefined];
  for await (const text of lines) {
    line += 1;
    if (isRule(text)) continue;
    if (startsWith(text, first)) {
      // A header stands again at the head of each page.
      [top, columns] = [text, undefined];
      continue;
    }
    if (top === undefined) {
      if (line > MAX_PREAMBLE) break;
      continue;
    }
    if (columns === undefined) {
      const isSecond = text.startsWith(' ');
      columns = needed(columnsOf(top, isSecond ? text : '', options.joined ?? []), options.wanted);
      if (isSecond) continue;
    }
    yield readRow(text, columns, line);
  }
  if (top === undefined) throw new DemarcError('mdsh.no-table', `no header that starts with “${first}”`);
}

const isRule = (text: string): boolean => /^[\s=-]*$/.test(text);

const startsWith = (text: string, title: string): boolean =>
  text.toLowerCase().startsWith(title) && /^\s|^$/.test(text.slice(title.length));

/** The columns from the one or two header lines. */
function columnsOf(top: string, second: string, joined: readonly string[]): Column[] {
  const columns: Column[] = [];
  for (const { text, start } of words(top).slice(0, MAX_COLUMNS)) {
    const last = columns.at(-1);
    const together = last && start === last.end + 1 ? `${last.title} ${text}` : undefined;
    if (last && together !== undefined && isStartOf(together, joined)) {
      last.title = together;
      last.end = start + text.length;
    } else columns.push({ title: text, start, end: start + text.length });
  }
  // Until here `end` is that of the title in the first line; the second line adds words, or columns that start there.
  for (const { text, start } of words(second).slice(0, MAX_COLUMNS)) {
    const above = columns.findLast((column) => column.start <= start);
    const isOwn = above === undefined || (start > above.end + 1 && !second.slice(above.start, start).trim());
    if (isOwn && columns.length < MAX_COLUMNS) columns.push({ title: text, start, end: start + text.length });
    else if (above) above.title += ` ${text}`;
    columns.sort((a, b) => a.start - b.start);
  }
  return columns.map((column, at) => ({ ...column, end: columns[at + 1]?.start ?? Number.MAX_SAFE_INTEGER }));
}

/** The columns that are read, and how many there are in all. */
interface Columns {
  columns: readonly Column[];
  count: number;
}

/** The columns up to the last wanted one. @throws DemarcError `mdsh.no-table` */
function needed(columns: readonly Column[], wanted: readonly string[]): Columns {
  const titles = columns.map(({ title }) => title.toLowerCase());
  const missing = wanted.filter((title) => !titles.includes(title));
  if (missing.length > 0) {
    const found = titles.join(', ').slice(0, 300);
    throw new DemarcError('mdsh.no-table', `no column ${missing.join(', ')}; there are: ${found}`);
  }
  const last = titles.findLastIndex((title) => wanted.includes(title));
  return { columns: columns.slice(0, last + 1), count: columns.length };
}

const isStartOf = (text: string, titles: readonly string[]): boolean =>
  titles.some((title) => title.startsWith(text.toLowerCase()));

const words = (line: string): { text: string; start: number }[] =>
  [...line.matchAll(/\S+/g)].map((match) => ({ text: match[0], start: match.index }));

function readRow(bytes: string, { columns, count }: Columns, line: number): TableRow {
  const isPlain = !/[\x80-\xff]/.test(bytes);
  const raw = isPlain ? undefined : Buffer.from(bytes, 'latin1');
  const text = raw ? raw.toString('utf8') : bytes;
  const problems = raw && !isUtf8(raw) ? ['not valid UTF-8'] : [];
  // Some programs pad by characters, others by bytes: only the right way gives whole cells with spaces between them.
  const cells =
    cut(isPlain ? text : Array.from(text), columns, (part) => part) ??
    (isPlain ? undefined : cut(bytes, columns, (part) => Buffer.from(part, 'latin1').toString('utf8'))) ??
    byQuotes(text, columns, count);
  return cells ? { line, cells, problems } : { line, fault: 'does not fit the columns of the header' };
}

/** The cells by offset; undefined when the row does not start in the first column, or a value crosses a border. */
function cut(
  row: string | readonly string[],
  columns: readonly Column[],
  decode: (part: string) => string,
): Map<string, string> | undefined {
  if (row[0] === ' ') return undefined;
  const cells = new Map<string, string>();
  for (const { title, start, end } of columns) {
    if (end <= row.length && row[end - 1] !== ' ') return undefined;
    const part = row.slice(start, end);
    const cell = decode(typeof part === 'string' ? part : part.join('')).trim();
    if (!isWhole(cell)) return undefined;
    cells.set(title.toLowerCase(), unquoted(cell));
  }
  return cells;
}

/** Values in quotes tell their borders themselves, also when one is wider than its column; none may be missing then. */
function byQuotes(text: string, columns: readonly Column[], count: number): Map<string, string> | undefined {
  if (!text.includes('"')) return undefined;
  const values = text.match(/"[^"]*"|[^\s"]+/g) ?? [];
  if (values.length !== count) return undefined;
  return new Map(columns.map(({ title }, at) => [title.toLowerCase(), unquoted(values[at] ?? '')]));
}

/** A quote is at both ends of a value or at neither, and no other value begins within. */
const isWhole = (cell: string): boolean =>
  !cell.includes('"') ||
  (cell.startsWith('"')
    ? cell.length >= 2 && cell.endsWith('"') && !/"\s+"|""(?!$)/.test(cell.slice(1))
    : !cell.endsWith('"'));

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
