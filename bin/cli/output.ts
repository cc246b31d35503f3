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

/** "3 min ago" for an ISO instant; "never" for null. */
export function ago(at: string | null, now: number): string {
  if (at === null) return 'never';
  const seconds = Math.round((now - Date.parse(at)) / 1000);
  if (Math.abs(seconds) < 2) return 'now';
  const units: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [size, unit] = units.find(([seconds_]) => Math.abs(seconds) >= seconds_) ?? [1, 's'];
  const amount = Math.floor(Math.abs(seconds) / size);
  return seconds < 0 ? `in ${amount} ${unit}` : `${amount} ${unit} ago`;
}
