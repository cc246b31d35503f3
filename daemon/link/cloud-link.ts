import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { CommandCancel, CommandMessage } from '#contract/commands.ts';
import type { Ask, Conn } from '#contract/envelope.ts';
import { DemarcError, type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { Want } from '#contract/sections.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import type { SendQueue } from '../outbox/outbox.ts';
import { type BackoffLimits, backoff, LINK_BACKOFF } from './backoff.ts';
import { type BrokerConnection, openConnection } from './broker-connection.ts';
import { type ClientCertificate, type CloudTarget, cloudWay } from './cloud-way.ts';
import { RefusedError } from './connection-errors.ts';
import { readIncoming } from './incoming.ts';
import { Pump } from './pump.ts';

/** With what one connection is tried. `candidate` says that a renewed certificate is being proven. */
export interface LinkIdentity extends GatewayAddress, ClientCertificate {
  candidate: boolean;
}

export interface CloudLinkOptions {
  outbox: SendQueue;
  boot: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** Asked before each try; undefined while the gateway is not claimed or has no cloud. */
  target: () => CloudTarget | undefined;
  identity: () => Promise<LinkIdentity | undefined>;
  /** After each try with an identity: whether the cloud took it. */
  onTried?: (identity: LinkIdentity, error: DemarcError | undefined) => Promise<void>;
  /** What the birth says beside numbers and outbox. */
  birth: () => { version: string; capabilities: string[] };
  /** Why the gateway goes away, when it is not simply stopped. */
  absence?: () => string | undefined;
  /** Must resolve soon, when the command is on the disk or refused: later messages wait for it. */
  onCommand: (message: CommandMessage | CommandCancel) => Promise<void>;
  onAsk: (ask: Ask) => Promise<void>;
  onWant: (want: Want) => Promise<void>;
  onStatus?: (status: LinkStatus) => void;
  backoff?: BackoffLimits;
  /** Waits; must reject when the signal ends it. Handed in by tests. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  connectTimeoutMs?: number;
  keepaliveSeconds?: number;
  /** How long the first birth waits to be told what the cloud has, in milliseconds. */
  firstAckMs?: number;
  window?: number;
}

export interface LinkStatus {
  state: 'offline' | 'connecting' | 'online';
  /** Since when the link is online, or is not: each new try would begin it anew otherwise. */
  since: string;
  lastError?: ErrorText;
  /** Failed tries since the link was last online. */
  attempts: number;
  nextTryAt: string | null;
}

/** A connection that lasted this long was a good one: the next loss begins with short waits again. */
const STABLE_MS = 60_000;
const FAREWELL_MS = 3000;
const DEFAULT_WINDOW = 32;
const FIRST_ACK_MS = 3000;

/**
 * Keeps the gateway connected to the cloud, for ever, and moves the outbox over. Nothing else in the daemon depends on
 * it being up.
 */
export class CloudLink {
  readonly #options: CloudLinkOptions;
  readonly #stop = new AbortController();
  #waker = new AbortController();
  #status: LinkStatus;
  #conn = 0;
  #connection: { connection: BrokerConnection; address: GatewayAddress } | undefined;
  #running: Promise<void> | undefined;
  /** Whether the cloud has told this process what it has. */
  #told = false;
  #onTold = (): void => undefined;

  constructor(options: CloudLinkOptions) {
    this.#options = options;
    this.#status = { state: 'offline', since: instant(options.clock), attempts: 0, nextTryAt: null };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  status(): LinkStatus {
    return this.#status;
  }

  /** Tries now: the settings or the identity have changed. A connection that is up is ended and made again. */
  async reconnect(): Promise<void> {
    this.#waker.abort();
    await this.#connection?.connection.end(true);
  }

  /** Says good-bye to the cloud and ends. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waker.abort();
    const open = this.#connection;
    if (open !== undefined) {
      const reason = this.#options.absence?.() ?? 'stopped';
      const farewell: Conn = { v: 1, online: false, boot: this.#options.boot, conn: this.#conn, reason };
      const said = open.connection.publish(topics.conn(open.address), JSON.stringify(farewell), { retain: true });
      // Without an answer the broker sends the will, which says nearly the same.
      await Promise.race([said.catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
      await open.connection.end(true);
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random, clock, log } = this.#options;
    const limits = this.#options.backoff ?? LINK_BACKOFF;
    let waits = backoff(limits, random);
    while (!this.#stop.signal.aborted) {
      this.#waker = new AbortController();
      let retryAfter = 0;
      try {
        const onlineMs = await this.#connectOnce();
        if (onlineMs >= STABLE_MS) waits = backoff(limits, random);
      } catch (thrown) {
        const error = toDemarcError(thrown);
        log.warn({ code: error.code, detail: error.detail }, 'the cloud is not connected');
        if (error instanceof RefusedError) retryAfter = error.retryAfterMs ?? 0;
        this.#set({ state: 'offline', lastError: error.toText(), attempts: this.#status.attempts + 1 });
      }
      if (this.#stop.signal.aborted) break;
      const wait = Math.max(waits.next().value, retryAfter);
      this.#set({ state: 'offline', nextTryAt: new Date(clock.now() + wait).toISOString() });
      if (await this.#wait(wait)) waits = backoff(limits, random);
    }
    this.#set({ state: 'offline', nextTryAt: null });
  }

  /** Resolves with true when it was woken before its time. */
  async #wait(ms: number): Promise<boolean> {
    const { signal } = this.#waker;
    const wait = this.#options.wait ?? ((time, ended) => sleep(time, undefined, { signal: ended }));
    try {
      await wait(ms, signal);
      return false;
    } catch (error) {
      if (signal.aborted) return true;
      throw error;
    }
  }

  /** One connection from its first packet to its end; resolves with how many milliseconds it was online. */
  async #connectOnce(): Promise<number> {
    const { outbox, clock, log } = this.#options;
    const target = this.#options.target();
    const identity = target && (await this.#options.identity());
    if (target === undefined || identity === undefined) return 0;
    this.#set({ state: 'connecting', nextTryAt: null });
    const address = { account: identity.account, gateway: identity.gateway };
    this.#conn += 1;
    const connection = await this.#open(target, identity, address);
    try {
      await connection.subscribe(topics.allDown(address));
      const told = new Promise<void>((resolve) => {
        this.#onTold = resolve;
      });
      await this.#sayBirth(connection, address);
      await this.#options.onTried?.(identity, undefined);
      // A store that lost its end uses numbers a second time; that shows only before any of them was sent.
      const limit = sleep(this.#options.firstAckMs ?? FIRST_ACK_MS, undefined, { ref: false });
      if (!this.#told) await Promise.race([told, connection.ended, limit]);
      this.#connection = { connection, address };
      // A stop or a change of settings that came while connecting has not seen this connection.
      if (this.#waker.signal.aborted) return 0;
      const since = clock.now();
      const { lastError: _, ...rest } = this.#status;
      this.#status = { ...rest, attempts: 0 };
      this.#set({ state: 'online' });
      log.info({ conn: this.#conn, gateway: address.gateway }, 'connected to the cloud');
      const window = this.#options.window ?? DEFAULT_WINDOW;
      await new Pump({ outbox, connection, address, log, window }).run();
      if (this.#waker.signal.aborted) return clock.now() - since;
      const error = await connection.ended;
      log.warn({ code: error.code, detail: error.detail }, 'the connection to the cloud was lost');
      this.#set({ state: 'offline', lastError: error.toText() });
      return clock.now() - since;
    } finally {
      this.#connection = undefined;
      outbox.rewind();
      await connection.end(true);
    }
  }

  async #open(target: CloudTarget, identity: LinkIdentity, address: GatewayAddress): Promise<BrokerConnection> {
    const { boot, clock } = this.#options;
    const will: Conn = { v: 1, online: false, boot, conn: this.#conn, reason: 'connection lost' };
    try {
      return await openConnection({
        way: await cloudWay(target, identity, this.#waker.signal),
        clientId: identity.gateway,
        keepaliveSeconds: this.#options.keepaliveSeconds ?? 30,
        connectTimeoutMs: this.#options.connectTimeoutMs ?? 30_000,
        will: { topic: topics.conn(address), payload: JSON.stringify(will) },
        onMessage: (topic, payload) => this.#take(topic, payload, address),
        now: () => clock.now(),
        signal: this.#waker.signal,
      });
    } catch (error) {
      await this.#options.onTried?.(identity, toDemarcError(error));
      throw error;
    }
  }

  async #sayBirth(connection: BrokerConnection, address: GatewayAddress): Promise<void> {
    const { boot, clock, outbox } = this.#options;
    const birth: Conn = {
      v: 1,
      online: true,
      boot,
      conn: this.#conn,
      at: instant(clock),
      ...this.#options.birth(),
      outbox: outbox.state(),
    };
    await connection.publish(topics.conn(address), JSON.stringify(birth), { retain: true });
  }

  async #take(topic: string, payload: Uint8Array, address: GatewayAddress): Promise<void> {
    const { log } = this.#options;
    const incoming = readIncoming(topic, payload, address, log);
    if (incoming === undefined) return;
    try {
      switch (incoming.channel) {
        case 'command':
          await this.#options.onCommand(incoming.message);
          break;
        case 'ack':
          // Not awaited: acknowledgements that come meanwhile are then done with one write.
          void this.#trim(incoming.message.upTo);
          break;
        case 'ask':
          if (incoming.message.what !== 'birth') await this.#options.onAsk(incoming.message);
          // Not awaited: its PUBACK comes over the stream that waits for this very message.
          else if (this.#connection !== undefined) void this.#birthAgain(this.#connection.connection, address);
          break;
        case 'want':
          await this.#options.onWant(incoming.message);
          break;
        default:
          incoming satisfies never;
      }
    } catch (error) {
      const { code } = toDemarcError(error);
      log.error({ code, err: error, channel: incoming.channel }, 'a message of the cloud could not be handled');
    }
  }

  async #trim(upTo: number): Promise<void> {
    try {
      await this.#options.outbox.trim(upTo);
    } catch (error) {
      const { code } = toDemarcError(error);
      this.#options.log.error({ code, err: error }, 'what the cloud has could not be removed from the outbox');
    }
    this.#told = true;
    this.#onTold();
  }

  async #birthAgain(connection: BrokerConnection, address: GatewayAddress): Promise<void> {
    try {
      await this.#sayBirth(connection, address);
    } catch (error) {
      this.#options.log.debug(
        { err: error },
        'the birth that was asked for was not sent; the next connection sends one',
      );
    }
  }

  #set(change: Partial<LinkStatus>): void {
    const before = this.#status.state;
    this.#status = { ...this.#status, ...change };
    if ((before === 'online') !== (this.#status.state === 'online'))
      this.#status = { ...this.#status, since: instant(this.#options.clock) };
    this.#options.onStatus?.(this.#status);
  }
}
