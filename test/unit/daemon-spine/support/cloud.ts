/** A stand-in for the cloud: HTTPS with client certificates, MQTT over WebSocket into a real broker, and faults. */
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { Conn, Envelope } from '#contract/envelope.ts';
import { parseTopic } from '#contract/topics.ts';
import type { TestCa } from './pki.ts';

export interface Received {
  topic: string;
  retain: boolean;
  envelope: Envelope;
}

/** What the next connections meet instead of the broker. */
export type Fault = { upgrade: number; headers?: Record<string, string>; body?: string } | { connack: number };

export class TestCloud implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly conns: Conn[] = [];
  readonly faults: Fault[] = [];
  /** Answers to HTTPS calls, by `METHOD path`. */
  readonly routes = new Map<string, (body: unknown, request: IncomingMessage) => unknown>();
  /** Subject of the client certificate of each connection that was taken. */
  readonly clients: (string | undefined)[] = [];
  /** The client certificate of each connection that was taken or met a fault, PEM. */
  readonly certificates: (string | undefined)[] = [];
  acknowledge = true;
  connections = 0;
  #seen = new Set<number>();
  #upTo = 0;
  #server: Server;
  #broker: Aedes;
  #sockets = new Set<Socket>();
  #cas: TestCa[];

  private constructor(server: Server, broker: Aedes, cas: TestCa[]) {
    this.#server = server;
    this.#broker = broker;
    this.#cas = cas;
  }

  static async start(ca: TestCa, port = 0): Promise<TestCloud> {
    const { certificate, key } = await ca.server();
    const server = createServer({ cert: certificate, key, ca: ca.pem, requestCert: true, rejectUnauthorized: false });
    const cloud = new TestCloud(server, await Aedes.createBroker(), [ca]);
    await cloud.#listen(port);
    return cloud;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A new cloud process on the same port, whose broker remembers nothing. Numbers that are committed stay known. */
  async restart(): Promise<void> {
    const { port } = this;
    await this.#close();
    const ca = this.#cas[0];
    if (ca === undefined) throw new Error('no CA');
    const { certificate, key } = await ca.server();
    this.#server = createServer({ cert: certificate, key, ca: ca.pem, requestCert: true, rejectUnauthorized: false });
    this.#broker = await Aedes.createBroker();
    await this.#listen(port);
  }

  publish(topic: string, payload: string, retain = false): Promise<void> {
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain, dup: false } as const;
    return new Promise((resolve, reject) => {
      this.#broker.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await new Promise<void>((resolve) => {
      this.#broker.close(() => resolve());
    });
  }

  async #listen(port: number): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('upgrade', (request: IncomingMessage, socket: TLSSocket, head: Buffer) => {
      this.connections += 1;
      socket.on('error', () => undefined);
      this.certificates.push(socket.getPeerX509Certificate()?.toString());
      const fault = this.faults.shift();
      if (fault !== undefined && 'upgrade' in fault) {
        const headers = Object.entries(fault.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.end(`HTTP/1.1 ${fault.upgrade} No\r\n${headers.join('')}connection: close\r\n\r\n${fault.body ?? ''}`);
        return;
      }
      if (!socket.authorized || request.url !== '/mqtt') {
        socket.end('HTTP/1.1 403 No\r\nconnection: close\r\n\r\n{"code":"identity.untrusted"}');
        return;
      }
      const subject = socket.getPeerX509Certificate()?.subject;
      sockets.handleUpgrade(request, socket, head, (web) => {
        const stream: Duplex = createWebSocketStream(web);
        stream.on('error', () => undefined);
        if (fault !== undefined) {
          stream.once('data', () => stream.write(Buffer.from([0x20, 0x02, 0x00, fault.connack])));
          return;
        }
        this.clients.push(subject);
        this.#broker.handle(stream, request);
      });
    });
    this.#server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const route = this.routes.get(`${request.method} ${request.url}`);
        const text = Buffer.concat(chunks).toString('utf8');
        const answer = async () => {
          const found = await route?.(text === '' ? undefined : JSON.parse(text), request);
          const { status = found === undefined ? 404 : 200, ...body } = (found ?? {}) as { status?: number };
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body));
        };
        void answer();
      });
    });
    this.#broker.on('publish', (packet, client) => {
      if (client) this.#take(packet.topic, packet.payload.toString(), packet.retain);
      else if (packet.topic.endsWith('/up/conn')) this.conns.push(Conn.parse(JSON.parse(packet.payload.toString())));
    });
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  #take(topic: string, payload: string, retain: boolean): void {
    const parsed = parseTopic(topic);
    if (parsed === undefined) throw new Error(`a topic that is not ours: ${topic}`);
    if (parsed.channel === 'conn') {
      const conn = Conn.parse(JSON.parse(payload));
      this.conns.push(conn);
      if (!conn.online) return;
      this.#upTo = Math.max(this.#upTo, conn.outbox.low - 1);
      if (this.acknowledge) this.#sayUpTo(topic);
      return;
    }
    const envelope = Envelope.parse(JSON.parse(payload));
    this.received.push({ topic, retain, envelope });
    this.#seen.add(envelope.seq);
    while (this.#seen.delete(this.#upTo + 1)) this.#upTo += 1;
    if (this.acknowledge && this.#upTo >= envelope.seq) this.#sayUpTo(topic);
  }

  #sayUpTo(topic: string): void {
    const [, , account, gateway] = topic.split('/');
    void this.publish(`demarc/1/${account}/${gateway}/down/ack`, JSON.stringify({ upTo: this.#upTo }));
  }
}

/** A TCP way that can be cut. */
export async function tcpWay(target: () => number): Promise<AsyncDisposable & { port: number; cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((near) => {
    const far = connect(target(), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
