import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';

/** One event an hour and gateway, in milliseconds: who tries again and again must not fill the history. */
const QUIET_MS = 3_600_000;

/** Records in the account's history that a gateway left its own topics; it may have been tampered with. */
export function wrongTopicRecorder({ store, clock, log }: { store: Store; clock: Clock; log: Log }) {
  const recorded = new Map<string, number>();
  return (address: GatewayAddress, detail: string): void => {
    const now = clock.now();
    if (now - (recorded.get(address.gateway) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    recorded.set(address.gateway, now);
    record(address, detail).catch((error: unknown) =>
      log.error({ code: 'internal', err: error, gateway: address.gateway }, 'an event could not be recorded'),
    );
  };

  async function record({ account, gateway }: GatewayAddress, detail: string): Promise<void> {
    await store.write(async (unit) => {
      const row = await unit.db
        .selectFrom('gateway')
        .innerJoin('account', 'account.id', 'gateway.account_id')
        .select(['gateway.name', 'partner_id'])
        .where('gateway.id', '=', gateway)
        .executeTakeFirst();
      await recordEvent(
        unit,
        {
          account,
          partner: row?.partner_id ?? null,
          gateway,
          actor: { id: gateway, name: row?.name ?? gateway, kind: 'gateway' },
          action: 'Report',
          type: 'Gateway',
          asset: 'Gateway',
          assetId: gateway,
          name: 'gateway.wrong-topic',
          severity: 'error',
          message: 'The gateway used a topic that is not its own; its connection was closed',
          details: { code: 'link.wrong-account', detail },
          result: 'FAILURE',
        },
        clock,
      );
    });
  }
}
