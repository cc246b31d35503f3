import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { callbackify } from 'node:util';
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import { writeToStream } from 'mqtt-packet';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { joinWrites } from '#config/joined-writes.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import type { DeviceBus, DeviceHandler } from './device-bus.ts';
import { FRAME_LIMITS, FrameGuard } from './frame-guard.ts';
import { InFlight } from './in-flight.ts';
import { type Link, Links } from './links.ts';
import { ownSubscription, ownUpTopic } from './topic-rule.ts';

/** What the bus allows; times in milliseconds. */
export interface BusLimits {
  connections: number;
  /** Messages of one gateway that are being committed at a time. */
  inFlight: number;
  connectMs: number;
  /** A gateway must promise a sign of life at least this often. */
  keepaliveSeconds: number;
  /** How long a gateway may take nothing of what is sent to it. */
  drainMs: number;
  /** Bytes waiting for one gateway before it is cut off as too slow. */
  backlogBytes: number;
}

export const BUS_LIMITS: BusLimits = {
  connections: 20_000,
  inFlight: 32,
  connectMs: 5000,
  keepaliveSeconds: 1200,
  drainMs: 20_000,
  backlogBytes: 1024 * 1024,
};

export interface EmbeddedBusOptions {
  log: Log;
  /** Tells who is behind a client certificate. @throws DemarcError when that one may not come in */
  admit(socket: TLSSocket): Promise<GatewayAddress>;
  /** A gateway left its own topics; its connection is being closed. */
  violation(address: GatewayAddress, detail: string): void;
  limits?: Partial<BusLimits>;
}

// Else the first packet makes a buffer for every number of two bytes, and keeps these 65,536: 8 MiB.
writeToStream.cacheNumbers = false;

/**
 * The device bus inside the connector: an MQTT 3.1.1 broker behind WebSockets that routes nothing between gateways.
 * The client certificate is the identity, and a message is acknowledged only after the handler has committed it.
 */
export class EmbeddedBus implements DeviceBus {
  readonly #log: Log;
  readonly #options: EmbeddedBusOptions;
  readonly #limits: BusLimits;
  readonly #broker: Aedes;
  readonly #sockets: WebSocketServer;
  readonly #links = new Links((link, reason) => this.#tellEnd(link, reason));
  #handler: DeviceHandler | undefined;
  #stopping = false;

