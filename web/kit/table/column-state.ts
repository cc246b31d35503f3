import { z } from 'zod';

/** Which columns a person sees, and in which order. */
export interface ColumnState {
  order: string[];
  hidden: string[];
}

/** What the rule needs to know of a column. A fixed one is always shown (INV-8). */
export interface ColumnTraits {
  id: string;
  fixed?: boolean;
  hiddenByDefault?: boolean;
}

const Saved = z.object({ order: z.array(z.string()), hidden: z.array(z.string()) });

export const defaultColumns = (columns: readonly ColumnTraits[]): ColumnState => ({
  order: columns.map((column) => column.id),
  hidden: columns.filter((column) => column.hiddenByDefault && !column.fixed).map((column) => column.id),
});

/**
 * The saved choice applied to the columns that exist now: unknown ids are dropped, new columns take their default
 * place and visibility, fixed ones are shown. Anything unreadable is the default.
 */
export function restoreColumns(saved: unknown, columns: readonly ColumnTraits[]): ColumnState {
  const standard = defaultColumns(columns);
  const parsed = Saved.safeParse(saved);
  if (!parsed.success) return standard;
  const known = new Map(columns.map((column) => [column.id, column]));
  const order = [...new Set(parsed.data.order)].filter((id) => known.has(id));
  const seen = new Set(order);
  standard.order.forEach((id, index) => {
    if (!seen.has(id)) order.splice(index, 0, id);
  });
  const hidden = order.filter((id) => {
    if (known.get(id)?.fixed) return false;
    return seen.has(id) ? parsed.data.hidden.includes(id) : standard.hidden.includes(id);
  });
  return { order, hidden };
}

/** The order with one column moved by so many places; stays within the ends. */
export function moveColumn(order: readonly string[], id: string, by: number): string[] {
  const from = order.indexOf(id);
  if (from < 0) return [...order];
  const rest = order.filter((one) => one !== id);
  rest.splice(Math.max(0, Math.min(rest.length, from + by)), 0, id);
  return rest;
}
