import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxType } from '#contract/words.ts';
import type { RecordDelivery } from './delivery.ts';

interface Pbx {
  id: string;
  type: PbxType;
  name: string;
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
    .where('gateway_id', 'in', (from) =>
      from.selectFrom('gateway').select('id').where('account_id', '=', account).where('released_at', 'is not', null),
    )
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
