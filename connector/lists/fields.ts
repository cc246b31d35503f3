import { type RawBuilder, sql } from 'kysely';
import { InvalidField } from './invalid-field.ts';

/** Operators of the filter grammar (contract ListQuery). */
export type Op = 'eq' | 'ne' | 'in' | 'contains' | 'gt' | 'ge' | 'lt' | 'le' | 'missing' | 'present';

export type Condition = RawBuilder<unknown>;

/**
 * One field that a list can be filtered by and, when it has `sort`, sorted by. `column` is ours, never the client's.
 * `text` with `lower` compares with a column that holds lower-case text; `flags` is a bit mask in the order of `words`;
 * `computed` compiles its own condition from words already checked.
 */
export type Field = { sort?: boolean; nullable?: boolean } & (
  | { kind: 'text'; column: string; lower?: boolean }
  | { kind: 'word'; column: string; words?: readonly string[] }
  | { kind: 'number'; column: string }
  | { kind: 'instant'; column: string }
  | { kind: 'flags'; column: string; words: readonly string[] }
  | { kind: 'computed'; words: readonly string[]; compile(words: readonly string[], now: number): Condition }
);

export type FieldTable = Readonly<Record<string, Field>>;

const COMPARE = {
  eq: sql`=`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
} as const;

const OPS: Readonly<Record<Field['kind'], readonly Op[]>> = {
  text: ['eq', 'ne', 'in', 'contains', 'missing', 'present'],
  word: ['eq', 'ne', 'in', 'missing', 'present'],
  number: ['eq', 'ne', 'in', 'gt', 'ge', 'lt', 'le', 'missing', 'present'],
  instant: ['eq', 'gt', 'ge', 'lt', 'le', 'missing', 'present'],
  flags: ['eq', 'ne', 'in', 'missing', 'present'],
  computed: ['eq', 'ne', 'in'],
};

const MAX_VALUES = 50;

const isOp = (text: string): text is Op => (Object.values(OPS).flat() as string[]).includes(text);

/** A LIKE pattern that finds the text anywhere; its wildcards are taken literally with `escape '\'`. */
export const containing = (column: Condition, text: string): Condition =>
  sql`${column} like ${`%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`} escape '\\'`;

export const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`1 = 1` : sql`(${sql.join(conditions, sql` and `)})`;

const list = (values: readonly unknown[]): Condition => sql`(${sql.join(values)})`;

function splitFilter(text: string): { name: string; op: Op; value: string } {
  const [name = '', op = '', ...rest] = text.split(':');
  if (!isOp(op))
    throw new InvalidField(
      'filter',
      'must be field:op:value with op eq, ne, in, contains, gt, ge, lt, le, missing or present',
    );
  return { name, op, value: rest.join(':') };
}

function valuesOf(field: Field, op: Op, value: string): (string | number)[] {
  const texts = op === 'in' ? value.split(',') : [value];
  if (texts.length > MAX_VALUES) throw new InvalidField('filter', `at most ${MAX_VALUES} values`);
  return texts.map((text) => valueOf(field, text));
}

function valueOf(field: Field, text: string): string | number {
  if (field.kind === 'text') return field.lower === true ? text.normalize('NFC').toLowerCase() : text;
  if (field.kind === 'number') {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(number)) throw new InvalidField('filter', 'the value must be a number');
    return number;
  }
  if (field.kind === 'instant') {
    const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isFinite(at) || at < 0) {
      throw new InvalidField('filter', 'the value must be a time such as 2026-01-31T12:00:00Z');
    }
    return new Date(at).toISOString();
  }
  if (field.words !== undefined && !field.words.includes(text)) {
    throw new InvalidField('filter', `the value must be one of ${field.words.join(', ')}`);
  }
  return text;
}

function maskOf(words: readonly string[], values: readonly (string | number)[]): number {
  return values.reduce<number>((mask, value) => mask | (1 << words.indexOf(String(value))), 0);
}

/** Compiles one `field:op:value` to a condition with bound parameters. @throws InvalidField */
export function compileFilter(text: string, fields: FieldTable, now: number): Condition {
  const { name, op, value } = splitFilter(text);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined)
    throw new InvalidField('filter', `there is no field of this name; there are ${Object.keys(fields).join(', ')}`);
  if (!OPS[field.kind].includes(op)) throw new InvalidField('filter', `${name} takes ${OPS[field.kind].join(', ')}`);
  if (op === 'missing' || op === 'present') return presence(field, op);
  const values = valuesOf(field, op, value);
  if (field.kind === 'computed') {
    const condition = field.compile(values.map(String), now);
    return op === 'ne' ? sql`not (${condition})` : condition;
  }
  const column = sql.ref(field.column);
  if (field.kind === 'flags') {
    const mask = sql`(${column} & ${maskOf(field.words, values)})`;
    return op === 'ne' ? sql`${mask} = 0` : sql`${mask} <> 0`;
  }
  if (op === 'contains') return containing(column, String(values[0]));
  if (op === 'in') return sql`${column} in ${list(values)}`;
  if (op === 'ne') return sql`(${column} <> ${values[0]} or ${column} is null)`;
  return sql`${column} ${COMPARE[op]} ${values[0]}`;
}

function presence(field: Field, op: 'missing' | 'present'): Condition {
  if (field.kind === 'computed') throw new InvalidField('filter', 'this field always has a value');
  const column = sql.ref(field.column);
  if (field.kind === 'flags') return op === 'missing' ? sql`${column} = 0` : sql`${column} <> 0`;
  return op === 'missing' ? sql`${column} is null` : sql`${column} is not null`;
}
