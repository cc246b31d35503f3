import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Envelope, OutboxState } from '#contract/envelope.ts';
import type { GatewayAddress, ParsedTopic } from '#contract/topics.ts';
import type { RemovalGuard } from '#contract/users.ts';
import type { Commands } from '../commands/commands.ts';
import type { EventActor } from '../history/record-event.ts';
import type { Work } from '../store/store.ts';
import type { Sequence } from './sequence.ts';
import type { Wants } from './wants.ts';

/** The columns of a gateway that messages change. */
export interface GatewayPatch {
  host_name?: string;
  serial?: string;
  certificate_expires_at?: string;
  boot?: number;
  conn?: number;
  conn_ended?: number;
  online?: number;
  presence_since?: string;
  presence_reason?: string;
  last_seen_at?: string;
  version?: string;
  capabilities?: string;
  outbox?: string;
  quarantined?: number;
  section_at?: string;
}

/** What handlers know of the sender, with what earlier messages of the same batch have changed. */
export interface Sender {
  address: GatewayAddress;
  name: string;
  boot: number;
  conn: number;
  connEnded: boolean;
  online: boolean;
  lastSeenAt: string | null;
  quarantined: number;
  /** The newest state of its outbox that was told. */
  outbox: Pick<OutboxState, 'next' | 'low'> | null;
  /** The account's limits of the removal guard. */
  guard: RemovalGuard;
  sequence: Sequence;
}

/** What handlers need of the rest of the process. */
export interface Parts {
  clock: Clock;
  log: Log;
  commands: Commands;
  wants: Wants;
  publish: (topic: string, payload: string) => Promise<void>;
}

/** One message on its way through its handler. What the handler did is undone as a whole when it throws. */
export interface Delivery {
  parts: Parts;
  work: Work;
  sender: Sender;
  topic: ParsedTopic;
  /** The connector's time, as Instant. */
  now: string;
  patch: (values: GatewayPatch) => void;
  /** Runs after the commit; of several with the same key in a batch only one. */
  after: (key: string, task: () => Promise<void>) => void;
}

/** A delivery of a record from the gateway's outbox. */
export interface RecordDelivery extends Delivery {
  envelope: Envelope;
}

export const gatewayActor = (sender: Sender): EventActor => ({
  id: sender.address.gateway,
  name: sender.name,
  kind: 'gateway',
});

/**
 * When something happened by the cloud's clock: the gateway's clock less what it knows itself to be ahead, and never in
 * the future, because a gateway's clock may be years off.
 */
export function happenedAt(delivery: RecordDelivery): string {
  const at = Date.parse(delivery.envelope.at) - (delivery.envelope.skew ?? 0);
  const now = Date.parse(delivery.now);
  return new Date(at > 0 && at < now ? at : now).toISOString();
}

/** Births and health documents both tell the outbox's state; its counters, which only grow, say which is the newer one. */
export function isNewerOutbox(known: Sender['outbox'], told: Pick<OutboxState, 'next' | 'low'>): boolean {
  if (known === null) return true;
  return told.next === known.next ? told.low >= known.low : told.next > known.next;
}
