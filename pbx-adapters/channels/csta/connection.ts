import type { Socket } from 'node:net';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';
import { discard, within } from '#pbx-adapters/channels/tcp/transport.ts';
import { cstaError, sessionReason } from './errors.ts';
import { CstaFraming, EVENT_ID, encodeFrame } from './framing.ts';
import { answerTo, type CstaRequest, toXml } from './requests.ts';
import { type CstaMessage, parseMessage } from './xml.ts';

/** The edition that is spoken until the PBX shows its own. */
const FIRST_EDITION = 5;
/** What may wait to be sent, in bytes: a PBX that asks and never reads must not fill the memory. */
const MAX_UNSENT = 1024 * 1024;

interface Waiting {
  name: string;
  resolve(answer: CstaMessage): void;
  reject(error: DemarcError): void;
}

/** Who follows what the PBX sends by itself. */
export interface CstaListener {
  /** @throws DemarcError which ends the connection */
  notice(message: CstaMessage): void;
  fail(error: DemarcError): void;
}

/**
 * One CSTA connection. Both sides make requests with ids of their own, so what a message is shows in its name, not in
 * its id. It never reconnects by itself: monitors and sessions would be gone without notice.
 */
export class CstaConnection {
  readonly #socket: Socket;
  readonly #framing = new CstaFraming();
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<CstaListener>();
  readonly #greeting = Promise.withResolvers<boolean>();
  #broken: DemarcError | undefined;
  #lastId = 0;
  #edition: number | undefined;
  #status: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Nobody may be waiting for the greeting when the connection breaks.
    this.#greeting.promise.catch(() => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.fail(networkError(error, 'connection', 'pbx.unreachable')));
    socket.on('close', () => this.fail(new DemarcError('pbx.unreachable', 'the connection was closed')));
    socket.on('end', () => this.fail(new DemarcError('pbx.unreachable', 'the PBX closed the connection')));
  }

  /** The edition of ECMA-323 that is spoken: the peer's, once it has said something. */
  get edition(): number {
    return this.#edition ?? FIRST_EDITION;
  }

  /** The status that the PBX told last by itself. */
  get status(): string | undefined {
    return this.#status;
  }

  /** Whether the PBX tells its status by itself within the time. @throws DemarcError `pbx.…`, `csta.protocol` */
  async greeting(limitMs: number, signal: AbortSignal): Promise<boolean> {
    try {
      return await within(this.#greeting.promise, 'waiting for the greeting', limitMs, signal);
    } catch (error) {
      if (error instanceof DemarcError && error.code === 'pbx.timeout') return false;
      throw error;
    }
  }

  /** Sends a request and waits for its answer, a negative one included. @throws DemarcError `pbx.…`, `csta.…` */
  async request(request: CstaRequest, options: { limitMs: number; signal: AbortSignal }): Promise<CstaMessage> {
    if (this.#broken) throw this.#broken;
    const id = this.#freeId();
    const { promise, resolve, reject } = Promise.withResolvers<CstaMessage>();
    this.#waiting.set(id, { name: request.name, resolve, reject });
    try {
      this.#send(id, request);
      const answer = await within(promise, request.name, options.limitMs, options.signal);
      if (answer.name === 'CSTAErrorCode') throw cstaError(answer.root, request.name);
      return answer;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Tells the listener what comes from now on; the result ends that. */
  listen(listener: CstaListener): () => void {
    if (this.#broken) listener.fail(this.#broken);
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Sends a last request if given, without waiting for its answer, and closes. */
  close(farewell?: CstaRequest): void {
    const socket = this.#socket;
    // Nobody waits for a peer that does not even read.
    if (!this.#broken && farewell && socket.writableLength === 0) {
      socket.end(encodeFrame(this.#freeId(), toXml(farewell, this.edition)), () => discard(socket));
    } else discard(socket);
    this.fail(new DemarcError('pbx.canceled', 'connection closed'), false);
  }

  /** Ends the connection for this reason; everyone who waits is told it. */
  fail(error: DemarcError, destroy = true): void {
    if (destroy) discard(this.#socket);
    if (this.#broken) return;
    this.#broken = error;
    this.#greeting.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    for (const listener of this.#listeners) listener.fail(error);
    this.#listeners.clear();
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      for (const { id, xml } of this.#framing.push(chunk)) this.#take(id, parseMessage(xml));
    } catch (error) {
      this.fail(networkError(error, 'message', 'csta.protocol'));
    }
  }

  #take(id: number, message: CstaMessage): void {
    this.#edition ??= message.edition;
    const { name, root } = message;
    if (name.endsWith('Response') || name === 'CSTAErrorCode') return this.#answered(id, message);
    if (name === 'ApplicationSessionTerminated') {
      const reason = root.at('sessionTermReason');
      throw new DemarcError(
        'csta.session-ended',
        reason?.text || reason?.textAt(reason.names()[0] ?? '') || sessionReason(root),
      );
    }
    if (name === 'SystemStatus') {
      this.#status = root.textAt('systemStatus');
      this.#greeting.resolve(true);
    }
    if (id === EVENT_ID || isNotice(name)) for (const listener of this.#listeners) listener.notice(message);
    else this.#send(id, answerTo(name));
  }

  #answered(id: number, message: CstaMessage): void {
    const waiting = this.#waiting.get(id);
    // An answer that nobody waits for any more came too late.
    if (!waiting) return;
    if (message.name !== 'CSTAErrorCode' && !message.name.startsWith(waiting.name)) {
      throw new DemarcError('csta.protocol', `${message.name.slice(0, 100)} as the answer to ${waiting.name}`);
    }
    waiting.resolve(message);
  }

  #send(id: number, message: CstaRequest): void {
    if (this.#socket.writableLength > MAX_UNSENT) throw new DemarcError('csta.protocol', 'the PBX does not read');
    this.#socket.write(encodeFrame(id, toXml(message, this.edition)));
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId % (EVENT_ID - 1)) + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }
}

/** Notices want no answer, also where a PBX gives them an id of their own. */
const isNotice = (name: string): boolean =>
  name.endsWith('Event') || name === 'SwitchingFunctionDevices' || name === 'SwFunctionDevicesChanged';
