/**
 * The users of a run as one set, staged and applied by SQL over JSON so that 100,000 of them never pass through this
 * process one by one. The words of it that SQLite and PostgreSQL do not share stand in `json.ts`.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import { monotonicFactory } from 'ulid';
import { type UserRecord } from '#contract/users.ts';
import { Irregularity } from '#contract/words.ts';
import { jsonRows, stagedRows, whole } from './json.ts';
import type { Db } from './store.ts';

/** Rows applied between two breaths of the event loop. */
const SLICE = 2000;

/** What an admin may set for a user of a PBX that has no value of its own; the column `filled` has a bit for each. */
export const FILLABLE = ['firstName', 'lastName', 'email', 'mobilePhone'] as const;
export type Fillable = (typeof FILLABLE)[number];

export const filledBit = (field: Fillable): number => 1 << FILLABLE.indexOf(field);

/** The bit of the irregularity that an address entered by hand ends. */
export const NO_EMAIL = 1 << Irregularity.options.indexOf('no-email');

/** Whose users: those of one PBX, by the staged run. */
export interface UserSet {
  run: string;
  account: string;
  gateway: string;
  pbx: string;
}

/** Stages one chunk. Of two records with one key the one of the later chunk counts, whatever the order of arrival. */
export async function stageChunk(
  db: Db,
  run: string,
  chunk: { n: number; put: readonly UserRecord[]; remove: readonly string[] },
  now: number,
): Promise<void> {
  if (chunk.remove.length > 0) {
    await sql`
      INSERT INTO sync_stage (run_id, source_key, removal, record, n)
      SELECT ${run}, value ->> 0, 1, NULL, ${whole(chunk.n)}
      FROM ${jsonRows(db, JSON.stringify([...new Set(chunk.remove)].map((key) => [key])))} WHERE true
      ON CONFLICT (run_id, source_key) DO UPDATE SET removal = 1, record = NULL, n = excluded.n
        WHERE excluded.n >= sync_stage.n`.execute(db);
  }
  if (chunk.put.length > 0) {
    // One random id a chunk, the others counted on from it: randomness for each would cost more than all the rest.
    const ulid = monotonicFactory();
    // Of two with one key within a chunk the later counts, too; PostgreSQL refuses to be given both.
    const put = new Map(chunk.put.map((user) => [user.key, user]));
    const records = JSON.stringify([...put.values()].map((user) => columns(user, ulid(now))));
    await sql`
      INSERT INTO sync_stage (run_id, source_key, removal, record, n)
      SELECT ${run}, value ->> 0, 0, CAST(value AS TEXT), ${whole(chunk.n)} FROM ${jsonRows(db, records)} WHERE true
      ON CONFLICT (run_id, source_key) DO UPDATE SET removal = 0, record = excluded.record, n = excluded.n
        WHERE excluded.n >= sync_stage.n`.execute(db);
  }
}

/** A staged record: the key, then the columns in the order that `applyPuts` reads them. Case is folded here, for all of Unicode. */
const columns = (user: UserRecord, id: string): (string | number | null)[] => [
  user.key,
  id,
  user.name,
  user.name.toLowerCase(),
  user.firstName ?? null,
  user.lastName ?? null,
  user.email ?? null,
  user.email?.toLowerCase() ?? null,
  user.extension ?? null,
  user.workPhone ?? null,
  user.mobilePhone ?? null,
  user.loginId ?? null,
  user.department ?? null,
  irregularMask(user.irregularities),
  [user.name, user.email, user.extension]
    .filter((text) => text !== undefined)
    .join(' ')
    .toLowerCase(),
];

/** One bit for each irregularity, in the order of the contract's word list. */
const irregularMask = (words: readonly Irregularity[]): number =>
  words.reduce((mask, word) => mask | (1 << Irregularity.options.indexOf(word)), 0);

const stillThere = ({ run }: UserSet) => sql`EXISTS (
  SELECT 1 FROM sync_stage s WHERE s.run_id = ${run} AND s.source_key = directory_user.source_key AND s.removal = 0)`;

