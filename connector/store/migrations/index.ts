import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { isStoreFailure } from '../failure.ts';
import { initial } from './0001-initial.ts';
import { bulkCommands } from './0002-bulk-commands.ts';
import { uploads } from './0003-uploads.ts';
import { resets } from './0004-resets.ts';
import { alerts } from './0005-alerts.ts';
import { launches } from './0006-launches.ts';
import { trunks } from './0007-trunks.ts';
import { trunkHealth } from './0008-trunk-health.ts';
import { commandDeadlines } from './0009-command-deadlines.ts';
import { syncRunNotes } from './0010-sync-run-notes.ts';
import { usersEdit } from './0011-users-edit.ts';
import { imports } from './0012-imports.ts';
import { roles } from './0013-roles.ts';
import { apiTokens } from './0014-api-tokens.ts';
import { oidc } from './0015-oidc.ts';
import { notifications } from './0016-notifications.ts';
import { supportLogs } from './0017-support-logs.ts';
import { numbers } from './0018-numbers.ts';
import { locations } from './0019-locations.ts';
import { integrations } from './0020-integrations.ts';
import { userMails } from './0021-user-mails.ts';
import { pbxRemoved } from './0022-pbx-removed.ts';
import { listIndexes } from './0025-list-indexes.ts';

/** Numbered for ever: a migration that has been released is never edited. */
const migrations: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-bulk-commands': bulkCommands,
  '0003-uploads': uploads,
  '0004-resets': resets,
  '0005-alerts': alerts,
  '0006-launches': launches,
  '0007-trunks': trunks,
  '0008-trunk-health': trunkHealth,
  '0009-command-deadlines': commandDeadlines,
  '0010-sync-run-notes': syncRunNotes,
  '0011-users-edit': usersEdit,
  '0012-imports': imports,
  '0013-roles': roles,
  '0014-api-tokens': apiTokens,
  '0015-oidc': oidc,
  '0016-notifications': notifications,
  '0017-support-logs': supportLogs,
  '0018-numbers': numbers,
  '0019-locations': locations,
  '0020-integrations': integrations,
  '0021-user-mails': userMails,
  '0022-pbx-removed': pbxRemoved,
  '0025-list-indexes': listIndexes,
};

/**
 * Brings the tables to this version (or to that of the given migrations), in one transaction: however it ends, nothing is
 * half done.
 * @throws Error with what the migration says as its cause; a failure of the store itself as it is
 */
export async function migrate<T>(db: Kysely<T>, to: Record<string, Migration> = migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => to } });
  const { error } = await migrator.migrateToLatest();
  if (isStoreFailure(error)) throw error;
  if (error !== undefined) throw new Error('the store could not be brought to this version', { cause: error });
}
