import type { Http2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { CONNECTION_WINDOW_BYTES, FAR_MS, STREAM_WINDOW, type Timing } from './settings.ts';

/** A connection that is ready for the carrier: encrypted, authenticated, and nothing written to it yet. */
export interface CarrierSocket {
  stream: Duplex;
  /** Bytes read so far: the only sign of life that does not stand in a queue behind data. */
  bytesRead: () => number;
  /** Where it comes from or goes to, for the log. */
  peer: string;
}

/** How many answers say how long the path is. */
const PROBES = 5;

/**
 * What both ends do with their HTTP/2 session: a wide connection window, wider stream windows where the path is long,
 * and a sign of life every few seconds, because a connection that is half open looks healthy for minutes.
 */
export class WatchedSession {
  readonly session: Http2Session;
  /** Resolves with the reason when it has ended; never rejects. */
  readonly ended: Promise<DemarcError>;
  readonly #socket: CarrierSocket;
  readonly #timing: Timing;
  readonly #timer: NodeJS.Timeout;
  #deadline: NodeJS.Timeout | undefined;
  #shortestMs = Number.POSITIVE_INFINITY;
  #measured = 0;
  #far = false;
  #reason: DemarcError | undefined;

  constructor(session: Http2Session, socket: CarrierSocket, timing: Timing) {
    this.session = session;
    this.#socket = socket;
    this.#timing = timing;
    session.on('error', (error) => {
      this.#reason ??= new DemarcError('tunnel.lost', error.message.slice(0, 200), { cause: error });
    });
    session.on('goaway', (code) => {
      if (code !== 0) this.#reason ??= new DemarcError('tunnel.protocol', `GOAWAY ${code}`);
    });
    this.ended = new Promise((resolve) => {
      session.once('close', () => {
        clearInterval(this.#timer);
        clearTimeout(this.#deadline);
        // http2 leaves a socket that it does not own alone when its session is destroyed early.
        socket.stream.destroy();
        resolve(this.#reason ?? new DemarcError('tunnel.lost'));
      });
    });
    const widen = () => session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    if (session.connecting) session.once('connect', widen);
    else widen();
    this.#ping();
    this.#timer = setInterval(() => this.#ping(), timing.pingMs).unref();
  }

  /** The shortest round trip seen, in milliseconds; infinite before the first. */
  get roundTripMs(): number {
    return this.#shortestMs;
  }

  /** Ends it now, with every stream in it. */
  destroy(reason: DemarcError): void {
    this.#reason ??= reason;
    this.session.destroy();
    this.#socket.stream.destroy();
  }

  #ping(): void {
    if (this.session.destroyed || this.#deadline !== undefined) return;
    const before = this.#socket.bytesRead();
    const sent = this.session.ping((error, durationMs) => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
      if (error === null) this.#learn(durationMs);
    });
    if (!sent) return;
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined;
      // On a slow line the answer waits behind data; whatever came in since shows that somebody is there.
      if (this.#socket.bytesRead() === before) this.destroy(new DemarcError('tunnel.silent', this.#socket.peer));
    }, this.#timing.silentMs).unref();
  }

  /**
   * The shortest of the first few counts, because a machine that is busy answers late on the shortest path; a longer
   * one later may be the queue's, which a wider window would only make longer.
   */
  #learn(durationMs: number): void {
    this.#shortestMs = Math.min(this.#shortestMs, durationMs);
    this.#measured += 1;
    if (this.session.destroyed) return;
    if (this.#measured < PROBES) {
      this.#ping();
      return;
    }
    const isFar = this.#shortestMs >= FAR_MS;
    if (isFar === this.#far || (isFar && this.#measured > PROBES)) return;
    this.#far = isFar;
    this.session.settings({ initialWindowSize: isFar ? STREAM_WINDOW.far : STREAM_WINDOW.near });
  }
}