const namedForRemoval = ({ run }: UserSet) => sql`source_key IN (
  SELECT source_key FROM sync_stage WHERE run_id = ${run} AND removal = 1)`;

const ofPbx = ({ account, pbx }: UserSet) => sql`account_id = ${account} AND pbx_id = ${pbx}`;

const onList = (run: string) => sql`EXISTS (
  SELECT 1 FROM held_user h WHERE h.run_id = ${run} AND h.source_key = directory_user.source_key)`;

const unlessOnList = (run: string | undefined) => (run === undefined ? sql`` : sql`AND NOT ${onList(run)}`);

/** Users of the PBX, and how many of them the staged run does not have; those on a held run's list are not counted. */
export async function countMissing(
  db: Db,
  set: UserSet,
  heldRun?: string,
): Promise<{ known: number; missing: number }> {
  const { rows } = await sql<{ known: number; missing: number | null }>`
    SELECT count(*) AS known,
      sum(CASE WHEN NOT ${stillThere(set)} ${unlessOnList(heldRun)} THEN 1 ELSE 0 END) AS missing
    FROM directory_user WHERE ${ofPbx(set)}`.execute(db);
  return { known: rows[0]?.known ?? 0, missing: rows[0]?.missing ?? 0 };
}

/**
 * Adds and changes users as staged; a user that is the same already is left alone. What an admin set where the PBX says
 * nothing stays (`user_edit`). Answers how many rows it touched.
 */
export async function applyPuts(db: Db, set: UserSet, now: string): Promise<number> {
  let touched = 0;
  for (let after = ''; ; ) {
    const last = await sql<{ source_key: string }>`
      SELECT max(source_key) AS source_key FROM (
        SELECT source_key FROM sync_stage WHERE run_id = ${set.run} AND source_key > ${after}
        ORDER BY source_key LIMIT ${SLICE}) AS slice`.execute(db);
    const upto = last.rows[0]?.source_key;
    if (upto === undefined || upto === null) return touched;
    const applied = await sql`
      INSERT INTO directory_user (id, account_id, gateway_id, pbx_id, source_key, name, name_lc, first_name, last_name,
        email, email_lc, extension, work_phone, mobile_phone, login_id, department, irregular, search, modified_at,
        source, status, role, filled)
      SELECT record ->> 1, ${set.account}, ${set.gateway}, ${set.pbx}, s.source_key, record ->> 2, record ->> 3,
        coalesce(record ->> 4, e.first_name), coalesce(record ->> 5, e.last_name), coalesce(record ->> 6, e.email),
        coalesce(record ->> 7, e.email_lc), record ->> 8, record ->> 9, coalesce(record ->> 10, e.mobile_phone),
        record ->> 11, record ->> 12,
        CASE WHEN record ->> 6 IS NULL AND e.email IS NOT NULL THEN CAST(record ->> 13 AS INTEGER) & ~${whole(NO_EMAIL)} ELSE CAST(record ->> 13 AS INTEGER) END,
        CASE WHEN record ->> 6 IS NULL AND e.email IS NOT NULL THEN (record ->> 14) || ' ' || e.email_lc ELSE record ->> 14 END,
        ${now}, 'pbx', coalesce(e.status, 'Active'), coalesce(e.role, 'User'),
        CASE WHEN record ->> 4 IS NULL AND e.first_name IS NOT NULL THEN ${whole(filledBit('firstName'))} ELSE 0 END
        + CASE WHEN record ->> 5 IS NULL AND e.last_name IS NOT NULL THEN ${whole(filledBit('lastName'))} ELSE 0 END
        + CASE WHEN record ->> 6 IS NULL AND e.email IS NOT NULL THEN ${whole(filledBit('email'))} ELSE 0 END
        + CASE WHEN record ->> 10 IS NULL AND e.mobile_phone IS NOT NULL THEN ${whole(filledBit('mobilePhone'))} ELSE 0 END
      FROM ${stagedRows(db)} s LEFT JOIN user_edit e
        ON e.account_id = ${set.account} AND e.pbx_id = ${set.pbx} AND e.source_key = s.source_key
      WHERE s.run_id = ${set.run} AND s.removal = 0 AND s.source_key > ${after} AND s.source_key <= ${upto}
      ON CONFLICT (account_id, pbx_id, source_key) DO UPDATE SET
        gateway_id = excluded.gateway_id, name = excluded.name, name_lc = excluded.name_lc,
        first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
        email_lc = excluded.email_lc, extension = excluded.extension, work_phone = excluded.work_phone,
        mobile_phone = excluded.mobile_phone, login_id = excluded.login_id, department = excluded.department,
        irregular = excluded.irregular, search = excluded.search, modified_at = excluded.modified_at,
        filled = excluded.filled, modified_by = NULL, revision = directory_user.revision + 1
      WHERE (directory_user.name, directory_user.first_name, directory_user.last_name, directory_user.email,
          directory_user.extension, directory_user.work_phone, directory_user.mobile_phone, directory_user.login_id,
          directory_user.department, directory_user.irregular, directory_user.filled)
        IS DISTINCT FROM (excluded.name, excluded.first_name, excluded.last_name, excluded.email,
          excluded.extension, excluded.work_phone, excluded.mobile_phone, excluded.login_id,
          excluded.department, excluded.irregular, excluded.filled)`.execute(db);
    touched += Number(applied.numAffectedRows ?? 0n);
    after = upto;
    await breathe();
  }
}

