import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';

interface Change {
  account: string;
  status: 'Active' | 'Deactivated';
  actor: EventActor;
  requestId: string;
}

/**
 * Switches an account off or on again (ACC-16 to ACC-20). Off, its people cannot sign in and it can only be looked at;
 * its gateways stay connected, so that nothing is lost when it comes back. Twice is once.
 * @throws DemarcError `api.not-found`
 */
export async function setAccountStatus(
  { store, clock }: { store: Store; clock: Clock },
  { account, status, actor, requestId }: Change,
): Promise<void> {
  await store.write(async (unit) => {
    const before = await unit.db
      .selectFrom('account')
      .select(['name', 'status', 'partner_id'])
      .where('id', '=', account)
      .executeTakeFirst();
    if (before === undefined) throw new DemarcError('api.not-found');
    if (before.status === status) return;
    await unit.db
      .updateTable('account')
      .set((eb) => ({ status, updated_at: instant(clock), revision: eb('revision', '+', 1) }))
      .where('id', '=', account)
      .execute();
    const off = status === 'Deactivated';
    await recordEvent(
      unit,
      {
        account,
        partner: before.partner_id,
        actor,
        action: 'Edit',
        type: 'Admin',
        asset: 'Account',
        assetId: account,
        name: off ? 'account.deactivated' : 'account.reactivated',
        severity: off ? 'warning' : 'info',
        message: off ? `Account deactivated: ${before.name}` : `Account reactivated: ${before.name}`,
        properties: [{ property: 'status', before: before.status, after: status }],
        requestId,
      },
      clock,
    );
    unit.changed({ topic: 'account', account, partner: before.partner_id, ref: account });
  });
}
