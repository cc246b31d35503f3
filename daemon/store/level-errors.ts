/** LevelDB's errors arrive wrapped: what happened is in a cause, and a full disk only in its text. */
function* causes(error: unknown): Generator<Error> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    yield current;
  }
}

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The innermost code, for example `LEVEL_LOCKED` or `LEVEL_CORRUPTION`. */
export function levelCode(error: unknown): string | undefined {
  let code: string | undefined;
  for (const cause of causes(error)) code = codeOf(cause) ?? code;
  return code;
}

export function isDiskFull(error: unknown): boolean {
  return [...causes(error)].some(
    (cause) => codeOf(cause) === 'ENOSPC' || /no space left|disk quota/i.test(cause.message),
  );
}

/** Whether a read met a database or an iterator that was closed under it. */
export function isClosedError(error: unknown): boolean {
  const code = levelCode(error);
  return code === 'LEVEL_DATABASE_NOT_OPEN' || code === 'LEVEL_ITERATOR_NOT_OPEN' || code === 'LEVEL_SNAPSHOT_NOT_OPEN';
}
