import { type Selectable, sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import { IMPORT_LIMITS, Import, type ImportCells, type ImportRow } from '#contract/api/imports.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { EventActor } from '../history/record-event.ts';
import { whole } from '../store/json.ts';
import type { Tables } from '../store/schema.ts';
import type { Db, Store, Work } from '../store/store.ts';
import { type JudgedRow, judge, problemBit, problemsOf } from './judge.ts';

/** Rows that one statement stores: SQLite takes a limited number of values at a time. */
const SLICE = 500;
/** Imports that nobody goes on with are dropped after a week, and those that are done after a day. */
const KEEP_MS = { open: 7 * 86_400_000, done: 86_400_000 } as const;

export type ImportJob = Selectable<Tables['import_job']>;
type Row = Selectable<Tables['import_row']>;

const forbidden = sql`
  | case when lower(r.role) = 'account admin' then ${whole(problemBit('role-not-allowed'))} else 0 end`;

/** All problems of a row: its own, and what it has with its sheet, with the account, and with whoever applies it. */
export const bitsOf = (mayAssign: boolean) => sql<number>`(r.own
  | case when r.email_lc <> '' and exists (select 1 from directory_user as u
      where u.account_id = r.account_id and u.email_lc = r.email_lc) then ${whole(problemBit('email-in-use'))} else 0 end
  | case when r.email_lc <> '' and exists (select 1 from import_row as o
      where o.import_id = r.import_id and o.email_lc = r.email_lc and o.n <> r.n) then ${whole(problemBit('email-repeated'))} else 0 end${mayAssign ? sql`` : forbidden})`;

const cellColumns = ({ cells, emailKey, own }: Omit<JudgedRow, 'n'>) => ({
  first_name: cells.firstName,
  last_name: cells.lastName,
  name: cells.name,
  email: cells.email,
  email_lc: emailKey,
  role: cells.role,
  own,
});

const rowDto = (row: Row & { bits: number }): ImportRow => ({
  n: row.n,
  firstName: row.first_name,
  lastName: row.last_name,
  name: row.name,
  email: row.email,
  role: row.role,
  problems: problemsOf(row.bits),
});

/** Where an import of an account is kept, seen and corrected until it is applied. */
export class Imports {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Keeps what was read of a file; gives its id. */
  async create(
    unit: Work,
    given: { account: string; fileName: string; rows: readonly JudgedRow[]; actor: EventActor },
  ): Promise<string> {
    const { account, fileName, rows, actor } = given;
    const id = unit.newId();
    const now = instant(this.#clock);
    await unit.db
      .insertInto('import_job')
      .values({
        id,
        account_id: account,
        file_name: fileName,
        state: 'open',
        may_assign: 0,
        applied: 0,
        wanted: 0,
        next_row: rows.reduce((highest, { n }) => Math.max(highest, n), 0) + 1,
        person_id: actor.id,
        person_name: actor.name,
        created_at: now,
        updated_at: now,
      })
      .execute();
    for (let at = 0; at < rows.length; at += SLICE) {
      const values = rows
        .slice(at, at + SLICE)
        .map((row) => ({ import_id: id, n: row.n, account_id: account, ...cellColumns(row) }));
      await unit.db.insertInto('import_row').values(values).execute();
    }
    unit.changed({ topic: 'import', account, ref: id });
    return id;
  }

  /** The import as stored; undefined when there is none. */
  job(id: string, db: Db = this.#store.db): Promise<ImportJob | undefined> {
    return db.selectFrom('import_job').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** An import with its counts, as whoever asks would apply it. */
  async describe(job: ImportJob, mayAssign: boolean, db: Db = this.#store.db): Promise<Import> {
    const { rows } = await sql<{ total: number; bad: number | null }>`select count(*) as total,
      sum(case when ${bitsOf(mayAssign)} <> 0 then 1 else 0 end) as bad
      from import_row as r where r.import_id = ${job.id}`.execute(db);
    return {
      id: job.id,
      account: job.account_id,
      fileName: job.file_name,
      state: Import.shape.state.parse(job.state),
      rows: rows[0]?.total ?? 0,
      bad: rows[0]?.bad ?? 0,
      applied: job.applied,
      wanted: job.wanted,
      createdBy: job.person_name,
      createdAt: job.created_at,
      updatedAt: job.updated_at,
    };
  }

  /** The imports of an account, newest first. */
  async list(account: string): Promise<ImportJob[]> {
    return this.#store.db
      .selectFrom('import_job')
      .selectAll()
      .where('account_id', '=', account)
      .orderBy('id', 'desc')
      .limit(50)
      .execute();
  }

  /** Rows in the order of the sheet, after a number. */
  async rows(
    id: string,
    { only, after, limit, mayAssign }: { only: 'all' | 'bad'; after: number; limit: number; mayAssign: boolean },
  ): Promise<ImportRow[]> {
    const bits = bitsOf(mayAssign);
    const narrowed = only === 'bad' ? sql`and ${bits} <> 0` : sql``;
    const { rows } = await sql<Row & { bits: number }>`select r.*, ${bits} as bits from import_row as r
      where r.import_id = ${id} and r.n > ${after} ${narrowed} order by r.n limit ${limit}`.execute(this.#store.db);
    return rows.map(rowDto);
  }

  /** One row; undefined when there is none. */
  async row(id: string, n: number, mayAssign: boolean): Promise<ImportRow | undefined> {
    const { rows } = await sql<Row & { bits: number }>`select r.*, ${bitsOf(mayAssign)} as bits from import_row as r
      where r.import_id = ${id} and r.n = ${n}`.execute(this.#store.db);
    return rows[0] && rowDto(rows[0]);
  }

  /** Adds a row by hand (IMP-11); gives its number. @throws DemarcError `import.busy`, `import.too-many-rows` */
  async addRow(id: string, cells: ImportCells): Promise<number> {
    return this.#change(id, async ({ db }, job) => {
      const { n: there } = await db
        .selectFrom('import_row')
        .select((is) => is.fn.countAll<number>().as('n'))
        .where('import_id', '=', id)
        .executeTakeFirstOrThrow();
      if (there >= IMPORT_LIMITS.rows) throw new DemarcError('import.too-many-rows', `${there} rows`);
      const n = job.next_row;
      await db
        .updateTable('import_job')
        .set({ next_row: n + 1 })
        .where('id', '=', id)
        .execute();
      await db
        .insertInto('import_row')
        .values({ import_id: id, n, account_id: job.account_id, ...cellColumns(judge(cells)) })
        .execute();
      return n;
    });
  }

  /** Puts a row right (IMP-8). @throws DemarcError `import.busy`, `api.not-found` when it is a user by now */
  async correct(id: string, n: number, cells: ImportCells): Promise<void> {
    await this.#change(id, async ({ db }) => {
      const done = await db
        .updateTable('import_row')
        .set(cellColumns(judge(cells)))
        .where('import_id', '=', id)
        .where('n', '=', n)
        .executeTakeFirst();
      if (done.numUpdatedRows === 0n) throw new DemarcError('api.not-found');
    });
  }

  /** Takes a row away (IMP-11); twice is once. @throws DemarcError `import.busy` */
  async dropRow(id: string, n: number): Promise<void> {
    await this.#change(id, ({ db }) =>
      db.deleteFrom('import_row').where('import_id', '=', id).where('n', '=', n).execute(),
    );
  }

  /** Drops the whole import (IMP-12). What has been applied stays. @throws DemarcError `import.busy` */
  async cancel(id: string): Promise<void> {
    await this.#change(id, async ({ db }) => {
      await db.deleteFrom('import_row').where('import_id', '=', id).execute();
      await db.deleteFrom('import_job').where('id', '=', id).execute();
    });
  }

  async #change<T>(id: string, work: (unit: Work, job: ImportJob) => Promise<T>): Promise<T> {
    return this.#store.write(async (unit) => {
      const job = await this.job(id, unit.db);
      if (job === undefined) throw new DemarcError('api.not-found');
      if (job.state === 'applying') throw new DemarcError('import.busy');
      const value = await work(unit, job);
      await unit.db
        .updateTable('import_job')
        .set({ updated_at: instant(this.#clock), state: 'open' })
        .where('id', '=', id)
        .execute();
      unit.changed({ topic: 'import', account: job.account_id, ref: id });
      return value;
    });
  }
}

/** Removes imports that nobody goes on with, and what is told of those that are done. `now` in milliseconds. */
export async function pruneImports(store: Store, now: number): Promise<void> {
  const before = (ms: number) => new Date(now - ms).toISOString();
  await store.write(async ({ db }) => {
    const old = db
      .selectFrom('import_job')
      .select('id')
      .where((is) =>
        is.or([
          is.and([is('state', '=', 'open'), is('updated_at', '<', before(KEEP_MS.open))]),
          is.and([is('state', '=', 'done'), is('updated_at', '<', before(KEEP_MS.done))]),
        ]),
      );
    await db.deleteFrom('import_row').where('import_id', 'in', old).execute();
    await db.deleteFrom('import_job').where('id', 'in', old).execute();
  });
}
