import { Reason, type UsersHeader, type UsersTrailer } from '#contract/users.ts';
import type { SyncOutcome } from '#contract/words.ts';
import { recordEvent } from '../history/record-event.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { UserSet } from '../store/user-set.ts';
import { gatewayActor, type RecordDelivery } from './delivery.ts';

/** What came of a run here, which is not always what the gateway meant. */
export interface Result {
  outcome: SyncOutcome;
  /** Users added, changed or removed here. */
  touched: number;
  reason?: Reason | undefined;
  heldHere?: boolean;
  /** It carried out what a person decided about a held run. */
  decided?: boolean;
}

/** Whether a run ended otherwise than the PBX's run before: the same every 20 minutes is no news, the list of runs has it. */
export async function differsFromLast({ work }: RecordDelivery, set: UserSet, result: Result): Promise<boolean> {
  const last = await work.db
    .selectFrom('sync_run')
    .select(['outcome', 'reason'])
    .where('account_id', '=', set.account)
    .where('pbx_id', '=', set.pbx)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  if (last === undefined) return true;
  return last.outcome !== result.outcome || optionalJson(Reason, last.reason)?.code !== result.reason?.code;
}

/** Tells the history how a run ended. */
export async function recordEnd(
  delivery: RecordDelivery,
  header: UsersHeader,
  trailer: UsersTrailer,
  result: Result,
): Promise<void> {
  const { added, changed, removed, rejected } = trailer.counts;
  const counted = `${added} added, ${changed} changed, ${removed} removed, ${rejected} rejected`;
  await syncEvent(delivery, header, {
    ...words[result.outcome],
    message: `Sync of ${header.pbxName} ${phrases[result.outcome]}: ${result.reason?.message ?? counted}`,
    details: { run: header.run, trigger: header.trigger, ...trailer.counts, ...result.reason },
    // Of a run that only the cloud held the gateway tells another end.
    run: result.heldHere ? undefined : header.run,
  });
}

const words = {
  Successful: { name: 'sync.successful', severity: 'info' },
  Partial: { name: 'sync.partial', severity: 'warning' },
  Held: { name: 'sync.held', severity: 'warning' },
  Failed: { name: 'sync.failed', severity: 'error' },
} as const satisfies Record<SyncOutcome, { name: string; severity: string }>;

const phrases: Readonly<Record<SyncOutcome, string>> = {
  Successful: 'was successful',
  Partial: 'was partly successful',
  Held: 'is held',
  Failed: 'failed',
};

/** An event about the users of a PBX. */
export async function syncEvent(
  { work, sender, parts }: RecordDelivery,
  header: UsersHeader,
  what: {
    name: string;
    severity: 'info' | 'warning' | 'error';
    message: string;
    details: Record<string, unknown>;
    run?: string | undefined;
  },
): Promise<void> {
  await recordEvent(
    work,
    {
      ...what,
      account: sender.address.account,
      gateway: sender.address.gateway,
      actor: gatewayActor(sender),
      action: 'Report',
      type: header.pbxType === 'mivoice-business' ? 'MiVB' : 'Gateway',
      asset: 'PBX',
      assetId: header.pbx,
      result: what.severity === 'error' ? 'FAILURE' : 'SUCCESS',
    },
    parts.clock,
  );
}
