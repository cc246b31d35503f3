import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { initial } from './0001-initial.ts';

/** Numbered for ever: a migration that has been released is never edited. */
const migrations: Record<string, Migration> = { '0001-initial': initial };

/** Brings the tables to this version. @throws whatever the database says, with nothing half done. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('the store could not be brought to this version', { cause: error });
}
