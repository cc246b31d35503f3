import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import type { Log } from '#config/log.ts';
import { OpenSockets } from '#config/open-sockets.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { refuseGarbage, refuseUpgrade } from '#tunnel/relay/raw-answers.ts';
import type { ServerIdentity } from '../pki/server-certificate.ts';

/** Who answers what comes in. An upgrade that is refused rejects; the listener then answers and closes. */
export interface Handlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Takes a connection after its TLS handshake that is not for the API; false leaves it to HTTP. */
  connection?: (socket: TLSSocket) => boolean;
  /** By path, without the query. */
  upgrades: Readonly<Record<string, (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>>>;
}

export interface ListenerOptions {
  log: Log;
  identity: ServerIdentity;
  /** PEM of the CA that client certificates are judged by. */
  clientCa: string;
  /** Names in ALPN (RFC 7301) that `connection` takes, beside HTTP. */
  protocols?: readonly string[];
  maxConnections?: number;
}

/** Milliseconds. */
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 10_000;
/** Node looks at its time limits only so often. */
const LOOK_EVERY_MS = 2000;
const REQUEST_MS = 120_000;
const DRAIN_MS = 2000;
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * The connector's one HTTPS listener (design section 3): API, console and gateways on one port. Client certificates are
 * asked for but not demanded, because browsers have none; each route judges. Nothing that comes in can end the process.
 */
export class Listener {
  readonly #log: Log;
  readonly #server: Server;
  readonly #open: OpenSockets;
  readonly #clientCa: string;
  #handlers: Handlers | undefined;

  constructor(options: ListenerOptions) {
    this.#log = options.log.child({ part: 'listener' });
    this.#clientCa = options.clientCa;
    this.#server = createServer({
      ...this.#secure(options.identity),
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: [...(options.protocols ?? []), 'http/1.1'],
      // A direction of a plain connection through a tunnel may end before the other.
      allowHalfOpen: true,
      handshakeTimeout: HANDSHAKE_MS,
      headersTimeout: HEADERS_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: 65_000,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    this.#server.maxConnections = options.maxConnections ?? 25_000;
    this.#open = new OpenSockets(this.#server);
    this.#server.on('tlsClientError', (error, socket) => {
      this.#log.debug({ err: error, peer: socket.remoteAddress }, 'a TLS handshake failed');
      socket.destroy();
    });
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseGarbage(error, socket));
    this.#server.on('secureConnection', (socket) => socket.on('error', () => socket.destroy()));
    this.#dispatch();
    this.#server.on('request', (request, response) => this.#request(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Binds; with port 0 a free one. Until `serve` is called every request gets 503.
   * @throws DemarcError `config.port-taken`
   */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen({ port, host });
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      throw new DemarcError('config.port-taken', `${host}:${port}`, { cause: error });
    }
    this.#server.on('error', (error) => this.#log.error({ code: 'internal', err: error }, 'the listener failed'));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Shows this certificate from the next connection on; those that are open stay. @throws Error when it is none */
  show(identity: ServerIdentity): void {
    this.#server.setSecureContext(this.#secure(identity));
  }

  serve(handlers: Handlers): void {
    this.#handlers = handlers;
  }

  /** Takes no more, lets running requests end within two seconds, then cuts what is left. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#open.destroy(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
  }

  /** Lets `connection` look first, by what was agreed in TLS: HTTP's own listener would take everything. */
  #dispatch(): void {
    const [http] = this.#server.listeners('secureConnection');
    if (http === undefined) throw new Error('the HTTPS server takes no connections');
    this.#server.off('secureConnection', http as (socket: TLSSocket) => void);
    this.#server.on('secureConnection', (socket) => {
      if (this.#handlers?.connection?.(socket) !== true) Reflect.apply(http, this.#server, [socket]);
    });
  }

  #secure(identity: ServerIdentity): SecureContextOptions {
    return { ...identity, ca: this.#clientCa, minVersion: 'TLSv1.2' };
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#handlers) {
      this.#handlers.request(request, response);
      return;
    }
    response.writeHead(503, { 'retry-after': '1' }).end();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const upgrades = this.#handlers?.upgrades ?? {};
    const handler = Object.hasOwn(upgrades, path) ? upgrades[path] : undefined;
    if (!handler) {
      socket.destroy();
      return;
    }
    handler(request, socket, head).catch((thrown: unknown) => {
      const error = toDemarcError(thrown);
      this.#log.warn({ code: error.code, path }, `an upgrade was refused: ${error.message}`);
      refuseUpgrade(error, socket);
    });
  }
}
