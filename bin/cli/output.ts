/** How the command line speaks: lines for people, or one JSON value with `--json`. */
export interface Output {
  json: boolean;
  write(text: string): void;
  writeError(text: string): void;
  /** Whether a person sits in front of it. */
  interactive: boolean;
}

/** Text from elsewhere, made safe for a terminal: control characters would be commands to it. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');

/** Columns, as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plain));
  const widths = clean.reduce<number[]>((found, row) => row.map((cell, i) => Math.max(found[i] ?? 0, cell.length)), []);
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ');
  return clean.map((row) => `${line(row)}\n`).join('');
}

/** What a terminal has, as a rule. */
const WIDTH = 80;

/** Labels with their values beside them, broken between words so that no line is wider than a terminal. */
export function fields(rows: readonly (readonly [string, string])[], indent = 0): string {
  const label = Math.max(0, ...rows.map(([name]) => name.length));
  const left = ' '.repeat(indent);
  const room = WIDTH - indent - label - 2;
  return rows
    .flatMap(([name, text]) =>
      wrapped(plain(text), room).map((line, i) => `${left}${(i === 0 ? name : '').padEnd(label)}  ${line}\n`),
    )
    .join('');
}

/** A word that is wider than the room stays whole: it may be an address to copy. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A time between two instants, as "3 min". */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [size, unit] = UNITS.find(([length]) => seconds >= length) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** "3 min ago" for an ISO instant; "never" for null. */
export function ago(at: string | null, now: number): string {
  if (at === null) return 'never';
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 1500) return 'now';
  return ms < 0 ? `in ${span(ms)}` : `${span(ms)} ago`;
}
