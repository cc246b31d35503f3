import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxsSection, RemovedPbx } from '#contract/sections.ts';
import type { PbxType } from '#contract/words.ts';
import { removePbx } from '../pbxs/remove-pbx.ts';
import { gatewayActor, type RecordDelivery } from './delivery.ts';

interface Pbx {
  id: string;
  type: PbxType;
  name: string;
}

/**
 * Takes what section `pbxs` tells: the PBXs that are there, and those that a person removed on site. A mark of a removed
 * one is kept also when it was never heard of: its users may still be on their way.
 */
export async function takePbxs(delivery: RecordDelivery, { links, removed = [] }: PbxsSection): Promise<void> {
  for (const link of links) {
    await upsertPbx(delivery, link);
    await revive(delivery, link.id);
  }
  for (const gone of removed) {
    if (!links.some(({ id }) => id === gone.id)) await takeRemoved(delivery, gone);
  }
}

async function takeRemoved(delivery: RecordDelivery, { id, type, name }: RemovedPbx): Promise<void> {
  const { work, sender, parts, now } = delivery;
  const { account, gateway } = sender.address;
  const marked = await work.db
    .insertInto('pbx')
    .values({ id, type, name, account_id: account, gateway_id: gateway, revision: 0, created_at: now, removed_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(marked.numInsertedOrUpdatedRows ?? 0n) > 0) return;
  const theirs = await work.db
    .selectFrom('pbx')
    .select('id')
    .where('id', '=', id)
    .where('account_id', '=', account)
    .where('removed_at', 'is', null)
    .where((is) => is.or([is('gateway_id', '=', gateway), is('gateway_id', 'in', releasedGateways(delivery))]))
    .executeTakeFirst();
  // Gone already, or not this gateway's to remove.
  if (theirs === undefined) return;
  await removePbx(work, parts.clock, { account, gateway, pbx: id, name, now, actor: gatewayActor(sender) });
}

/** Whether this PBX is gone from the account, so that what is told of it comes late and counts no more. */
export async function isRemoved({ work, sender }: RecordDelivery, pbx: string): Promise<boolean> {
  const row = await work.db
    .selectFrom('pbx')
    .select('removed_at')
    .where('id', '=', pbx)
    .where('account_id', '=', sender.address.account)
    .executeTakeFirst();
  return row !== undefined && row.removed_at !== null;
}

/** A gateway that names a PBX again, as after a restored backup, has it; its next run is asked for whole. */
async function revive({ work }: RecordDelivery, pbx: string): Promise<void> {
  await work.db
    .updateTable('pbx')
    .set({ removed_at: null, revision: 0 })
    .where('id', '=', pbx)
    .where('removed_at', 'is not', null)
    .execute();
}

/**
 * Makes sure that a PBX is known under its present name and type; answers its committed user revision.
 * @throws DemarcError `link.wrong-account` when the id belongs to another gateway that was not released
 */
export async function upsertPbx(delivery: RecordDelivery, pbx: Pbx): Promise<number> {
  const { work, sender, now } = delivery;
  const { account, gateway } = sender.address;
  const row = await work.db
    .insertInto('pbx')
    .values({
      id: pbx.id,
      type: pbx.type,
      name: pbx.name,
      account_id: account,
      gateway_id: gateway,
      revision: 0,
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ type: pbx.type, name: pbx.name })
        .where('pbx.account_id', '=', account)
        .where('pbx.gateway_id', '=', gateway),
    )
    .returning('revision')
    .executeTakeFirst();
  return row?.revision ?? inherit(delivery, pbx);
}

/** Those of the sender's account: who they were goes on under another identity. */
const releasedGateways = ({ work, sender }: Pick<RecordDelivery, 'work' | 'sender'>) =>
  work.db
    .selectFrom('gateway')
    .select('id')
    .where('account_id', '=', sender.address.account)
    .where('released_at', 'is not', null);

/**
 * A gateway that was released and enrolled again has a new identity and the same PBXs. Within the account it takes them
 * over with their users; at revision 0, so that its next run is asked for whole.
 */
async function inherit({ work, sender }: RecordDelivery, pbx: Pbx): Promise<number> {
  const { account, gateway } = sender.address;
  const taken = await work.db
    .updateTable('pbx')
    .set({ type: pbx.type, name: pbx.name, gateway_id: gateway, revision: 0 })
    .where('id', '=', pbx.id)
    .where('account_id', '=', account)
    .where('gateway_id', 'in', releasedGateways({ work, sender }))
    .executeTakeFirst();
  if (taken.numUpdatedRows === 0n) throw new DemarcError('link.wrong-account', `PBX ${pbx.id}`);
  const theirs = (table: 'directory_user' | 'sync_run') =>
    work.db
      .updateTable(table)
      .set({ gateway_id: gateway })
      .where('account_id', '=', account)
      .where('pbx_id', '=', pbx.id)
      .execute();
  await theirs('directory_user');
  // A held run is decided by a command, which must go to the gateway that is there.
  await theirs('sync_run');
  work.changed({ topic: 'users', account, ref: pbx.id });
  return 0;
}
