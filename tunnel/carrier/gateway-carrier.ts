import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { gatewayOptions, TIMING, type Timing } from './settings.ts';
import { TunnelStream } from './tunnel-stream.ts';
import { type CarrierSocket, WatchedSession } from './watched-session.ts';
import { FIELD, refusalFields, StreamRequest } from './wire.ts';

/** A stream that the relay wants; exactly one of `accept` and `refuse` is to be called. */
export interface WantedStream {
  service: string;
  session: string;
  /** Ends the wait for an answer when the relay has given up. */
  signal: AbortSignal;
  /** Says that the connection stands. To be called only when it does; undefined when the relay has given up. */
  accept(): TunnelStream | undefined;
  refuse(error: DemarcError): void;
}

/** The gateway's end of the tunnel: it dialled, and now it serves the streams that the relay opens. */
export class GatewayCarrier {
  readonly ended: Promise<DemarcError>;
  readonly #watched: WatchedSession;

  constructor(socket: CarrierSocket, onStream: (wanted: WantedStream) => void, timing: Timing = TIMING) {
    const session: ServerHttp2Session = performServerHandshake(socket.stream, gatewayOptions);
    this.#watched = new WatchedSession(session, socket, timing);
    this.ended = this.#watched.ended;
    session.on('stream', (stream, fields) => {
      stream.on('error', () => stream.destroy());
      const asked = StreamRequest.safeParse(fields);
      if (!asked.success) {
        refuse(stream, new DemarcError('tunnel.protocol', 'not a stream that this gateway serves'));
        return;
      }
      onStream(wanted(stream, asked.data[':authority'], asked.data[FIELD.session]));
    });
  }

  get roundTripMs(): number {
    return this.#watched.roundTripMs;
  }

  destroy(reason: DemarcError): void {
    this.#watched.destroy(reason);
  }
}

function wanted(stream: ServerHttp2Stream, service: string, session: string): WantedStream {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  stream.once('aborted', () => gone.abort());
  return {
    service,
    session,
    signal: gone.signal,
    accept: () => {
      if (gone.signal.aborted || stream.destroyed) return undefined;
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      return new TunnelStream(stream);
    },
    refuse: (error) => refuse(stream, error),
  };
}

function refuse(stream: ServerHttp2Stream, error: DemarcError): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(refusalFields(error), { endStream: true });
  stream.resume();
}
