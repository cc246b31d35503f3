import type { Log } from '#config/log.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import type { SendableRecord, SendQueue } from '../outbox/outbox.ts';
import type { BrokerConnection } from './broker-connection.ts';

export interface PumpOptions {
  outbox: SendQueue;
  connection: BrokerConnection;
  address: GatewayAddress;
  log: Log;
  /** How many records may be without PUBACK. */
  window: number;
}

/** When the store refuses, for example because the disk is full, it is asked again after this time. */
const STORE_RETRY_MS = 5000;

const topicOf = (address: GatewayAddress, { to }: SendableRecord): string => {
  switch (to.channel) {
    case 'event':
      return topics.event(address);
    case 'state':
      return topics.state(address, to.section);
    case 'users':
      return topics.users(address, to.run, to.n);
    case 'result':
      return topics.result(address, to.command);
    default:
      return to satisfies never;
  }
};

/**
 * Sends what the outbox holds, few at a time, until the connection ends. A record is forgotten only when the cloud has
 * acknowledged it by number; a PUBACK only means that the next one may go.
 */
export class Pump {
  readonly #options: PumpOptions;
  #open = true;
  #inFlight = 0;
  /** Whether there may be something to send. */
  #pending = true;
  #wake = (): void => undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Resolves when the connection has ended. */
  async run(): Promise<void> {
    const { outbox, connection, window, log } = this.#options;
    void this.#watch(connection);
    const stopListening = outbox.onAppended(() => this.#signal());
    outbox.rewind();
    while (this.#open) {
      if (!this.#pending || this.#inFlight > window / 2) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      this.#pending = false;
      try {
        const records = await outbox.next(window - this.#inFlight);
        if (records.length > 0) this.#pending = true;
        for (const record of records) void this.#send(record);
      } catch (error) {
        log.error({ code: 'store.full', err: error }, 'the outbox cannot be read; trying again');
        setTimeout(() => this.#signal(), STORE_RETRY_MS).unref();
      }
    }
    stopListening();
  }

  async #watch(connection: BrokerConnection): Promise<void> {
    await connection.ended;
    this.#open = false;
    this.#signal();
  }

  async #send(record: SendableRecord): Promise<void> {
    const { connection, address, window, log } = this.#options;
    this.#inFlight += 1;
    try {
      await connection.publish(topicOf(address, record), record.payload);
    } catch (error) {
      // The connection has ended, and everything is sent again on the next one.
      log.debug({ err: error, seq: record.seq }, 'a record was not sent');
    }
    this.#inFlight -= 1;
    // Asking the disk for half a window at a time is what makes it cheap.
    if (this.#inFlight <= window / 2) this.#signal();
  }

  #signal(): void {
    this.#pending = true;
    this.#wake();
  }
}
