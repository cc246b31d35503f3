import { commands } from '#contract/commands.ts';
import { Reason } from '#contract/users.ts';
import type { CommandRow } from '../commands/command-dto.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Work } from '../store/store.ts';

/**
 * The command that was to carry out a person's decision on a Held run has ended without success: the run waits for a
 * decision again, or, when the PBX has had another run since or is gone, nobody needs to decide about it any more.
 */
export async function reopenHold(work: Work, command: CommandRow): Promise<void> {
  if (command.name !== 'pbx.sync') return;
  const args = optionalJson(commands['pbx.sync'].args, command.args);
  if (args === null || (args.decision === undefined && args.full !== true)) return;
  const { db } = work;
  const held = await db
    .selectFrom('sync_run')
    .select(['id', 'started_at'])
    .where('account_id', '=', command.account_id)
    .where('pbx_id', '=', args.pbx)
    .where('hold', 'in', ['removing', 'keeping'])
    .where((is) => (args.decision ? is('id', '=', args.decision.run) : is('held_here', '=', 1)))
    .orderBy('decided_at', 'desc')
    .executeTakeFirst();
  if (held === undefined) return;
  const later = await db
    .selectFrom('sync_run')
    .select('id')
    .where('account_id', '=', command.account_id)
    .where('pbx_id', '=', args.pbx)
    .where('outcome', '<>', 'Failed')
    .where('id', '<>', held.id)
    .where('started_at', '>=', held.started_at)
    .executeTakeFirst();
  const removed = await db
    .selectFrom('pbx')
    .select('id')
    .where('id', '=', args.pbx)
    .where('removed_at', 'is not', null)
    .executeTakeFirst();
  const isOver =
    later !== undefined || removed !== undefined || optionalJson(Reason, command.reason)?.code === 'sync.unknown-hold';
  await undecide(work, { account: command.account_id, pbx: args.pbx, run: held.id }, isOver ? 'superseded' : 'open');
}

/** Takes back that a held run was decided about, because the decision was not carried out. */
export async function undecide(
  work: Work,
  held: { account: string; pbx: string; run: string },
  hold: 'open' | 'superseded',
): Promise<void> {
  const changed = await work.db
    .updateTable('sync_run')
    .set({ hold, decided_by: null, decided_at: null })
    .where('id', '=', held.run)
    .where('account_id', '=', held.account)
    .where('pbx_id', '=', held.pbx)
    .where('hold', 'in', ['removing', 'keeping'])
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) return;
  if (hold === 'superseded') await work.db.deleteFrom('held_user').where('run_id', '=', held.run).execute();
  work.changed({ topic: 'sync-run', account: held.account, ref: held.run });
}
