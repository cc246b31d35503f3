import { connect, type MqttClient, UniqueMessageIdProvider } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import { WebSocket } from 'ws';
import { joinWrites } from '#config/joined-writes.ts';
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CloudWay } from './cloud-way.ts';
import { connectionError, refusal } from './connection-errors.ts';

export interface ConnectionOptions {
  way: CloudWay;
  clientId: string;
  keepaliveSeconds: number;
  connectTimeoutMs: number;
  will: { topic: string; payload: string };
  /** Takes one message; the broker is told that it arrived when this has resolved. Must not throw. */
  onMessage: (topic: string, payload: Uint8Array) => Promise<void>;
  now: () => number;
  /** Gives the try up. */
  signal: AbortSignal;
}

/** One MQTT connection, from CONNACK to its end. It never connects again by itself. */
export interface BrokerConnection {
  subscribe(topic: string): Promise<void>;
  /** QoS 1; resolves with the PUBACK, rejects when the connection ends before. */
  publish(topic: string, payload: string, options?: { retain: boolean }): Promise<void>;
  /** Resolves when the connection has ended, with the reason; never rejects. */
  readonly ended: Promise<DemarcError>;
  /** Ends it; `clean` tells the broker, so that it does not send the will. */
  end(clean: boolean): Promise<void>;
}

/** Down messages are small; whoever sends more is not our cloud. */
const MAX_INCOMING_BYTES = 4 * MAX_MESSAGE_BYTES;
const MAX_REFUSAL_BYTES = 4096;

// Else the first packet makes a buffer for every number of two bytes, and keeps these 65,536: 8 MiB.
writeToStream.cacheNumbers = false;

/**
 * Opens MQTT 3.1.1 over WebSocket (RFC 6455) with MQTT.js as transport only: no reconnecting, no store, no session.
 * @throws DemarcError of `connectionError`; a RefusedError when the upgrade was refused
 */
export async function openConnection(options: ConnectionOptions): Promise<BrokerConnection> {
  const { way, now } = options;
  let refused: DemarcError | undefined;
  let failure: unknown;
  const createWebsocket = (url: string, protocols: string[]) => {
    const socket = new WebSocket(url, protocols, {
      agent: way.agent,
      ...way.tls,
      maxPayload: MAX_INCOMING_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: options.connectTimeoutMs,
    });
    // MQTT.js passes on only some of the socket's errors.
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.on('unexpected-response', (_request, answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, MAX_REFUSAL_BYTES);
      });
      answer.once('close', () => {
        const { proxy, proxyStatus } = way.circumstances();
        refused =
          proxy !== undefined && proxyStatus !== 200
            ? connectionError(new Error('CONNECT refused'), { proxy, proxyStatus })
            : refusal(answer.statusCode ?? 0, answer.headers['retry-after'], body, now());
        socket.terminate();
      });
    });
    return socket;
  };
  const path = `${way.url.pathname.replace(/\/$/, '')}/mqtt`;
  const client = connect(new URL(path, way.url).href.replace(/^https/, 'wss'), {
    protocolVersion: 4,
    clientId: options.clientId,
    clean: true,
    keepalive: options.keepaliveSeconds,
    connectTimeout: options.connectTimeoutMs,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    messageIdProvider: new UniqueMessageIdProvider(),
    will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1, retain: true },
    createWebsocket,
  });
  joinWrites(client.stream);
  client.handleMessage = (packet, done) => {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const take = async () => {
      await options.onMessage(packet.topic, payload);
      done();
    };
    void take();
  };
  client.on('error', (error) => {
    failure ??= error;
    // After an error CONNACK the library leaves the socket open and does nothing.
    client.end(true);
  });
  const giveUp = () => client.end(true);
  options.signal.addEventListener('abort', giveUp, { once: true });
  const ended = new Promise<DemarcError>((resolve) => {
    client.once('close', () => {
      options.signal.removeEventListener('abort', giveUp);
      // ws reports the refusal as a plain error too; what the answer said is better.
      resolve(refused ?? classify(failure, way) ?? new DemarcError('link.unreachable', 'the connection was cut'));
    });
  });
  const connected = new Promise<void>((resolve) => {
    client.once('connect', () => resolve());
  });
  const outcome = await Promise.race([connected, ended]);
  options.signal.removeEventListener('abort', giveUp);
  if (outcome instanceof DemarcError) {
    client.end(true);
    way.close();
    throw outcome;
  }
  return new OpenConnection(client, ended, way);
}

function classify(failure: unknown, way: CloudWay): DemarcError | undefined {
  if (failure === undefined) return undefined;
  if (failure instanceof Error && failure.message.startsWith('Connection refused')) {
    return new DemarcError('link.refused', failure.message, { cause: failure });
  }
  return connectionError(failure, way.circumstances());
}

class OpenConnection implements BrokerConnection {
  readonly ended: Promise<DemarcError>;
  readonly #client: MqttClient;
  readonly #way: CloudWay;
  /** MQTT.js forgets some callbacks when a connection breaks, so every wait also ends with it. */
  readonly #waiting = new Set<(error: DemarcError) => void>();
  #error: DemarcError | undefined;

  constructor(client: MqttClient, ended: Promise<DemarcError>, way: CloudWay) {
    this.#client = client;
    this.#way = way;
    this.ended = this.#rejectAllAfter(ended);
  }

  subscribe(topic: string): Promise<void> {
    return this.#orEnded(() => this.#client.subscribeAsync(topic, { qos: 1 }));
  }

  publish(topic: string, payload: string, options?: { retain: boolean }): Promise<void> {
    return this.#orEnded(() => this.#client.publishAsync(topic, payload, { qos: 1, retain: options?.retain ?? false }));
  }

  async end(clean: boolean): Promise<void> {
    this.#client.end(!clean);
    await this.ended;
    this.#way.close();
  }

  async #rejectAllAfter(ended: Promise<DemarcError>): Promise<DemarcError> {
    const error = await ended;
    this.#error = error;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    return error;
  }

  #orEnded(work: () => Promise<unknown>): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise<void>((resolve, reject) => {
      this.#waiting.add(reject);
      const settle = async () => {
        try {
          await work();
          resolve();
        } catch (error) {
          reject(error);
        } finally {
          this.#waiting.delete(reject);
        }
      };
      void settle();
    });
  }
}
