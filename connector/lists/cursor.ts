import { z } from 'zod';
import { InvalidField } from './invalid-field.ts';

const Cursor = z.tuple([
  z.string().max(64),
  z.union([z.string().max(1000), z.number(), z.null()]),
  z.string().max(200),
]);

/** Where a page ended: the sort it belongs to, the last row's sort value and id. */
export interface Position {
  value: string | number | null;
  id: string;
}

/** An opaque text for the next page (base64url of JSON). */
export const writeCursor = (sort: string, { value, id }: Position): string =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');

/** @throws InvalidField for a text that is not ours, or belongs to another sort */
export function readCursor(text: string, sort: string): Position {
  const invalid = () => new InvalidField('cursor', 'must be the nextCursor of a page with the same sort');
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw invalid();
  }
  const parsed = Cursor.safeParse(json);
  if (!parsed.success || parsed.data[0] !== sort) throw invalid();
  return { value: parsed.data[1], id: parsed.data[2] };
}
