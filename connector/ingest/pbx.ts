import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxType } from '#contract/words.ts';
import type { RecordDelivery } from './delivery.ts';

/**
 * Makes sure that a PBX is known under its present name and type; answers its committed user revision.
 * @throws DemarcError `link.wrong-account` when the id belongs to another gateway
 */
export async function upsertPbx(
  { work, sender, now }: RecordDelivery,
  pbx: { id: string; type: PbxType; name: string },
): Promise<number> {
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
  if (row === undefined) throw new DemarcError('link.wrong-account', `PBX ${pbx.id}`);
  return row.revision;
}