  constructor(options: EmbeddedBusOptions) {
    this.#options = options;
    this.#log = options.log.child({ part: 'bus' });
    this.#limits = { ...BUS_LIMITS, ...options.limits };
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_LIMITS.frame,
      maxFragments: 64,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    });
    this.#broker = this.#makeBroker();
  }

  async start(handler: DeviceHandler): Promise<void> {
    this.#handler = handler;
    await this.#broker.listen();
  }

  /**
   * Takes an HTTP upgrade to `/mqtt`.
   * @throws DemarcError when the connection is refused; the caller answers and closes the socket
   */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#stopping || this.#handler === undefined) throw new DemarcError('link.refused', 'not ready');
    if (this.#sockets.clients.size >= this.#limits.connections) throw new DemarcError('api.too-many-requests');
    if (!(socket instanceof TLSSocket)) throw new DemarcError('identity.required');
    const address = await this.#options.admit(socket);
    if (socket.destroyed || this.#stopping) return;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, socket, request, address));
  }

  async publish(topic: string, payload: string, options: { retain?: boolean } = {}): Promise<void> {
    const packet = {
      cmd: 'publish',
      qos: 1,
      dup: false,
      retain: options.retain ?? false,
      topic,
      payload: Buffer.from(payload),
    } as const;
    // Not awaited to the end: that would be when the gateway's socket has taken it, and a slow one must not hold us up.
    this.#broker.publish(packet, (error) => {
      if (error && !this.#stopping)
        this.#log.warn({ code: 'link.refused', err: error, topic }, 'a message was not sent');
    });
    this.#cutIfSlow(topic);
  }

  /** How many gateways are connected now. */
  get connections(): number {
    return this.#links.all().length;
  }

  disconnect(gateway: string, reason: string): void {
    const link = this.#links.current(gateway);
    if (!link) return;
    link.ending = reason;
    link.client.close();
  }

  isConnected(gateway: string): boolean {
    const link = this.#links.current(gateway);
    // The broker calls a client connected only some time after its CONNACK, which the gateway may have by then.
    return link?.cameUp === true && !link.client.closed;
  }

  /** Ends every connection, waiting (at most two seconds) for what is being committed. Wills do not count. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const idle = Promise.all(this.#links.all().map((link) => link.inFlight.idle()));
    await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    await new Promise<void>((resolve) => this.#broker.close(resolve));
    for (const webSocket of this.#sockets.clients) webSocket.terminate();
    this.#sockets.close();
    await this.#links.settled();
  }

  #makeBroker(): Aedes {
    const hooks: AedesOptions = {
      // No limit here: with one, a few gateways that read nothing would hold up the messages to all others.
      concurrency: 0,
      connectTimeout: this.#limits.connectMs,
      drainTimeout: this.#limits.drainMs,
      keepaliveLimit: this.#limits.keepaliveSeconds,
      preConnect: (client, packet, done) => {
        const link = this.#links.of(client);
        if (!link) return done(new Error('a connection that did not come through the listener'), false);
        // Sessions live in the store and are brought up again at every birth; the broker must keep none.
        packet.clean = true;
        if (packet.clientId !== link.address.gateway) {
          link.refusal = { returnCode: 2, detail: 'the client id is not the gateway’s' };
        } else if (packet.will && packet.will.topic !== topics.conn(link.address)) {
          link.refusal = { returnCode: 5, detail: `a will on ${packet.will.topic.slice(0, 200)}` };
        }
        done(null, true);
      },
      authenticate: (client, _user, _password, done) => {
        const link = this.#links.of(client);
        callbackify(() => this.#letIn(link))((error: unknown) => {
          if (error === null) return done(null, true);
          const { code, message } = toDemarcError(error);
          this.#log.warn({ code, gateway: link?.address.gateway }, message);
          done(Object.assign(new Error(message), { returnCode: link?.refusal?.returnCode ?? 5 }), false);
        });
      },
      authorizePublish: (client, packet, done) => {
        const link = this.#links.of(client);
        if (!link) return done(new Error('no gateway'));
        // The broker publishes a will only once its client is closed.
        const take = () => (link.client.closed ? this.#takeWill(link, packet) : this.#takeMessage(link, packet));
        callbackify(take)((error) => done(error));
      },
      authorizeSubscribe: (client, subscription, done) => {
        const link = this.#links.of(client);
        if (link && ownSubscription(link.address, subscription.topic)) return done(null, subscription);
        if (link) this.#violation(link, `subscribed to ${subscription.topic.slice(0, 200)}`);
        done(new Error('not its own topic'), null);
      },
    };
    const broker = new Aedes(hooks);
    const note = (client: Client, facts: Partial<Link>) => Object.assign(this.#links.of(client) ?? {}, facts);
    broker.on('client', (client) => note(client, { cameUp: true }));
    broker.on('keepaliveTimeout', (client) => note(client, { fault: 'no sign of life' }));
    for (const failure of ['clientError', 'connectionError'] as const) {
      broker.on(failure, (client, error) => {
        const link = this.#links.of(client);
        if (link) link.fault ??= error.message;
        this.#log.debug({ gateway: link?.address.gateway, err: error }, 'a device connection failed');
      });
    }
    broker.on('clientDisconnect', (client) => {
      const link = this.#links.of(client);
      if (link) this.#links.ended(link);
    });
    // Typed for its own events only; without a listener this one would end the process.
    (broker as NodeJS.EventEmitter).on('error', (error: unknown) =>
      this.#log.error({ code: 'internal', err: error }, 'the broker failed'),
    );
    return broker;
  }

  #serve(webSocket: WebSocket, socket: TLSSocket, request: IncomingMessage, address: GatewayAddress): void {
    socket.setNoDelay(true);
    const guard = new FrameGuard();
    webSocket.on('error', (error) => this.#log.debug({ gateway: address.gateway, err: error }, 'a WebSocket failed'));
    // Before the stream's own listener, so that a frame is judged before anything keeps it.
    webSocket.on('message', (data, isBinary) => {
      const problem = isBinary && Buffer.isBuffer(data) ? guard.take(data) : 'a text message';
      if (problem === undefined) return;
      this.#log.warn({ code: 'link.message-too-large', gateway: address.gateway }, `connection cut: ${problem}`);
      stream.destroy();
    });
    const stream = joinWrites(createWebSocketStream(webSocket, { highWaterMark: 64 * 1024 }));
    const client = this.#broker.handle(stream, request);
    const link: Link = { address, client, socket, stream, inFlight: new InFlight(this.#limits.inFlight) };
    this.#links.add(link);
    webSocket.once('close', () => {
      // Ends that the broker does not report, because the client never came up.
      if (this.#links.current(address.gateway) === link && !client.connected) this.#links.ended(link);
    });
  }

  /**
   * Lets a client in that has sent CONNECT. The identity is judged again, because a gateway may have been released since
   * its WebSocket opened.
   */
  async #letIn(link: Link | undefined): Promise<void> {
    if (!link || link.refusal) throw new DemarcError('identity.mismatch', link?.refusal?.detail);
    const { account, gateway } = await this.#options.admit(link.socket);
    const same = gateway === link.address.gateway && account === link.address.account;
    if (!same) throw new DemarcError('identity.mismatch');
    await this.#links.takeOver(link);
  }

  async #takeMessage(link: Link, packet: PublishPacket): Promise<void> {
    const topic = ownUpTopic(link.address, packet.topic);
    if (!topic || (packet.retain && topic.channel !== 'conn')) {
      this.#violation(link, `published ${packet.retain ? 'retained ' : ''}to ${packet.topic.slice(0, 200)}`);
      throw new DemarcError('link.wrong-account');
    }
    if (packet.qos === 2) throw new DemarcError('link.malformed', 'QoS 2 is not part of the contract');
    // Nobody can subscribe upwards: what is retained lives in the store, not in the broker's memory.
    packet.retain = false;
    const message = { topic, rawTopic: packet.topic, payload: Buffer.from(packet.payload) };
    await link.inFlight.run(() => this.#handle((handler) => handler.message(message)));
  }

  async #takeWill(link: Link, packet: PublishPacket): Promise<void> {
    if (this.#stopping || link.superseded || link.ending !== undefined)
      throw new DemarcError('link.refused', 'void will');
    // The broker does not wait for this at a disconnect; whoever tells the end does.
    link.will = this.#takeMessage(link, packet);
    await link.will;
  }

  /** Runs one call of the handler; what it throws is logged here, because the broker only closes the connection. */
  async #handle(call: (handler: DeviceHandler) => Promise<void>): Promise<void> {
    if (!this.#handler) throw new DemarcError('link.refused', 'not ready');
    try {
      await call(this.#handler);
    } catch (error) {
      this.#log.error({ code: toDemarcError(error).code, err: error }, 'what a gateway sent could not be stored');
      throw error;
    }
  }

  /** Never throws: what failed has been logged, and the store is told again at the next start. */
  async #tellEnd(link: Link, reason: string): Promise<void> {
    if (this.#stopping) return;
    await link.will?.catch(() => undefined);
    // Messages that were already taken are about a time before the end.
    await link.inFlight.idle();
    await this.#handle((handler) => handler.disconnected(link.address, reason)).catch(() => undefined);
  }

  #violation(link: Link, detail: string): void {
    link.ending = 'it used a topic that is not its own';
    this.#log.warn({ code: 'link.wrong-account', gateway: link.address.gateway, detail }, 'connection closed');
    this.#options.violation(link.address, detail);
  }

  #cutIfSlow(topic: string): void {
    const gateway = topic.split('/')[3] ?? '';
    const link = this.#links.current(gateway);
    if (link && link.stream.writableLength > this.#limits.backlogBytes) this.disconnect(gateway, 'it reads too slowly');
  }
}
