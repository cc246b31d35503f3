import { Conn } from '#contract/envelope.ts';
import { GatewaySection } from '#contract/sections.ts';
import { LEAVING_FOR_UPDATE } from '#contract/update.ts';
import { recordEvent } from '../history/record-event.ts';
import { optionalJson } from '../lists/stored-json.ts';
import { type Delivery, type GatewayPatch, gatewayActor, isNewerOutbox } from './delivery.ts';

type Birth = Extract<Conn, { online: true }>;
type Will = Extract<Conn, { online: false }>;

/** Takes a birth or a will (`up/conn`); one of an older (boot, conn) than is stored is late news and changes nothing. */
export async function takeConn(delivery: Delivery, conn: Conn): Promise<void> {
  const { sender } = delivery;
  const age = conn.boot === sender.boot ? conn.conn - sender.conn : conn.boot - sender.boot;
  if (age < 0) return;
  if (conn.online) await birth(delivery, conn, age > 0);
  else await will(delivery, conn);
}

async function birth(delivery: Delivery, conn: Birth, isNew: boolean): Promise<void> {
  const { sender, parts, now } = delivery;
  if (!isNew && sender.connEnded) return;
  const patch: GatewayPatch = {
    boot: conn.boot,
    conn: conn.conn,
    conn_ended: 0,
    online: 1,
    presence_reason: 'connected',
    last_seen_at: now,
    version: conn.version,
    capabilities: JSON.stringify(conn.capabilities),
  };
  if (isNewerOutbox(sender.outbox, conn.outbox)) patch.outbox = JSON.stringify(conn.outbox);
  if (isNew || !sender.online) patch.presence_since = now;
  // Of a gateway that was never heard, earlier numbers were spent under an identity that it had before.
  const unheard = sender.boot === 0 && sender.sequence.acked === 0;
  const lost = sender.sequence.settle(1, Math.min(conn.outbox.low, conn.outbox.next) - 1);
  if (lost > 0 && !unheard) {
    await gatewayEvent(delivery, 'gateway.records-lost', 'error', {
      message: `${lost} records of this gateway never arrived; it has given them up`,
      details: { records: lost, drops: conn.outbox.drops },
    });
    parts.log.error({ code: 'gateway.records-lost', ...sender.address, records: lost }, 'records were lost');
  }
  if (isNew && conn.outbox.next <= sender.sequence.acked) {
    await gatewayEvent(delivery, 'gateway.sequence-behind', 'error', {
      message: 'The gateway counts its records from a number that the cloud has already seen; new ones may be ignored',
      details: { next: conn.outbox.next, acked: sender.sequence.acked },
    });
    parts.log.error({ code: 'gateway.sequence-behind', ...sender.address }, 'the sequence of a gateway went back');
  }
  if (!sender.online) {
    await gatewayEvent(delivery, 'gateway.online', 'info', {
      message: `Gateway ${sender.name} is online`,
      details: { version: conn.version, backlog: conn.outbox.records },
    });
  }
  delivery.patch(patch);
  announce(delivery);
  delivery.after('birth', async () => {
    await parts.wants.toGateway(sender.address);
    await parts.commands.gatewayOnline(sender.address);
  });
}

async function will(delivery: Delivery, conn: Will): Promise<void> {
  await goOffline(delivery, await whyAway(delivery, conn.reason), { boot: conn.boot, conn: conn.conn, conn_ended: 1 });
}

/** A connection that broke while the gateway switches or proves a new version: it is away for that. */
async function whyAway({ work, sender }: Delivery, reason: string): Promise<string> {
  const { account, gateway } = sender.address;
  const row = await work.db
    .selectFrom('section')
    .select('document')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .where('section', '=', 'gateway')
    .executeTakeFirst();
  const phase = optionalJson(GatewaySection, row?.document ?? null)?.update?.phase;
  return phase === 'switching' || phase === 'proving' ? LEAVING_FOR_UPDATE : reason;
}

/** Marks the sender as offline; the time and the event only when it was online. */
export async function goOffline(delivery: Delivery, reason: string, patch: GatewayPatch = {}): Promise<void> {
  const { sender, now } = delivery;
  const ended: GatewayPatch = { ...patch, online: 0, presence_reason: reason };
  if (sender.online) {
    ended.presence_since = now;
    const severity = reason === LEAVING_FOR_UPDATE ? 'info' : 'warning';
    await gatewayEvent(delivery, 'gateway.offline', severity, {
      message: `Gateway ${sender.name} is offline: ${reason}`,
      details: { reason },
    });
  }
  if (sender.online || sender.lastSeenAt === null) ended.last_seen_at = now;
  delivery.patch(ended);
  announce(delivery);
}

/** An event about the gateway itself, from what the connector has seen of it. */
export async function gatewayEvent(
  delivery: Delivery,
  name: string,
  severity: 'info' | 'warning' | 'error',
  what: { message: string; details: Record<string, unknown> },
): Promise<void> {
  const { sender, work, parts } = delivery;
  await recordEvent(
    work,
    {
      ...what,
      name,
      severity,
      account: sender.address.account,
      gateway: sender.address.gateway,
      actor: gatewayActor(sender),
      action: 'Report',
      type: 'Gateway',
      asset: 'Gateway',
      assetId: sender.address.gateway,
      result: severity === 'error' ? 'FAILURE' : 'SUCCESS',
    },
    parts.clock,
  );
}

const announce = ({ work, sender }: Delivery): void =>
  work.changed({ topic: 'gateway', account: sender.address.account, ref: sender.address.gateway });
