/** How much room collected files may take, and what goes first. */
import { sql } from 'kysely';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { Store } from '../store/store.ts';
import { KEEP_MS, type UploadRow } from './upload-dto.ts';
import type { UploadFiles } from './upload-files.ts';

/** What the files of one account may take, in bytes: beyond it the oldest goes. */
const ACCOUNT_BYTES = 2 * 1024 ** 3;
/** What stays free on the disk for the database, in bytes. */
const RESERVE_BYTES = 256 * 1024 * 1024;
/** How long the rest of an unfinished file is waited for, in milliseconds. */
const PARTIAL_MS = 86_400_000;

interface RoomParts {
  store: Store;
  files: UploadFiles;
}

/** Removes the file, then what is known of it: a death in between leaves something that can be removed again. */
export async function removeUpload({ store, files }: RoomParts, row: UploadRow): Promise<void> {
  await files.remove({ account: row.account_id, command: row.command_id });
  await store.write(async (work) => {
    await work.db.deleteFrom('upload').where('id', '=', row.id).execute();
    if (row.completed_at !== null) work.changed({ topic: 'upload', account: row.account_id, ref: row.id });
  });
}

/**
 * Makes room for a file of an account, if need be by giving up its oldest ones; `instead` is an unfinished file that it
 * replaces. @throws DemarcError `upload.no-room`
 */
export async function makeRoom(
  parts: RoomParts,
  account: string,
  { bytes, instead }: { bytes: number; instead?: UploadRow | undefined },
): Promise<void> {
  const rows = await parts.store.db.selectFrom('upload').selectAll().where('account_id', '=', account).execute();
  const others = rows.filter((row) => row.id !== instead?.id);
  const partial = sum(others.filter((row) => row.completed_at === null));
  if (partial + bytes > ACCOUNT_BYTES)
    throw new DemarcError('upload.no-room', 'too many unfinished files of the account');
  for (const row of excess(others, ACCOUNT_BYTES - bytes)) await removeUpload(parts, row);
  if ((await parts.files.free()) - bytes < RESERVE_BYTES)
    throw new DemarcError('upload.no-room', 'the disk is nearly full');
}

/** The oldest whole files, until what is left fits. */
export function excess(rows: readonly UploadRow[], limit: number): UploadRow[] {
  let total = sum(rows);
  const gone: UploadRow[] = [];
  const oldest = rows
    .flatMap((row) => (row.completed_at === null ? [] : [{ row, at: row.completed_at }]))
    .sort((a, b) => a.at.localeCompare(b.at));
  for (const { row } of oldest) {
    if (total <= limit) break;
    gone.push(row);
    total -= row.bytes;
  }
  return gone;
}

const sum = (rows: readonly UploadRow[]): number => rows.reduce((total, row) => total + row.bytes, 0);

/** Once through all files: what is too old, unfinished for too long, too much, or belongs to nothing. `now` in ms. */
export async function pruneUploads(parts: RoomParts, now: number): Promise<void> {
  const { store, files } = parts;
  const before = (age: number) => new Date(now - age).toISOString();
  const old = await store.db
    .selectFrom('upload')
    .selectAll()
    .where((is) =>
      is.or([
        is('completed_at', '<', before(KEEP_MS)),
        is.and([is('completed_at', 'is', null), is('created_at', '<', before(PARTIAL_MS))]),
      ]),
    )
    .execute();
  for (const row of old) await removeUpload(parts, row);
  const large = await store.db
    .selectFrom('upload')
    .select('account_id')
    .groupBy('account_id')
    .having(sql<number>`sum(bytes)`, '>', ACCOUNT_BYTES)
    .execute();
  for (const { account_id } of large) {
    const rows = await store.db.selectFrom('upload').selectAll().where('account_id', '=', account_id).execute();
    for (const row of excess(rows, ACCOUNT_BYTES)) await removeUpload(parts, row);
  }
  for await (const place of files.all()) {
    const row = await store.db
      .selectFrom('upload')
      .select('id')
      .where('command_id', '=', place.command)
      .where('account_id', '=', place.account)
      .executeTakeFirst();
    if (row === undefined) await files.remove(place);
  }
}
