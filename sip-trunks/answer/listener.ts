import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { OpenSockets } from '#config/open-sockets.ts';
import { MessageFramer } from '../message/framing.ts';
import { type Answer, answerRequest, type Source } from './answer.ts';
import { AnswerLimiter } from './limiter.ts';

interface ListenerOptions {
  host: string;
  /** 0 takes a free one. UDP and TCP have the same. */
  port: number;
  tagKey: Buffer;
  /** With them TLS alone is spoken there, in place of UDP and TCP. PEM. */
  tls?: { certificate: string; key: string };
  limits?: { perSource: number; overall: number; mostSources: number; mostConnections: number; idleMs: number };
}

const HANDSHAKE_MS = 10_000;
const LIMITS = { perSource: 50, overall: 2000, mostSources: 4096, mostConnections: 128, idleMs: 120_000 };

/** What came in and what became of it. */
export interface AnswerCounts {
  answered: number;
  /** Over the limit of its source or of all. */
  limited: number;
  ignored: number;
  refusedConnections: number;
}

/** The place where PBXs ping us: OPTIONS over UDP and TCP, or over TLS, are answered, everything else is refused in a sentence. */
export class OptionsListener {
  readonly counts: AnswerCounts = { answered: 0, limited: 0, ignored: 0, refusedConnections: 0 };
  readonly #options: ListenerOptions;
  readonly #limits: NonNullable<ListenerOptions['limits']>;
  readonly #limiter: AnswerLimiter;
  readonly #connections = new Set<Socket>();
  readonly #udp: UdpSocket | undefined;
  readonly #stream: Server;
  readonly #open: OpenSockets;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#limiter = new AnswerLimiter(this.#limits);
    const { tls, host } = options;
    const accept = (socket: Socket) => this.#accept(socket);
    // On IPv6 it is IPv6 alone: beside it another one has IPv4, whose addresses then need no translation.
    this.#udp = tls ? undefined : createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(host) });
    this.#stream = tls
      ? createTlsServer(
          { cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS },
          accept,
        )
      : createServer(accept);
    this.#open = new OpenSockets(this.#stream);
    // A handshake that is not finished takes a place too.
    this.#stream.maxConnections = 2 * this.#limits.mostConnections;
  }

  /** @throws Error of node:net or node:dgram when the port is taken */
  static async open(options: ListenerOptions): Promise<OptionsListener> {
    const listener = new OptionsListener(options);
    await listener.#listen();
    return listener;
  }

  get port(): number {
    const address = this.#stream.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  async close(): Promise<void> {
    this.#open.destroy();
    await Promise.all([
      new Promise<void>((resolve) => (this.#udp ? this.#udp.close(() => resolve()) : resolve())),
      new Promise<void>((resolve) => this.#stream.close(() => resolve())),
    ]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('error', reject);
      this.#stream.listen({ port, host, ipv6Only: isIPv6(host) }, resolve);
    });
    this.#stream.on('error', () => (this.counts.refusedConnections += 1));
    this.#stream.on('tlsClientError', () => (this.counts.refusedConnections += 1));
    const udp = this.#udp;
    if (udp === undefined) return;
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once('error', reject);
        udp.bind(this.port, host, resolve);
      });
    } catch (error) {
      this.#stream.close();
      throw error;
    }
    // A peer that is gone when its answer leaves is not our failure.
    udp.on('error', () => (this.counts.ignored += 1));
    udp.on('message', (bytes, { address: from, port: fromPort }) => {
      const source = { address: from, port: fromPort, transport: 'udp' } as const;
      const answer = this.#answer(bytes, source);
      if (answer && fromPort > 0) udp.send(answer.bytes, answer.port, from);
    });
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#limits.mostConnections) {
      this.counts.refusedConnections += 1;
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    const framer = new MessageFramer();
    const transport = this.#options.tls ? 'tls' : 'tcp';
    const source = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0, transport } as const;
    // Whoever sends a byte a second keeps a place no longer than whoever sends nothing.
    socket.setTimeout(this.#limits.idleMs, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('data', (piece: Buffer) => {
      // A double CRLF is a ping of the flow; a single one is the answer to it (RFC 5626 section 3.5.1).
      if (piece.equals(PING)) {
        if (this.#limiter.allows(source.address, performance.now())) socket.write('\r\n');
        return;
      }
      const { messages, fault } = framer.push(piece);
      for (const bytes of messages) {
        const answer = this.#answer(bytes, source);
        // Who does not read his answers gets none any more.
        if (answer && socket.writableLength < MOST_UNREAD) socket.write(answer.bytes);
      }
      if (fault !== undefined) socket.destroy();
    });
  }

  #answer(bytes: Buffer, source: Source): Exclude<Answer, { ignored: string }> | undefined {
    if (!this.#limiter.allows(source.address, performance.now())) {
      this.counts.limited += 1;
      return undefined;
    }
    const answer = answerRequest(bytes, source, this.#options);
    if ('ignored' in answer) {
      this.counts.ignored += 1;
      return undefined;
    }
    this.counts.answered += 1;
    return answer;
  }
}

const PING = Buffer.from('\r\n\r\n');
const MOST_UNREAD = 65_536;
