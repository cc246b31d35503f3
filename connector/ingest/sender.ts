import { OutboxState } from '#contract/envelope.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';
import { type GatewayPatch, gatewayActor, type Parts, type Sender } from './delivery.ts';
import { Sequence } from './sequence.ts';

/** Traffic alone writes "last seen" at most this often, in milliseconds. */
const SEEN_EVERY_MS = 60_000;
/** Holes in a gateway's sequence that are waited for; a sound gateway has a handful. */
const MAX_RANGES = 1000;

/** A sender within one batch, with what the batch has learned about it. */
export interface OpenSender {
  readonly sender: Sender;
  readonly ackedBefore: number;
  /** The store has ranges above that. */
  readonly hadRanges: boolean;
  readonly patch: GatewayPatch;
  /** A message of it arrived. */
  heard: boolean;
  /** It is to be told what is committed even when that did not move. */
  acknowledge: boolean;
  /** A message of it went to quarantine. */
  setAside: boolean;
  apply: (values: GatewayPatch) => void;
}

/** Reads a gateway that may send; undefined when there is none with this id, or it was released. */
export async function loadSender({ db }: Work, id: string): Promise<OpenSender | undefined> {
  // A row for each range; nearly always there is none.
  const rows = await db
    .selectFrom('gateway')
    .innerJoin('account', 'account.id', 'gateway.account_id')
    .leftJoin('seq_ahead', 'seq_ahead.gateway_id', 'gateway.id')
    .select([
      'gateway.account_id',
      'gateway.name',
      'gateway.boot',
      'gateway.conn',
      'gateway.conn_ended',
      'gateway.online',
      'gateway.last_seen_at',
      'gateway.acked_seq',
      'gateway.quarantined',
      'gateway.outbox',
      'account.guard_percent',
      'account.guard_users',
      'seq_ahead.seq',
      'seq_ahead.upto',
    ])
    .where('gateway.id', '=', id)
    .where('gateway.released_at', 'is', null)
    .execute();
  const [row] = rows;
  if (row === undefined) return undefined;
  const ranges = rows.flatMap(({ seq, upto }) => (seq === null || upto === null ? [] : [{ seq, upto }]));
  const sender: Sender = {
    address: { account: row.account_id, gateway: id },
    name: row.name,
    boot: row.boot,
    conn: row.conn,
    connEnded: row.conn_ended === 1,
    online: row.online === 1,
    lastSeenAt: row.last_seen_at,
    quarantined: row.quarantined,
    outbox: outboxOf(row.outbox),
    guard: { percent: row.guard_percent, users: row.guard_users },
    sequence: new Sequence(row.acked_seq, ranges),
  };
  const patch: GatewayPatch = {};
  return {
    sender,
    ackedBefore: row.acked_seq,
    hadRanges: ranges.length > 0,
    patch,
    heard: false,
    acknowledge: false,
    setAside: false,
    apply: (values) => {
      Object.assign(patch, values);
      sender.boot = values.boot ?? sender.boot;
      sender.conn = values.conn ?? sender.conn;
      sender.lastSeenAt = values.last_seen_at ?? sender.lastSeenAt;
      if (values.outbox !== undefined) sender.outbox = outboxOf(values.outbox);
      sender.quarantined = values.quarantined ?? sender.quarantined;
      if (values.conn_ended !== undefined) sender.connEnded = values.conn_ended === 1;
      if (values.online !== undefined) sender.online = values.online === 1;
    },
  };
}

const outboxOf = (text: string | null): Sender['outbox'] =>
  text === null ? null : OutboxState.pick({ next: true, low: true }).parse(JSON.parse(text));

/** Writes what a batch has changed of a sender: its row and its sequence. */
export async function saveSender(work: Work, parts: Parts, open: OpenSender, now: string): Promise<void> {
  const { sender, patch } = open;
  const { address, sequence } = sender;
  const seenAgo = sender.lastSeenAt === null ? Infinity : Date.parse(now) - Date.parse(sender.lastSeenAt);
  if (open.heard && Math.abs(seenAgo) >= SEEN_EVERY_MS) open.apply({ last_seen_at: now });
  const lost = sequence.giveUpBeyond(MAX_RANGES);
  if (lost > 0) await reportLost(work, parts, sender, lost);
  if (Object.keys(patch).length > 0 || sequence.acked !== open.ackedBefore) {
    await work.db
      .updateTable('gateway')
      .set({ ...patch, acked_seq: sequence.acked })
      .where('id', '=', address.gateway)
      .execute();
  }
  const last = (sender.outbox?.next ?? 0) - 1;
  if (open.ackedBefore < last && sequence.acked >= last) {
    // The queue that the gateway told of has drained: its page shows a backlog until then.
    work.changed({ topic: 'gateway', account: address.account, ref: address.gateway });
  }
  if (!sequence.changed) return;
  if (open.hadRanges) await work.db.deleteFrom('seq_ahead').where('gateway_id', '=', address.gateway).execute();
  if (sequence.ranges.length === 0) return;
  const rows = sequence.ranges.map((range) => ({ gateway_id: address.gateway, ...range }));
  await work.db.insertInto('seq_ahead').values(rows).execute();
}

async function reportLost(work: Work, parts: Parts, sender: Sender, records: number): Promise<void> {
  const { account, gateway } = sender.address;
  parts.log.error({ code: 'gateway.records-lost', account, gateway, records }, 'too many holes in a sequence');
  await recordEvent(
    work,
    {
      account,
      gateway,
      actor: gatewayActor(sender),
      action: 'Report',
      type: 'Gateway',
      asset: 'Gateway',
      assetId: gateway,
      name: 'gateway.records-lost',
      severity: 'error',
      message: `${records} records of this gateway never arrived and are not waited for any longer`,
      details: { records },
      result: 'FAILURE',
    },
    parts.clock,
  );
}
