/** What the values of a directory attribute look like. Pure rules; every ratio is from 0 to 1. */

const ratio = (values: readonly string[], holds: (value: string) => boolean): number =>
  values.length === 0 ? 0 : values.filter(holds).length / values.length;

const digitsOf = (value: string): string => value.replaceAll(/\D/g, '');

const rules = {
  uuid: (value: string) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  email: (value: string) => /^[^\s@]+@[^\s@]+$/.test(value),
  extension: (value: string) => /^\d{2,8}$/.test(value),
  phone: (value: string) => /^[+(\d][\d\s()./-]*$/.test(value) && digitsOf(value).length >= 7,
  words: (value: string) => /\p{L}/u.test(value) && !/[\d@]/.test(value),
  fullName: (value: string) => /^[\p{L}\p{M}'’.-]+(,? [\p{L}\p{M}'’. -]+)+$/u.test(value),
  login: (value: string) => /^[A-Za-z0-9._-]{2,64}$/.test(value) && /[A-Za-z]/.test(value),
} as const;
export type ShapeName = keyof typeof rules;

/** The values of one attribute over the sampled entries, summed up. */
export interface AttributeShape {
  /** Share of the entries that have a value. */
  coverage: number;
  /** Different values by number of values: 1 when no two are equal. */
  distinct: number;
  /** How the values look with letters as A and a and digits as 9: an example that shows nobody's real value. */
  example: string;
  ratios: Readonly<Record<ShapeName, number>>;
}

/** Sums up one attribute: `values` holds the first value of each entry that has one. */
export function shapeOf(values: readonly string[], entries: number): AttributeShape {
  const texts = values.map((value) => value.trim()).filter((value) => value !== '');
  const ratioOf = (name: ShapeName) => ratio(texts, rules[name]);
  return {
    coverage: entries === 0 ? 0 : texts.length / entries,
    distinct: texts.length === 0 ? 0 : new Set(texts).size / texts.length,
    example: masked(texts[0] ?? ''),
    ratios: {
      uuid: ratioOf('uuid'),
      email: ratioOf('email'),
      extension: ratioOf('extension'),
      phone: ratioOf('phone'),
      words: ratioOf('words'),
      fullName: ratioOf('fullName'),
      login: ratioOf('login'),
    },
  };
}

/** Every letter becomes A, a or x, every digit 9. */
export const masked = (value: string): string =>
  value
    .slice(0, 40)
    .replaceAll(/\p{Lu}/gu, 'A')
    .replaceAll(/\p{Ll}/gu, 'a')
    .replaceAll(/[\p{Lo}\p{Lt}\p{Lm}\p{M}]/gu, 'x')
    .replaceAll(/\p{Nd}/gu, '9');
