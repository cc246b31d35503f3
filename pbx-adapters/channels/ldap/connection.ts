import type { Socket } from 'node:net';
import type { Message } from 'ldapts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';
import { discard, within } from '#pbx-adapters/channels/tcp/transport.ts';
import { LdapFraming } from './framing.ts';
import { decodeResponse, type LdapResponse } from './response.ts';

export type LdapResult = Extract<LdapResponse, { kind: 'result' }>;

interface Waiting {
  id: number;
  onPart(part: LdapResponse): void;
  resolve(result: LdapResult): void;
  reject(error: Error): void;
}

/**
 * One LDAP connection with one request at a time: requests are encoded by ldapts, responses read by our own bounded
 * parser. It never reconnects by itself; a reconnect would silently go on without log-in.
 */
export class LdapConnection {
  #socket: Socket;
  #framing = new LdapFraming();
  #waiting: Waiting | undefined;
  #broken: DemarcError | undefined;
  #nextId = 1;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Sends a request and waits for its result; entries and references go to `onPart` as they come. */
  async request(
    create: (id: number) => Message,
    options: { what: string; limitMs: number; signal: AbortSignal; onPart?: (part: LdapResponse) => void },
  ): Promise<LdapResult> {
    if (this.#broken) throw this.#broken;
    const id = this.#nextId++;
    const answer = new Promise<LdapResult>((resolve, reject) => {
      this.#waiting = { id, onPart: options.onPart ?? (() => undefined), resolve, reject };
    });
    this.#socket.write(create(id).write());
    try {
      return await within(answer, options.what, options.limitMs, options.signal);
    } catch (error) {
      // The answer may still be under way: this connection cannot be used for another request.
      if (error instanceof DemarcError) this.#fail(error);
      throw error;
    } finally {
      this.#waiting = undefined;
    }
  }

  /** Hands the socket over to `upgrade` (StartTLS, RFC 4511 section 4.14) and goes on with what it returns. */
  async upgrade(upgrade: (socket: Socket) => Promise<Socket>): Promise<void> {
    if (this.#broken) throw this.#broken;
    this.#socket.removeAllListeners();
    this.#socket = await upgrade(this.#socket);
    // Bytes from before TLS must not count as if they had come through it.
    this.#framing = new LdapFraming();
    this.#listen();
  }

  /** Says goodbye if `farewell` is given and closes, without waiting for the server. */
  close(farewell?: (id: number) => Message): void {
    const socket = this.#socket;
    if (!this.#broken && farewell) socket.end(farewell(this.#nextId++).write(), () => discard(socket));
    else discard(socket);
    this.#fail(new DemarcError('pbx.canceled', 'connection closed'), false);
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(networkError(error, 'connection', 'pbx.unreachable')));
    socket.on('close', () => this.#fail(new DemarcError('pbx.unreachable', 'the connection was closed')));
    // A peer that ends politely is gone as well.
    socket.on('end', () => this.#fail(new DemarcError('pbx.unreachable', 'the server closed the connection')));
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      for (const message of this.#framing.push(chunk)) this.#take(decodeResponse(message));
    } catch (error) {
      this.#fail(networkError(error, 'answer', 'ldap.protocol'));
    }
  }

  #take(response: LdapResponse): void {
    // Message 0 is the notice of disconnection (RFC 4511 section 4.4.1).
    if (response.id === 0) {
      throw new DemarcError('pbx.unreachable', response.kind === 'result' ? response.text : 'the server says goodbye');
    }
    const waiting = this.#waiting;
    if (!waiting || response.id !== waiting.id) return;
    if (response.kind === 'result') waiting.resolve(response);
    else waiting.onPart(response);
  }

  #fail(error: DemarcError, destroy = true): void {
    if (destroy) discard(this.#socket);
    if (this.#broken) return;
    this.#broken = error;
    this.#waiting?.reject(error);
  }
}
