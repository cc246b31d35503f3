import { sql } from 'kysely';
import type { Clock } from '#config/clock.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';
import { dropStages } from '../store/user-set.ts';

/** Which PBX is gone, and who said so. */
export interface Removal {
  account: string;
  pbx: string;
  name: string;
  gateway: string;
  /** As Instant. */
  now: string;
  actor: EventActor;
  requestId?: string;
}

/**
 * Takes a PBX out of its account, in the caller's unit of work: its users, its numbers and the runs that wait go; what
 * happened and its trunks stay, for these are people's work and can be given to another PBX. The row itself stays as a
 * mark that refuses what comes late. The history says how many of what went.
 */
export async function removePbx(work: Work, clock: Clock, removal: Removal): Promise<void> {
  const { account, pbx, name, gateway, now, actor, requestId } = removal;
  const { db } = work;
  await db.updateTable('pbx').set({ removed_at: now, revision: 0 }).where('id', '=', pbx).execute();
  const users = await forgetUsers(work, account, pbx);
  const numbers = await forgetNumbers(work, account, pbx);
  await forgetRuns(work, account, pbx);
  await db.deleteFrom('integration_off').where('account_id', '=', account).where('subject', '=', pbx).execute();
  await recordEvent(
    work,
    {
      account,
      gateway,
      actor,
      action: 'Delete',
      type: 'Gateway',
      asset: 'PBX',
      assetId: pbx,
      name: 'pbx.removed',
      severity: 'warning',
      message: `PBX removed: ${name}, and with it ${users} users and ${numbers} numbers and ranges`,
      details: { pbx: name, users, numbers },
      requestId: requestId ?? null,
    },
    clock,
  );
  work.changed({ topic: 'users', account, ref: pbx });
  work.changed({ topic: 'numbers', account, ref: gateway });
  work.changed({ topic: 'integration', account, ref: pbx });
  work.changed({ topic: 'gateway', account, ref: gateway });
}

/** Mails to them that still wait go first: afterwards nobody knows whose they were. */
async function forgetUsers({ db }: Work, account: string, pbx: string): Promise<number> {
  await sql`DELETE FROM user_mail WHERE account_id = ${account} AND user_id IN (
    SELECT id FROM directory_user WHERE account_id = ${account} AND pbx_id = ${pbx})`.execute(db);
  await db.deleteFrom('user_edit').where('account_id', '=', account).where('pbx_id', '=', pbx).execute();
  const gone = await db
    .deleteFrom('directory_user')
    .where('account_id', '=', account)
    .where('pbx_id', '=', pbx)
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}

/** Also those that people entered: without the PBX they are nobody's. */
async function forgetNumbers({ db }: Work, account: string, pbx: string): Promise<number> {
  let numbers = 0;
  for (const table of ['extension_range', 'did'] as const) {
    const gone = await db
      .deleteFrom(table)
      .where('account_id', '=', account)
      .where('pbx_id', '=', pbx)
      .executeTakeFirst();
    numbers += Number(gone.numDeletedRows);
  }
  await db.deleteFrom('number_reading').where('pbx_id', '=', pbx).execute();
  return numbers;
}

/** A run that is still arriving, and one that waits for a decision: there is nothing left to decide. */
async function forgetRuns(work: Work, account: string, pbx: string): Promise<void> {
  const { db } = work;
  const stages = await db
    .selectFrom('sync_stage_run')
    .select('run_id')
    .where('account_id', '=', account)
    .where('pbx_id', '=', pbx)
    .execute();
  await dropStages(
    db,
    stages.map(({ run_id }) => run_id),
  );
  const held = await db
    .updateTable('sync_run')
    .set({ hold: 'superseded' })
    .where('account_id', '=', account)
    .where('pbx_id', '=', pbx)
    .where('hold', '=', 'open')
    .returning('id')
    .execute();
  for (const { id } of held) {
    await db.deleteFrom('held_user').where('run_id', '=', id).execute();
    work.changed({ topic: 'sync-run', account, ref: id });
  }
}
