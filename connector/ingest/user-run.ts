import type { Ask } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { topics } from '#contract/topics.ts';
import { looksLikeAccident, type UsersHeader, type UsersTrailer } from '#contract/users.ts';
import type { SyncOutcome } from '#contract/words.ts';
import {
  applyPuts,
  countMissing,
  holdMissing,
  holdNamed,
  removeMissing,
  removeNamed,
  type UserSet,
} from '../store/user-set.ts';
import type { RecordDelivery } from './delivery.ts';
import { upsertPbx } from './pbx.ts';
import { undecide } from './reopen-hold.ts';
import { differsFromLast, type Result, recordEnd, syncEvent } from './run-history.ts';

/** Applies a run whose header, chunks and trailer are all staged, as one change: wholly or not at all. */
export async function applyRun(delivery: RecordDelivery, header: UsersHeader, trailer: UsersTrailer): Promise<void> {
  const { sender } = delivery;
  const set: UserSet = { run: header.run, pbx: header.pbx, ...sender.address };
  const revision = await upsertPbx(delivery, { id: header.pbx, type: header.pbxType, name: header.pbxName });
  const result = await outcomes[trailer.outcome](delivery, { set, header, trailer, revision });
  if (result === undefined) return;
  if (result.outcome !== 'Failed') await supersedeHolds(delivery, set);
  if (header.decision !== undefined && result.decided !== true) {
    // A run that failed leaves the decision to be made again; one that is held anew has a list of its own.
    const hold = result.outcome === 'Failed' ? 'open' : 'superseded';
    await undecide(delivery.work, { ...set, run: header.decision.run }, hold);
  }
  const isNews = result.decided === true || (await differsFromLast(delivery, set, result));
  await recordRun(delivery, header, trailer, result);
  if (isNews) await recordEnd(delivery, header, trailer, result);
}

interface Run {
  set: UserSet;
  header: UsersHeader;
  trailer: UsersTrailer;
  /** The committed revision of the PBX's users. */
  revision: number;
}

type Handler = (delivery: RecordDelivery, run: Run) => Promise<Result | undefined>;

const outcomes: Readonly<Record<SyncOutcome, Handler>> = {
  Successful: takeEffect,
  Partial: takeEffect,
  Held: async ({ work }, { set, trailer }) => {
    await holdNamed(work.db, set);
    return { outcome: 'Held', touched: 0, reason: trailer.reason };
  },
  Failed: async (_delivery, { trailer }) => ({ outcome: 'Failed', touched: 0, reason: trailer.reason }),
};

async function takeEffect(delivery: RecordDelivery, run: Run): Promise<Result | undefined> {
  const { work, sender, now } = delivery;
  const { set, header, trailer } = run;
  if (header.mode === 'delta' && header.base !== run.revision) {
    await askForAll(delivery, run);
    return undefined;
  }
  const decided = header.mode === 'full' ? await decisionHere(delivery, run) : undefined;
  if (header.mode === 'full') {
    const { known, missing } = await countMissing(work.db, set, decided?.id);
    if (looksLikeAccident(missing, known, sender.guard)) {
      await holdMissing(work.db, set);
      const reason = new DemarcError('sync.held', `${missing} of ${known} users`).toText();
      return { outcome: 'Held', touched: 0, reason, heldHere: true };
    }
  }
  let touched = await applyPuts(work.db, set, now);
  if (header.mode === 'delta') touched += await removeNamed(work.db, set);
  else touched += await removeMissing(work.db, set, decided?.hold === 'keeping' ? decided.id : undefined);
  if (decided !== undefined) {
    await work.db.updateTable('sync_run').set({ held_here: 0 }).where('id', '=', decided.id).execute();
  }
  await work.db.updateTable('pbx').set({ revision: trailer.revision }).where('id', '=', set.pbx).execute();
  if (header.decision !== undefined) await markDecided(delivery, set, header.decision);
  const isDecision = decided !== undefined || header.decision !== undefined;
  return { outcome: trailer.outcome, touched, reason: trailer.reason, decided: isDecision };
}

