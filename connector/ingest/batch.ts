import { CompiledQuery } from 'kysely';
import { instant } from '#config/clock.ts';
import type { Change } from '#contract/api.ts';
import type { Ack } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import type { DeviceMessage } from '../bus/device-bus.ts';
import { isStoreFailure } from '../store/failure.ts';
import type { Work } from '../store/store.ts';
import { goOffline, takeConn } from './conn.ts';
import type { Delivery, GatewayPatch, Parts } from './delivery.ts';
import { countedKind, handleRecord } from './handlers.ts';
import type { Taken } from './ingest-metrics.ts';
import { quarantine, trimQuarantine } from './quarantine.ts';
import { readMessage } from './read-message.ts';
import { loadSender, type OpenSender, saveSender } from './sender.ts';

/** Twice for every message, and always the same. */
const SAVE = CompiledQuery.raw('SAVEPOINT one_message');
const UNDO = CompiledQuery.raw('ROLLBACK TO SAVEPOINT one_message');
const RELEASE = CompiledQuery.raw('RELEASE SAVEPOINT one_message');

/** What is to be done once the batch is committed, in this order. */
export type AfterCommit = ReadonlyMap<string, () => Promise<void>>;

/**
 * The messages of one transaction. Each is handled behind a savepoint of its own, so that a bad one is set aside and the
 * others take effect; only a failure of the store itself fails them all.
 */
export class Batch {
  readonly #work: Work;
  readonly #parts: Parts;
  readonly #now: string;
  readonly #senders = new Map<string, OpenSender | undefined>();
  readonly #after = new Map<string, () => Promise<void>>();
  readonly #announced = new Set<string>();

  constructor(work: Work, parts: Parts) {
    this.#work = work;
    this.#parts = parts;
    this.#now = instant(parts.clock);
  }

  /** Handles one message; answers what it was and what became of it. @throws only when the store cannot go on */
  async message(message: DeviceMessage): Promise<Taken> {
    const open = await this.#open(message.topic);
    if (open === undefined) return { kind: 'unread', outcome: 'ignored' };
    open.heard = true;
    const { sender } = open;
    if (sender.address.account !== message.topic.account) {
      await this.#setAside(open, message, new DemarcError('link.wrong-account', message.topic.account));
      return { kind: 'unread', outcome: 'quarantined' };
    }
    const read = readMessage(message);
    if (read.is === 'bad') {
      if (read.seq !== undefined && this.#isRepeat(open, read.seq)) return { kind: 'unread', outcome: 'repeated' };
      await this.#setAside(open, message, read.error);
      if (read.seq !== undefined) sender.sequence.settle(read.seq, read.seq);
      return { kind: 'unread', outcome: 'quarantined' };
    }
    if (read.is === 'conn') {
      const outcome = await this.#attempt(open, message, (delivery) => takeConn(delivery, read.conn));
      if (read.conn.online) open.acknowledge = true;
      return { kind: 'conn', outcome };
    }
    const { envelope } = read;
    const kind = countedKind(message.topic, envelope.kind);
    if (this.#isRepeat(open, envelope.seq)) return { kind, outcome: 'repeated' };
    const outcome = await this.#attempt(open, message, (delivery) => handleRecord({ ...delivery, envelope }));
    sender.sequence.settle(envelope.seq, envelope.seq);
    return { kind, outcome };
  }

  /** A connection ended without a word from the gateway. */
  async disconnected(address: GatewayAddress, reason: string): Promise<void> {
    const open = await this.#open(address);
    if (open === undefined || !open.sender.online || open.sender.address.account !== address.account) return;
    await goOffline(this.#delivery(open, { ...address, channel: 'conn' }), reason);
  }

  /** Writes what was learned about the senders; answers what is to follow the commit. */
  async finish(): Promise<AfterCommit> {
    for (const open of this.#senders.values()) {
      if (open === undefined) continue;
      const { address, sequence } = open.sender;
      await saveSender(this.#work, this.#parts, open, this.#now);
      if (open.setAside) await trimQuarantine(this.#work.db, address);
      if (open.acknowledge || sequence.acked !== open.ackedBefore) {
        const ack: Ack = { upTo: sequence.acked };
        this.#after.set(`${address.gateway} ack`, () => this.#parts.publish(topics.ack(address), JSON.stringify(ack)));
      }
    }
    return this.#after;
  }

  /** A record that is committed already changes nothing; its sender is told so again. */
  #isRepeat(open: OpenSender, seq: number): boolean {
    if (!open.sender.sequence.has(seq)) return false;
    open.acknowledge = true;
    return true;
  }

  async #attempt(
    open: OpenSender,
    message: DeviceMessage,
    handle: (delivery: Delivery) => Promise<void>,
  ): Promise<'taken' | 'quarantined'> {
    const { db } = this.#work;
    const changes: Parameters<Work['changed']>[0][] = [];
    const patches: GatewayPatch[] = [];
    const tasks: [string, () => Promise<void>][] = [];
    await db.executeQuery(SAVE);
    try {
      await handle({
        ...this.#delivery(open, message.topic),
        work: { ...this.#work, changed: (change) => changes.push(change) },
        patch: (values) => patches.push(values),
        after: (key, task) => tasks.push([key, task]),
      });
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      await db.executeQuery(UNDO);
      await db.executeQuery(RELEASE);
      await this.#setAside(open, message, this.#blame(error));
      return 'quarantined';
    }
    await db.executeQuery(RELEASE);
    for (const values of patches) open.apply(values);
    for (const change of changes) this.#changed(change);
    for (const [key, task] of tasks) this.#after.set(`${open.sender.address.gateway} ${key}`, task);
    return 'taken';
  }

  #blame(error: unknown): DemarcError {
    if (error instanceof DemarcError) return error;
    this.#parts.log.error({ code: 'internal', err: error }, 'a message could not be handled');
    return new DemarcError('internal', error instanceof Error ? error.message.slice(0, 300) : undefined, {
      cause: error,
    });
  }

  async #setAside(open: OpenSender, message: DeviceMessage, error: DemarcError): Promise<void> {
    open.setAside = true;
    await quarantine(this.#delivery(open, message.topic), message, error);
  }

  #delivery(open: OpenSender, topic: DeviceMessage['topic']): Delivery {
    return {
      parts: this.#parts,
      work: { ...this.#work, changed: (change) => this.#changed(change) },
      sender: open.sender,
      topic,
      now: this.#now,
      patch: (values) => open.apply(values),
      after: (key, task) => this.#after.set(`${open.sender.address.gateway} ${key}`, task),
    };
  }

  /** Many messages change the same row; the consoles are told once. */
  #changed(change: Change): void {
    const key = `${change.topic} ${change.account} ${change.ref}`;
    if (change.row === undefined) {
      if (this.#announced.has(key)) return;
      this.#announced.add(key);
    }
    this.#work.changed(change);
  }

  async #open(address: GatewayAddress): Promise<OpenSender | undefined> {
    const known = this.#senders.get(address.gateway);
    if (known !== undefined || this.#senders.has(address.gateway)) return known;
    const open = await loadSender(this.#work, address.gateway);
    this.#senders.set(address.gateway, open);
    if (open === undefined) {
      this.#parts.log.warn(
        { code: 'link.wrong-account', account: address.account, gateway: address.gateway },
        'messages of a gateway that is not enrolled, or was released, are ignored',
      );
    }
    return open;
  }
}
