import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Client } from 'aedes';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import type { InFlight } from './in-flight.ts';

/** One WebSocket with its MQTT client. */
export interface Link {
  address: GatewayAddress;
  client: Client;
  socket: TLSSocket;
  stream: Duplex;
  inFlight: InFlight;
  /** What is wrong with its CONNECT; answered where MQTT lets us answer. */
  refusal?: { returnCode: number; detail: string };
  /** A newer connection of the same gateway has taken its place: its end says nothing about the gateway. */
  superseded?: true;
  /** It has ended an older connection of the gateway, so it owes the word of its own end even if it never came up. */
  tookOver?: true;
  cameUp?: true;
  /** Its end is being told or was. */
  ended?: true;
  /** Why we end it; its will does not count then. */
  ending?: string;
  /** What went wrong on it, for the reason that is shown. */
  fault?: string;
  /** The will, handed to the handler. */
  will?: Promise<void>;
}

/** Tells the end of a gateway's connection; never throws. */
export type TellEnd = (link: Link, reason: string) => Promise<void>;

/**
 * Which connection is each gateway's, and that the end of one has been told before the next begins: a gateway that comes
 * back quickly must not be marked as gone by the end of its older connection.
 */
export class Links {
  readonly #byClient = new WeakMap<Client, Link>();
  readonly #current = new Map<string, Link>();
  /** What is still being told about ended connections. */
  readonly #endings = new Map<string, Promise<void>>();
  readonly #tellEnd: TellEnd;

  constructor(tellEnd: TellEnd) {
    this.#tellEnd = tellEnd;
  }

  add(link: Link): void {
    this.#byClient.set(link.client, link);
  }

  of(client: Client | null): Link | undefined {
    return client === null ? undefined : this.#byClient.get(client);
  }

  current(gateway: string): Link | undefined {
    return this.#current.get(gateway);
  }

  all(): Link[] {
    return [...this.#current.values()];
  }

  /**
   * Makes this the gateway's connection; an older one ends first, and all of it has been told.
   * @throws DemarcError `link.refused` when a still newer one came meanwhile, or this one is gone
   */
  async takeOver(link: Link): Promise<void> {
    const { gateway } = link.address;
    if (link.socket.destroyed) throw new DemarcError('link.refused', 'the gateway closed the connection');
    const previous = this.#current.get(gateway);
    this.#current.set(gateway, link);
    if (previous) {
      previous.superseded = true;
      if (!previous.ended) link.tookOver = true;
      await new Promise<void>((resolve) => previous.client.close(resolve));
    }
    await this.#endings.get(gateway);
    if (link.superseded || link.client.closed)
      throw new DemarcError('link.refused', 'a newer connection took its place');
  }

  /** The connection has ended; may be called twice. */
  ended(link: Link): void {
    if (link.ended || link.superseded) return;
    link.ended = true;
    const { gateway } = link.address;
    if (this.#current.get(gateway) === link) this.#current.delete(gateway);
    if (!link.cameUp && !link.tookOver) return;
    const reason = link.ending ?? link.fault ?? 'the gateway closed the connection';
    const told = this.#tellEnd(link, reason).finally(() => {
      if (this.#endings.get(gateway) === told) this.#endings.delete(gateway);
    });
    this.#endings.set(gateway, told);
  }

  /** Resolves when every end so far has been told. */
  async settled(): Promise<void> {
    await Promise.all(this.#endings.values());
  }
}
