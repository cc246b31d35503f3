import type { z } from 'zod';

/** A document that we stored as JSON; null when there is none or when it is not of this version's form. */
export function optionalJson<S extends z.ZodType>(schema: S, text: string | null): z.output<S> | null {
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
