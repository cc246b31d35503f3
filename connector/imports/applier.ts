import { setImmediate as breathe } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { readEmail } from '#contract/email.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';
import { newUserRow } from '../users/users.ts';
import { bitsOf, type ImportJob } from './imports.ts';
import { displayName, roleOf } from './judge.ts';

/** Rows that become users in one transaction. */
const BATCH = 200;

/**
 * Makes users of the good rows of imports (IMP-10), a batch at a time: rows leave the preview in the transaction in which
 * they become users, so that a kill at any instant neither loses nor doubles one. What was begun goes on at the next start.
 */
export class ImportApplier {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #running = new Map<string, Promise<void>>();
  #stopping = false;

  constructor({ store, clock, log }: { store: Store; clock: Clock; log: Log }) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log.child({ part: 'imports' });
  }

  /** Takes up what was being applied when the process ended. */
  async start(): Promise<void> {
    const left = await this.#store.db.selectFrom('import_job').select('id').where('state', '=', 'applying').execute();
    for (const { id } of left) this.run(id);
  }

  /** Marks an import as being applied, in the caller's unit of work. @throws DemarcError `import.busy` */
  async begin(unit: Work, job: ImportJob, { mayAssign, actor }: { mayAssign: boolean; actor: EventActor }) {
    if (job.state === 'applying') throw new DemarcError('import.busy');
    const { rows } = await sql<{ good: number }>`select count(*) as good from import_row as r
      where r.import_id = ${job.id} and ${bitsOf(mayAssign)} = 0`.execute(unit.db);
    const next = {
      state: 'applying',
      may_assign: mayAssign ? 1 : 0,
      applied: 0,
      wanted: rows[0]?.good ?? 0,
      person_id: actor.id,
      person_name: actor.name,
      updated_at: instant(this.#clock),
    };
    await unit.db.updateTable('import_job').set(next).where('id', '=', job.id).execute();
    unit.changed({ topic: 'import', account: job.account_id, ref: job.id });
    return { ...job, ...next };
  }

  /** Applies what `begin` marked, after its commit; once at a time. */
  run(id: string): void {
    if (this.#stopping || this.#running.has(id)) return;
    const running = this.#apply(id)
      .catch((error: unknown) => {
        this.#log.error({ code: 'import.failed', import: id, err: error }, 'an import waits for the next start');
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, running);
  }

  /** Resolves when no batch is being written any more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running.values());
  }

  async #apply(id: string): Promise<void> {
    while (!this.#stopping && (await this.#store.write((unit) => this.#batch(unit, id)))) await breathe();
  }

  /** Whether there may be more. */
  async #batch(unit: Work, id: string): Promise<boolean> {
    const { db } = unit;
    const job = await db.selectFrom('import_job').selectAll().where('id', '=', id).executeTakeFirst();
    if (job?.state !== 'applying') return false;
    const now = instant(this.#clock);
    const { rows } = await sql<Selectable<Tables['import_row']>>`select r.* from import_row as r
      where r.import_id = ${id} and ${bitsOf(job.may_assign === 1)} = 0 order by r.n limit ${BATCH}`.execute(db);
    const account = job.account_id;
    unit.changed({ topic: 'import', account, ref: id });
    if (rows.length === 0) {
      await this.#end(unit, job, now);
      return false;
    }
    const users = rows.map((row) => {
      const cells = { name: row.name, firstName: row.first_name, lastName: row.last_name };
      const email = readEmail(row.email);
      return newUserRow(
        unit.newId(),
        {
          account,
          name: displayName(cells),
          firstName: row.first_name || null,
          lastName: row.last_name || null,
          email: email.status === 'valid' ? email.email : row.email,
          mobilePhone: null,
          role: roleOf(row.role) ?? 'User',
          source: 'import',
        },
        { now, by: job.person_name },
      );
    });
    await db.insertInto('directory_user').values(users).execute();
    await db
      .deleteFrom('import_row')
      .where('import_id', '=', id)
      .where(
        'n',
        'in',
        rows.map(({ n }) => n),
      )
      .execute();
    await db
      .updateTable('import_job')
      .set({ applied: job.applied + rows.length, updated_at: now })
      .where('id', '=', id)
      .execute();
    unit.changed({ topic: 'users', account, ref: null });
    return true;
  }

  async #end(unit: Work, job: ImportJob, now: string): Promise<void> {
    const { left } = await unit.db
      .selectFrom('import_row')
      .select((is) => is.fn.countAll<number>().as('left'))
      .where('import_id', '=', job.id)
      .executeTakeFirstOrThrow();
    await unit.db
      .updateTable('import_job')
      .set({ state: left === 0 ? 'done' : 'open', updated_at: now })
      .where('id', '=', job.id)
      .execute();
    if (job.applied === 0) return;
    const remaining = left === 0 ? '' : `; ${left} rows have problems and remain`;
    await recordEvent(
      unit,
      {
        account: job.account_id,
        actor: { id: job.person_id, name: job.person_name, kind: 'person' },
        action: 'Create',
        type: 'Admin',
        asset: 'User',
        assetId: job.id,
        name: 'users.imported',
        message: `${job.applied} users were imported from ${job.file_name}${remaining}`,
        details: { users: job.applied, remaining: left, file: job.file_name },
      },
      this.#clock,
    );
  }
}
