/** The port through which a trace sees what our own SIP stack sends and gets, also inside TLS. */
import type { Transport } from '../client/transport.ts';

interface Endpoint {
  address: string;
  port: number;
}

/** One message as it went over the wire, before any redaction: it must not leave the process like this. */
export interface TappedMessage {
  /** Milliseconds since 1970. */
  at: number;
  direction: 'sent' | 'received';
  transport: Transport;
  local: Endpoint;
  remote: Endpoint;
  bytes: Buffer;
  /** The id of the trunk that it is about, where it is known. */
  trunk?: string;
}

/** What a part of the stack hands its messages to. */
export interface SipTap {
  /** Whether anybody listens; without one nothing has to be handed over. */
  readonly isOpen: boolean;
  saw(message: TappedMessage): void;
}

/** Hands each message to every trace that runs. A listener must neither throw nor keep the caller waiting. */
export class SipTaps implements SipTap {
  readonly #listeners = new Set<(message: TappedMessage) => void>();

  get isOpen(): boolean {
    return this.#listeners.size > 0;
  }

  /** Returns the way to stop listening. */
  listen(listener: (message: TappedMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  saw(message: TappedMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}
