import { absoluteTime } from '../format/age.ts';
import { kitText } from '../texts/index.ts';

/** The API's filter grammar, `field:op:value`, as chips. */
export const OPERATORS = ['eq', 'ne', 'in', 'contains', 'gt', 'ge', 'lt', 'le', 'missing', 'present'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  field: string;
  op: Operator;
  value: string;
}

const isOperator = (text: string): text is Operator => (OPERATORS as readonly string[]).includes(text);

/** Reads one filter; undefined for what is none (a hand-edited address). The value may itself hold colons. */
export function parseFilter(text: string): Filter | undefined {
  const [, field, op, value] = /^([^:]+):([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  if (field === undefined || op === undefined || !isOperator(op)) return undefined;
  if (value === undefined && op !== 'missing' && op !== 'present') return undefined;
  return { field, op, value: value ?? '' };
}

export function formatFilter(filter: Filter): string {
  if (filter.op === 'missing' || filter.op === 'present') return `${filter.field}:${filter.op}`;
  return `${filter.field}:${filter.op}:${filter.value}`;
}

export interface Choice {
  value: string;
  label: string;
  count?: number;
}

/** A field that a list can be filtered by. */
export type FilterField =
  | { field: string; label: string; kind: 'choice'; choices: readonly Choice[] }
  | { field: string; label: string; kind: 'text' }
  | { field: string; label: string; kind: 'date' };

/** Filter of a choice field for the chosen values: one is `eq`, several are `in`, none is no filter. */
export function choiceFilter(field: string, values: readonly string[]): Filter | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  return values.length === 1 ? { field, op: 'eq', value: first } : { field, op: 'in', value: values.join(',') };
}

/** Values that a choice filter stands for. */
export const chosenValues = (filter: Filter | undefined): string[] =>
  filter === undefined || filter.value === '' ? [] : filter.op === 'in' ? filter.value.split(',') : [filter.value];

/** A filter as a sentence for its chip: "PBX is North, South". */
export function describeFilter(filter: Filter, fields: readonly FilterField[]): string {
  const known = fields.find((one) => one.field === filter.field);
  const label = known?.label ?? filter.field;
  if (filter.op === 'missing' || filter.op === 'present') return `${label} ${kitText.operators[filter.op]}`;
  const names = chosenValues(filter).map((value) => {
    if (known?.kind === 'choice') return known.choices.find((choice) => choice.value === value)?.label ?? value;
    if (known?.kind === 'date') return absoluteTime(value);
    return value;
  });
  return `${label} ${kitText.operators[filter.op]} ${names.join(', ')}`;
}
