/** An endpoint under the cloud's own name and certificate that behaves as a cloud must not. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { freePort } from '#test/support/program.ts';
import type { Site } from '#test/support/site.ts';

/** What it does: an error in MQTT's answer (3.1.1 section 3.2.2.3), no answer at all, or one byte now and then. */
export type Behaviour = { connack: number } | 'silent' | 'dripping';

/** Milliseconds between two bytes of a dripping answer. */
const DRIP_MS = 200;

export class RefusingCloud implements AsyncDisposable {
  readonly port: number;
  /** Connections so far. */
  asked = 0;
  readonly #server: Server | TcpServer;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server | TcpServer, port: number) {
    this.#server = server;
    this.port = port;
    server.on('connection', (socket: Socket) => {
      this.asked += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(site: Site, behaviour: Behaviour): Promise<RefusingCloud> {
    const port = await freePort();
    const server = behaviour === 'silent' ? createTcpServer() : await impostor(site, behaviour);
    const cloud = new RefusingCloud(server, port);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return cloud;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function impostor(site: Site, behaviour: { connack: number } | 'dripping'): Promise<Server> {
  const pem = await readFile(join(site.folder, 'connector', 'server.pem'), 'utf8');
  const ca = await readFile(site.connector.caFile, 'utf8');
  const server = createServer({ cert: `${pem}${ca}`, key: pem, ca, requestCert: true, rejectUnauthorized: false });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (behaviour !== 'dripping') {
      sockets.handleUpgrade(request, socket, head, (web) => {
        web.on('error', () => undefined);
        web.once('message', () => web.send(Buffer.from([0x20, 0x02, 0x00, behaviour.connack])));
      });
      return;
    }
    socket.on('error', () => undefined);
    const answer = `HTTP/1.1 101 Switching Protocols\r\nx-fill: ${'x'.repeat(10_000)}`;
    let at = 0;
    const drip = setInterval(() => socket.write(answer.charAt(at++)), DRIP_MS);
    socket.once('close', () => clearInterval(drip));
  });
  return server;
}
