/** JSON within SQL: the words for it that SQLite and PostgreSQL do not share. `->>` with a number is common to both. */
import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Db } from './store.ts';

const isPostgres = (db: Db): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** The elements of a JSON array as rows with one column, `value`. */
export const jsonRows = (db: Db, json: string): RawBuilder<unknown> =>
  isPostgres(db)
    ? sql`jsonb_array_elements(CAST(${withoutNul(json)} AS JSONB)) AS item(value)`
    : sql`json_each(${json}) AS item`;

/** PostgreSQL keeps no NUL, not as an escape within JSON either; a backslash before it may be one of text. */
const withoutNul = (json: string): string => json.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd');

/** Texts as a list for `IN`, however many they are: given as one value. */
export const listed = (db: Db, texts: readonly string[]): RawBuilder<unknown> =>
  sql`(SELECT value ->> 0 FROM ${jsonRows(db, JSON.stringify(texts.map((text) => [text])))})`;

/** Staged rows whose `record` can be read by `->>`; PostgreSQL parses it once for each row (hence OFFSET 0). */
export const stagedRows = (db: Db): RawBuilder<unknown> =>
  isPostgres(db)
    ? sql`(SELECT run_id, source_key, removal, CAST(record AS JSONB) AS record FROM sync_stage OFFSET 0)`
    : sql`sync_stage`;

/** A number of ours where PostgreSQL cannot see from its place that it is one. */
export const whole = (value: number): RawBuilder<number> => sql<number>`CAST(${value} AS INTEGER)`;
