import type { Server, Socket } from 'node:net';

/**
 * The connections that a server has, also those in the middle of their TLS handshake: `closeAllConnections` does not know
 * these, and `close` waits for them.
 */
export class OpenSockets {
  readonly #open = new Set<Socket>();

  /** To be made before it listens. */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** Cuts them all. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