/** Removes the users whose keys the run names. Answers how many there were. */
export async function removeNamed(db: Db, set: UserSet): Promise<number> {
  const gone = await sql`DELETE FROM directory_user WHERE ${ofPbx(set)} AND ${namedForRemoval(set)}`.execute(db);
  return Number(gone.numAffectedRows ?? 0n);
}

/** Removes the users that the run does not have, but for those on the list of a held run. Answers how many there were. */
export async function removeMissing(db: Db, set: UserSet, sparedBy?: string): Promise<number> {
  const gone = await sql`
    DELETE FROM directory_user
    WHERE ${ofPbx(set)} AND NOT ${stillThere(set)} ${unlessOnList(sparedBy)}`.execute(db);
  return Number(gone.numAffectedRows ?? 0n);
}

/** Keeps, as a snapshot, the users whose removal the run names; a key that is not known here is kept by itself. */
export async function holdNamed(db: Db, set: UserSet): Promise<void> {
  await sql`
    INSERT INTO held_user (run_id, account_id, source_key, name, email, extension)
    SELECT ${set.run}, ${set.account}, s.source_key, coalesce(u.name, s.source_key), u.email, u.extension
    FROM sync_stage s LEFT JOIN directory_user u
      ON u.account_id = ${set.account} AND u.pbx_id = ${set.pbx} AND u.source_key = s.source_key
    WHERE s.run_id = ${set.run} AND s.removal = 1`.execute(db);
}

/** Keeps, as a snapshot, the users that the run does not have. */
export async function holdMissing(db: Db, set: UserSet): Promise<void> {
  await sql`
    INSERT INTO held_user (run_id, account_id, source_key, name, email, extension)
    SELECT ${set.run}, account_id, source_key, name, email, extension
    FROM directory_user WHERE ${ofPbx(set)} AND NOT ${stillThere(set)}`.execute(db);
}

/** Forgets staged runs with all that was staged for them. */
export async function dropStages(db: Db, runs: readonly string[]): Promise<void> {
  if (runs.length === 0) return;
  await db.deleteFrom('sync_stage').where('run_id', 'in', runs).execute();
  await db.deleteFrom('sync_stage_chunk').where('run_id', 'in', runs).execute();
  await db.deleteFrom('sync_stage_run').where('run_id', 'in', runs).execute();
}
