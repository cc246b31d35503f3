import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely';

/** Statements kept prepared; the product uses a few hundred different ones. */
const STATEMENT_CACHE = 500;

const NOTHING_TO_DO: ReturnType<SqliteDatabase['prepare']> = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

/** SQLite creates and alters tables in transactions like anything else, though kysely's adapter denies it. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter();
  }
}

/**
 * kysely's SQLite dialect over node:sqlite, which has the same shape as what the dialect was written for but for the
 * `reader` flag. WAL with full sync: what is committed is on disk (design section 7).
 */
export function sqliteDialect(path: string): SqliteDialect {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  // 16 MB instead of 4: the users of a first sync go through it twice, staged and applied, and each write-back waits for the disk.
  database.exec('PRAGMA wal_autocheckpoint = 4000');
  database.exec('PRAGMA foreign_keys = ON');
  database.exec('PRAGMA busy_timeout = 5000');
  return new Dialect({ database: adapt(database) });
}

function adapt(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  const prepare = (sql: string): ReturnType<SqliteDatabase['prepare']> => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = asDialect(database.prepare(sql));
    if (prepared.size >= STATEMENT_CACHE) prepared.clear();
    prepared.set(sql, statement);
    return statement;
  };
  return {
    close: () => {
      prepared.clear();
      database.close();
    },
    prepare: (sql) => {
      // A full disk ends the transaction by itself; a rollback that complains about that would hide why.
      if (sql === 'rollback' && !database.isTransaction) return NOTHING_TO_DO;
      return prepare(sql);
    },
  };
}

function asDialect(statement: StatementSync): ReturnType<SqliteDatabase['prepare']> {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
