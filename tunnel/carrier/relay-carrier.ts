import { type ClientHttp2Session, connect } from 'node:http2';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { MAX_STREAMS, relayOptions, TIMING, type Timing } from './settings.ts';
import { TunnelStream } from './tunnel-stream.ts';
import { type CarrierSocket, WatchedSession } from './watched-session.ts';
import { FIELD, refusalOf } from './wire.ts';

/** The relay's end of one gateway's tunnel: opens a stream for each connection to a system at the site. */
export class RelayCarrier {
  readonly ended: Promise<DemarcError>;
  readonly #watched: WatchedSession;
  readonly #session: ClientHttp2Session;
  readonly #timing: Timing;
  #streams = 0;

  constructor(socket: CarrierSocket, timing: Timing = TIMING) {
    this.#timing = timing;
    this.#session = connect('https://gateway', { ...relayOptions, createConnection: () => socket.stream });
    // The roles are reversed, and a gateway that sends pushes or streams of its own is none of ours.
    this.#session.on('stream', (stream) => stream.close());
    this.#watched = new WatchedSession(this.#session, socket, timing);
    this.ended = this.#watched.ended;
  }

  get streams(): number {
    return this.#streams;
  }

  get roundTripMs(): number {
    return this.#watched.roundTripMs;
  }

  /**
   * Opens a connection to a service of the gateway; resolves when the gateway is connected to it.
   * @throws DemarcError `tunnel.busy`, `tunnel.lost`, `tunnel.upstream-timeout`, and what the gateway refuses with
   */
  open({ service, session }: { service: string; session: string }): Promise<TunnelStream> {
    if (this.#session.destroyed || this.#session.closed) return Promise.reject(new DemarcError('tunnel.lost'));
    if (this.#streams >= MAX_STREAMS) return Promise.reject(new DemarcError('tunnel.busy', `${MAX_STREAMS} streams`));
    const stream = this.#session.request(
      { ':method': 'CONNECT', ':authority': service, [FIELD.session]: session },
      { endStream: false, waitForTrailers: true },
    );
    const opened = new TunnelStream(stream);
    this.#streams += 1;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new DemarcError('tunnel.upstream-timeout', 'the gateway does not answer'));
        stream.close();
      }, this.#timing.openMs);
      stream.once('close', () => {
        this.#streams -= 1;
        clearTimeout(deadline);
        // A session that is destroyed closes its streams without an error.
        reject(new DemarcError('tunnel.lost'));
      });
      stream.once('response', (fields) => {
        clearTimeout(deadline);
        if (fields[':status'] === 200) {
          resolve(opened);
          return;
        }
        reject(refusalOf(fields));
        stream.end();
        stream.resume();
      });
    });
  }

  /** Ends the tunnel with everything in it. */
  destroy(reason: DemarcError): void {
    this.#watched.destroy(reason);
  }
}
