import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { TunnelStream } from '../carrier/tunnel-stream.ts';

type Created = (error: Error | null, stream: Duplex) => void;

/** As many as browsers open to one host. */
const CONNECTIONS = 6;
/** Systems close unused connections themselves after some seconds; ours go before. In milliseconds. */
const UNUSED_MS = 4000;

/**
 * A stream as a socket of HTTP's client: with what that asks of a socket, and with texts made bytes first. Node 24 sends
 * wrong bytes when texts and bytes are written to an HTTP/2 stream together, as a head and its body are.
 */
export function asSocket({ duplex }: TunnelStream): Duplex {
  const write = duplex.write.bind(duplex);
  type Done = (error: Error | null | undefined) => void;
  const bytes = (chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    const called = typeof encoding === 'function' ? encoding : done;
    return write(typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : chunk, called);
  };
  const none = () => undefined;
  return Object.assign(duplex, { write: bytes, setKeepAlive: none, setNoDelay: none, ref: none, unref: none });
}

const encodingOf = (encoding: unknown): BufferEncoding =>
  typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';

/** The connections of one session to its system: kept and used again, each a stream of the gateway's tunnel. */
export class UpstreamAgent extends Agent {
  readonly #open: () => Promise<TunnelStream>;
  readonly #streams = new WeakMap<Duplex, TunnelStream>();
  readonly #all = new Set<TunnelStream>();
  readonly #unused = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(open: () => Promise<TunnelStream>) {
    super({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS, scheduling: 'lifo' });
    this.#open = open;
  }

  override createConnection(_options: ClientRequestArgs, done?: Created): undefined {
    void this.#create(done);
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#unused.set(socket, setTimeout(() => socket.destroy(), UNUSED_MS).unref());
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    clearTimeout(this.#unused.get(socket));
    super.reuseSocket(socket, request);
  }

  async #create(done: Created | undefined): Promise<void> {
    let stream: TunnelStream;
    try {
      stream = await this.#open();
    } catch (error) {
      // Node's type asks for a stream beside an error, too.
      (done as ((error: Error) => void) | undefined)?.(toDemarcError(error));
      return;
    }
    const socket = asSocket(stream);
    this.#streams.set(socket, stream);
    this.#all.add(stream);
    socket.once('close', () => this.#all.delete(stream));
    done?.(null, socket);
  }

  /** The stream behind a request's socket. */
  streamOf(socket: Duplex | null): TunnelStream | undefined {
    return socket === null ? undefined : this.#streams.get(socket);
  }

  /** Breaks every connection off. */
  override destroy(): void {
    for (const stream of this.#all) stream.breakOff();
    super.destroy();
  }
}
