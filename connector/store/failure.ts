import { DemarcError } from '#contract/errors/demarc-error.ts';

/** SQLite's primary result codes that blame the data of one statement: error, too big, constraint, mismatch, range. */
const DATA_ERRORS = new Set([1, 18, 19, 20, 25]);

/** PostgreSQL's classes of SQLSTATE that blame the data or the words of one statement. */
const DATA_CLASSES = new Set(['21', '22', '23', '42', '44']);
const DISK_FULL = '53100';
/** The way to the database, not what was asked of it: classes of SQLSTATE, and what sockets say. */
const AWAY = /^(08...|57P0.|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)$/;

/** The SQLSTATE of an answer of PostgreSQL, or the code of a socket that led to it. */
function postgresCode(error: Error): string | undefined {
  if ('severity' in error && 'code' in error && typeof error.code === 'string') return error.code;
  if (/^(Connection terminated|timeout exceeded when trying to connect)/.test(error.message)) return 'ECONNRESET';
  return 'syscall' in error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Whether an error says that the store itself cannot go on (disk full, I/O, locked, closed), as against one statement
 * having been refused for its data. SQLite result codes: sqlite.org/rescode.html; PostgreSQL's: its manual, appendix A.
 */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const postgres = postgresCode(error);
  if (postgres !== undefined) return AWAY.test(postgres) || !DATA_CLASSES.has(postgres.slice(0, 2));
  if (!('code' in error)) return false;
  if (error.code === 'ERR_INVALID_STATE') return true;
  if (error.code !== 'ERR_SQLITE_ERROR') return false;
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  return !DATA_ERRORS.has(code & 0xff);
}

const SQLITE_FULL = 13;

/** A failure of the store under its name in the catalogue, where it has one; anything else as it is. */
export function namedFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !isStoreFailure(error)) return error;
  const postgres = postgresCode(error);
  const full = postgres === DISK_FULL || ('errcode' in error && error.errcode === SQLITE_FULL);
  if (full) return new DemarcError('store.full', undefined, { cause: error });
  const away = postgres !== undefined && AWAY.test(postgres);
  return away ? new DemarcError('store.unreachable', error.message, { cause: error }) : error;
}
