import { sql } from 'kysely';
import type { Condition } from './fields.ts';

/** Rows of a subquery in one text: its own separators, which no number and no id holds. Words of SQL that every store has. */
const FIELD = '\u001F';
const ROW = '\u001E';

/** Columns of a row, one after the other; the last may hold anything but a separator. */
export const packed = (...columns: readonly Condition[]): Condition =>
  sql`string_agg(${sql.join(columns, sql` || ${FIELD} || `)}, ${ROW})`;

/** The rows again, each with its columns. */
export const unpacked = (text: string | null): string[][] =>
  text === null || text === '' ? [] : text.split(ROW).map((row) => row.split(FIELD));
