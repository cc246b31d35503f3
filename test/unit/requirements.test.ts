import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/requirements');

/** Rows of each area by their last number, and those that lie outside of the product. */
const AREAS: Readonly<Record<string, { last: number; outside?: readonly number[] }>> = {
  ACC: { last: 30, outside: [10, 29, 30] },
  CON: { last: 5 },
  DMN: { last: 14, outside: [14] },
  EVT: { last: 30 },
  GWS: { last: 13 },
  IMP: { last: 13 },
  INT: { last: 8, outside: [3] },
  INV: { last: 34 },
  LOG: { last: 13, outside: [12, 13] },
  MVB: { last: 22, outside: [20, 21] },
  NTF: { last: 6 },
  ONB: { last: 46 },
  ROL: { last: 28, outside: [15] },
  TRK: { last: 18, outside: [16, 17, 18] },
  TUN: { last: 10 },
  USR: { last: 34, outside: [2, 8, 12, 16, 29] },
  VER: { last: 5, outside: [1, 2, 3, 4, 5] },
};

interface Line {
  row: string;
  where: string;
  test: string;
}

/** The lines of an area's table. */
function linesOf(area: string): Line[] {
  const file = join(FOLDER, `${area}.md`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, row, where, proof] = /^\|\s*([A-Z]+-\d+)\s*\|\s*(.*?)\s*\|\s*(.*?)\s*\|$/.exec(line.trimEnd()) ?? [];
      return row === undefined || where === undefined || proof === undefined ? [] : [{ row, where, test: proof }];
    });
}

const TOP = 'bin|config|connector|contract|daemon|docs|inventory|packaging|pbx-adapters|sip-trunks|test|tunnel|web';
/** What a cell names that must be there: paths from the top of the repository. */
const pathsIn = (cell: string): string[] =>
  (cell.match(new RegExp(`(?<![\\w/.-])(?:(?:${TOP})/[\\w./-]*\\w|README\\.md|Dockerfile)`, 'g')) ?? []).map((path) =>
    path.replace(/[.,]$/, ''),
  );
const MISSING = /^not (?:done|applicable): \S.{15,}/;

const written = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .filter((name) => name.endsWith('.md'))
      .map((name) => name.slice(0, -3))
  : [];

describe.each(Object.entries(AREAS))('%s', (area, { last, outside = [] }) => {
  test('each row has exactly one line', () => {
    const lines = linesOf(area).map(({ row }) => row);
    const wanted = Array.from({ length: last }, (_, index) => index + 1)
      .filter((number) => !outside.includes(number))
      .map((number) => `${area}-${number}`);
    expect(wanted.filter((row) => !lines.includes(row))).toEqual([]);
    expect(lines.filter((row, index) => lines.indexOf(row) !== index)).toEqual([]);
    const known = Array.from({ length: last }, (_, index) => `${area}-${index + 1}`);
    expect(lines.filter((row) => !known.includes(row))).toEqual([]);
  });
});

describe.each(written)('docs/requirements/%s.md', (area) => {
  const lines = linesOf(area);

  test('is linked from docs/requirements.md', () => {
    expect(readFileSync(join(ROOT, 'docs/requirements.md'), 'utf8')).toContain(`(requirements/${area}.md)`);
  });

  test('every path that it names exists', () => {
    const gone = lines.flatMap(({ row, where, test: proof }) =>
      [...pathsIn(where), ...pathsIn(proof)]
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${row}: ${path}`),
    );
    expect(gone).toEqual([]);
  });

  test('each line names a place and a test, or a reason why it is not there', () => {
    const bare = lines.filter(({ where, test: proof }) =>
      MISSING.test(where)
        ? false
        : pathsIn(where).length === 0 || !pathsIn(proof).some((path) => path.startsWith('test/')),
    );
    expect(bare.map(({ row }) => row)).toEqual([]);
  });
});
