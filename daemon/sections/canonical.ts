import { createHash } from 'node:crypto';

/** JSON with sorted keys, so that equal documents are equal texts. Undefined members are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : item,
  );
}

/** SHA-256 over the canonical JSON, base64url. */
export const hashOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('base64url');

/** A deep copy without the members of these names. */
export function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !names.has(key))
      .map(([key, item]) => [key, without(item, names)]),
  );
}
