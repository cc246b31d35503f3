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
