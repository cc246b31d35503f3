import { DemarcError } from '#contract/errors/demarc-error.ts';
import { UsersChunk, UsersHeader, UsersTrailer } from '#contract/users.ts';
import { dropStages, stageChunk } from '../store/user-set.ts';
import type { RecordDelivery } from './delivery.ts';
import { isRemoved } from './pbx.ts';
import { applyRun } from './user-run.ts';

/** `kind: users.header`, message 0 of a run. */
export async function takeHeader(delivery: RecordDelivery, header: UsersHeader): Promise<void> {
  const n = numberOf(delivery, header.run);
  if (n !== 0) throw new DemarcError('link.malformed', 'the header of a run is its message 0');
  if ((await openStage(delivery, header)) === undefined) return;
  await delivery.work.db
    .updateTable('sync_stage_run')
    .set({ header: JSON.stringify(header) })
    .where('run_id', '=', header.run)
    .execute();
  await applyWhenComplete(delivery, header.run);
}

/** `kind: users.chunk`: staged as it comes; a repeated one changes nothing. */
export async function takeChunk(delivery: RecordDelivery, chunk: UsersChunk): Promise<void> {
  const n = numberOf(delivery, chunk.run);
  if (n !== chunk.n) throw new DemarcError('link.malformed', 'the number of the chunk is not the one of the topic');
  const stage = await openStage(delivery, chunk);
  if (stage === undefined) return;
  const { db } = delivery.work;
  const fresh = await db
    .insertInto('sync_stage_chunk')
    .values({ run_id: chunk.run, n })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(fresh.numInsertedOrUpdatedRows ?? 0n) === 0) return;
  await stageChunk(db, chunk.run, chunk, delivery.parts.clock.now());
  // Nearly all chunks come before the trailer.
  if (stage.hasTrailer) await applyWhenComplete(delivery, chunk.run);
}

/** `kind: users.trailer`: how many chunks there are and how the run ended. */
export async function takeTrailer(delivery: RecordDelivery, trailer: UsersTrailer): Promise<void> {
  numberOf(delivery, trailer.run);
  if ((await openStage(delivery, trailer)) === undefined) return;
  await delivery.work.db
    .updateTable('sync_stage_run')
    .set({ trailer: JSON.stringify(trailer) })
    .where('run_id', '=', trailer.run)
    .execute();
  await applyWhenComplete(delivery, trailer.run);
}

function numberOf({ topic }: RecordDelivery, run: string): number {
  if (topic.channel !== 'users' || topic.run !== run) {
    throw new DemarcError('link.malformed', 'the run is not the one of the topic');
  }
  return topic.n;
}

/**
 * Finds or begins the stage of a run; undefined when the run is over already, when a later run of the same PBX has begun,
 * and when the PBX is gone. A new run takes the place of an older one that never became complete.
 */
async function openStage(
  delivery: RecordDelivery,
  part: { run: string; pbx: string },
): Promise<{ hasTrailer: boolean } | undefined> {
  const { work, sender, envelope, now } = delivery;
  const { account, gateway } = sender.address;
  const { db } = work;
  const stages = await db
    .selectFrom('sync_stage_run')
    .select(['run_id', 'gateway_id', 'pbx_id', 'seq'])
    .select((is) => is('trailer', 'is not', null).as('has_trailer'))
    .where((is) => is.or([is('run_id', '=', part.run), is.and({ pbx_id: part.pbx, gateway_id: gateway })]))
    .execute();
  if (stages.some((stage) => stage.gateway_id !== gateway)) throw new DemarcError('link.wrong-account', part.run);
  const own = stages.find((stage) => stage.run_id === part.run);
  if (own !== undefined) {
    if (own.pbx_id !== part.pbx) throw new DemarcError('link.malformed', 'the parts of a run name different PBXs');
    if (envelope.seq > own.seq) {
      await db.updateTable('sync_stage_run').set({ seq: envelope.seq }).where('run_id', '=', part.run).execute();
    }
    return { hasTrailer: Boolean(own.has_trailer) };
  }
  const done = await db.selectFrom('sync_run').select('id').where('id', '=', part.run).executeTakeFirst();
  if (done !== undefined || stages.some((stage) => stage.seq > envelope.seq)) return undefined;
  if (await isRemoved(delivery, part.pbx)) return undefined;
  await dropStages(
    db,
    stages.map((stage) => stage.run_id),
  );
  await db
    .insertInto('sync_stage_run')
    .values({
      run_id: part.run,
      account_id: account,
      gateway_id: gateway,
      pbx_id: part.pbx,
      header: null,
      trailer: null,
      seq: envelope.seq,
      created_at: now,
    })
    .execute();
  return { hasTrailer: false };
}

async function applyWhenComplete(delivery: RecordDelivery, run: string): Promise<void> {
  const { db } = delivery.work;
  const stage = await db
    .selectFrom('sync_stage_run')
    .select(['header', 'trailer'])
    .where('run_id', '=', run)
    .executeTakeFirstOrThrow();
  if (stage.header === null || stage.trailer === null) return;
  const trailer = UsersTrailer.parse(JSON.parse(stage.trailer));
  const { chunks } = await db
    .selectFrom('sync_stage_chunk')
    .select((count) => count.fn.countAll<number>().as('chunks'))
    .where('run_id', '=', run)
    .where('n', '<=', trailer.chunks)
    .executeTakeFirstOrThrow();
  if (chunks < trailer.chunks) return;
  await applyRun(delivery, UsersHeader.parse(JSON.parse(stage.header)), trailer);
  await dropStages(db, [run]);
}