/** The delta builds on users that are not those we have: it is dropped, and the whole set is asked for. */
async function askForAll(delivery: RecordDelivery, { set, header, revision }: Run): Promise<void> {
  const { sender, parts } = delivery;
  await syncEvent(delivery, header, {
    name: 'sync.base-mismatch',
    severity: 'warning',
    message: `A sync of ${header.pbxName} builds on users that the cloud does not have; all of them were asked for`,
    details: { run: set.run, base: header.base, revision },
  });
  const ask: Ask = { what: 'users', pbx: set.pbx };
  delivery.after(`ask users ${set.pbx}`, () => parts.publish(topics.ask(sender.address), JSON.stringify(ask)));
}

/**
 * The held run whose list a person has decided about here: the one that the run names, or one that our own guard held,
 * of which the gateway knows nothing. The decision covers the users on that list and no others.
 */
async function decisionHere(
  { work }: RecordDelivery,
  { set, header }: Run,
): Promise<{ id: string; hold: string | null } | undefined> {
  return work.db
    .selectFrom('sync_run')
    .select(['id', 'hold'])
    .where('account_id', '=', set.account)
    .where('pbx_id', '=', set.pbx)
    .where('hold', 'in', ['removing', 'keeping'])
    .where((is) => is.or([is('held_here', '=', 1), is('id', '=', header.decision?.run ?? '')]))
    .orderBy('decided_at', 'desc')
    .executeTakeFirst();
}

/** A hold that was decided on site is not open here any more. */
async function markDecided(
  { work, sender, now }: RecordDelivery,
  set: UserSet,
  decision: NonNullable<UsersHeader['decision']>,
): Promise<void> {
  const marked = await work.db
    .updateTable('sync_run')
    .set({
      hold: decision.action === 'remove' ? 'removing' : 'keeping',
      decided_by: sender.name,
      decided_at: now,
    })
    .where('id', '=', decision.run)
    .where('account_id', '=', set.account)
    .where('pbx_id', '=', set.pbx)
    .where('hold', '=', 'open')
    .executeTakeFirst();
  if (marked.numUpdatedRows > 0n) work.changed({ topic: 'sync-run', account: set.account, ref: decision.run });
}

/** A later run takes the place of a hold that nobody decided about; its list goes with it. */
async function supersedeHolds({ work }: RecordDelivery, set: UserSet): Promise<void> {
  const replaced = await work.db
    .updateTable('sync_run')
    .set({ hold: 'superseded' })
    .where('account_id', '=', set.account)
    .where('pbx_id', '=', set.pbx)
    .where('hold', '=', 'open')
    .returning('id')
    .execute();
  for (const { id } of replaced) {
    await work.db.deleteFrom('held_user').where('run_id', '=', id).execute();
    work.changed({ topic: 'sync-run', account: set.account, ref: id });
  }
}

async function recordRun(
  delivery: RecordDelivery,
  header: UsersHeader,
  trailer: UsersTrailer,
  result: Result,
): Promise<void> {
  const { work, sender } = delivery;
  const { account, gateway } = sender.address;
  await work.db
    .insertInto('sync_run')
    .values({
      id: header.run,
      account_id: account,
      gateway_id: gateway,
      pbx_id: header.pbx,
      pbx_name: header.pbxName,
      pbx_type: header.pbxType,
      trigger: header.trigger,
      outcome: result.outcome,
      started_at: header.startedAt,
      finished_at: trailer.finishedAt,
      duration_ms: trailer.durationMs,
      counts: JSON.stringify(trailer.counts),
      irregularities: JSON.stringify(trailer.irregularities),
      reason: result.reason ? JSON.stringify(result.reason) : null,
      hold: result.outcome === 'Held' ? 'open' : null,
      decided_by: null,
      decided_at: null,
      revision: trailer.revision,
      held_here: result.heldHere ? 1 : 0,
      notes: trailer.notes ? JSON.stringify(trailer.notes) : null,
    })
    .execute();
  work.changed({ topic: 'sync-run', account, ref: header.run });
  if (result.touched > 0) work.changed({ topic: 'users', account, ref: header.pbx });
}
