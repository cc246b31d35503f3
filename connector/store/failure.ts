import { DemarcError } from '#contract/errors/demarc-error.ts';

/** SQLite's primary result codes that blame the data of one statement: error, too big, constraint, mismatch, range. */
const DATA_ERRORS = new Set([1, 18, 19, 20, 25]);

/**
 * Whether an error says that the store itself cannot go on (disk full, I/O, locked, closed), as against one statement
 * having been refused for its data. SQLite result codes: sqlite.org/rescode.html.
 */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (error.code === 'ERR_INVALID_STATE') return true;
  if (error.code !== 'ERR_SQLITE_ERROR') return false;
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  return !DATA_ERRORS.has(code & 0xff);
}

const SQLITE_FULL = 13;

/** A failure of the store under its name in the catalogue (`store.full`), where it has one; anything else as it is. */
export function namedFailure(error: unknown): unknown {
  const full = isStoreFailure(error) && error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL;
  return full ? new DemarcError('store.full', undefined, { cause: error }) : error;
}
