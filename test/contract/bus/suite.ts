/** What every DeviceBus must do, tried with the real MQTT client over TLS and WebSocket with real client certificates. */
import { connect as tcpConnect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { DeviceBus, DeviceMessage } from '#connector/bus/device-bus.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import { until } from '#test/support/program.ts';

/** A gateway as the cloud has issued it. */
export interface TestGateway {
  address: GatewayAddress;
  cert: string;
  key: string;
}

/** What the bus has told its handler, and how the handler is to answer. */
export interface Told {
  messages: DeviceMessage[];
  disconnected: { gateway: string; reason: string }[];
  /** Called for every message; what it throws, the handler throws. */
  answer: (message: DeviceMessage) => Promise<void>;
}

/** A started bus with what belongs to it. */
export interface BusUnderTest extends AsyncDisposable {
  bus: DeviceBus;
  port: number;
  ca: string;
  told: Told;
  violations: string[];
  gateway(): Promise<TestGateway>;
  expiredGateway(): Promise<TestGateway>;
  strangersGateway(): Promise<TestGateway>;
  revoke(gateway: TestGateway): Promise<void>;
}

type Way = Partial<IClientOptions>;

function connect(
  under: BusUnderTest,
  gateway: TestGateway | undefined,
  options: Way = {},
): MqttClient & AsyncDisposable {
  const client = mqtt.connect(`wss://127.0.0.1:${under.port}/mqtt`, {
    clientId: gateway?.address.gateway ?? 'nobody',
    ca: under.ca,
    ...(gateway && { cert: gateway.cert, key: gateway.key }),
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 8000,
    keepalive: 30,
    ...options,
  });
  client.on('error', () => undefined);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true).then(() => undefined) });
}

const connected = (client: MqttClient) =>
  new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed before it was connected')));
  });

const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

const outcome = (client: MqttClient): Promise<string> =>
  connected(client).then(
    () => 'connected',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

async function online(under: BusUnderTest, options: Way = {}) {
  const gateway = await under.gateway();
  const client = connect(under, gateway, options);
  await connected(client);
  return { gateway, client, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** A WebSocket with the gateway's certificate on which the test writes its own bytes. */
async function rawSocket(under: BusUnderTest, gateway: TestGateway) {
  const socket = new WebSocket(`wss://127.0.0.1:${under.port}/mqtt`, ['mqtt'], {
    ca: under.ca,
    cert: gateway.cert,
    key: gateway.key,
  });
  socket.on('error', () => undefined);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, ended, [Symbol.asyncDispose]: async () => socket.terminate() };
}

/** The fixed header of a PUBLISH (or CONNECT) that claims so many bytes. */
function header(type: number, length: number): Buffer {
  const bytes = [type];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** CONNECT of MQTT 3.1.1 with a clean session and 30 s of keep-alive (section 3.1). */
function connectPacket(gateway: TestGateway): Buffer {
  const id = Buffer.from(gateway.address.gateway);
  const body = Buffer.concat([Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 30, 0, id.length]), id]);
  return Buffer.concat([header(0x10, body.length), body]);
}

/** SUBSCRIBE with QoS 1 (section 3.8). */
function subscribePacket(filter: string): Buffer {
  const body = Buffer.concat([Buffer.from([0, 1, 0, filter.length]), Buffer.from(filter), Buffer.from([1])]);
  return Buffer.concat([header(0x82, body.length), body]);
}

/** Runs the contract over one implementation. */
export function deviceBusSuite(name: string, start: () => Promise<BusUnderTest>): void {
  describe(`${name} keeps the contract of the device bus`, () => {
    it('acknowledges a message only after the handler has taken it', async () => {
      await using under = await start();
      const held = Promise.withResolvers<void>();
      under.told.answer = () => held.promise;
      await using peer = await online(under);
      let acknowledged = false;
      const published = peer.client
        .publishAsync(topics.event(peer.gateway.address), '{"x":1}', { qos: 1 })
        .finally(() => {
          acknowledged = true;
        });
      await until('the message arrives', 5000, () => under.told.messages.length === 1);
      await sleep(200);
      expect(acknowledged).toBe(false);
      held.resolve();
      await published;
      expect(under.told.messages[0]).toMatchObject({
        topic: { ...peer.gateway.address, channel: 'event' },
        rawTopic: topics.event(peer.gateway.address),
      });
      expect(Buffer.from(under.told.messages[0]?.payload ?? []).toString()).toBe('{"x":1}');
    });

    it('does not acknowledge what the handler could not store, and takes it again after a reconnect', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      under.told.answer = () => Promise.reject(new Error('the disk is full'));
      let acknowledged = false;
      {
        await using first = connect(under, gateway);
        await connected(first);
        first.publish(topics.event(gateway.address), 'again', { qos: 1 }, (error) => {
          acknowledged = !error;
        });
        await closed(first);
      }
      expect(acknowledged).toBe(false);
      under.told.answer = () => Promise.resolve();
      await using second = connect(under, gateway);
      await connected(second);
      await second.publishAsync(topics.event(gateway.address), 'again', { qos: 1 });
      expect(under.told.messages).toHaveLength(2);
    });

    it('hands a gateway’s messages over in their order, a bounded number at a time', async () => {
      await using under = await start();
      let running = 0;
      let most = 0;
      under.told.answer = async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(2);
        running -= 1;
      };
      await using peer = await online(under);
      const texts = Array.from({ length: 300 }, (_, n) => String(n));
      await Promise.all(
        texts.map((text) => peer.client.publishAsync(topics.event(peer.gateway.address), text, { qos: 1 })),
      );
      expect(under.told.messages.map(({ payload }) => Buffer.from(payload).toString())).toEqual(texts);
      expect(most).toBeLessThanOrEqual(32);
      expect(most).toBeGreaterThan(1);
    });

    it.each([
      [
        'another gateway’s topic',
        (own: GatewayAddress, other: GatewayAddress) => topics.event({ ...own, gateway: other.gateway }),
      ],
      [
        'another account’s topic',
        (own: GatewayAddress, other: GatewayAddress) => topics.event({ ...own, account: other.account }),
      ],
      ['a downward topic of its own', (own: GatewayAddress) => topics.ack(own)],
      ['a topic outside the contract', (own: GatewayAddress) => `demarc/1/${own.account}/${own.gateway}/up/other`],
      ['a system topic', () => '$SYS/x/new/clients'],
    ])('closes the connection of a gateway that publishes to %s', async (_what, topicOf) => {
      await using under = await start();
      const other = await under.gateway();
      await using peer = await online(under);
      const end = closed(peer.client);
      peer.client.publish(topicOf(peer.gateway.address, other.address), 'x', { qos: 1 });
      await end;
      expect(under.told.messages).toEqual([]);
      expect(under.violations).toEqual([peer.gateway.address.gateway]);
    });

    it.each(['#', 'demarc/1/#', '$share/x/demarc/1/#', 'demarc/1/+/+/down/#'])(
      'never lets a gateway subscribe to %s',
      async (filter) => {
        await using under = await start();
        const other = await under.gateway();
        await using peer = await online(under);
        const received: string[] = [];
        peer.client.on('message', (topic) => received.push(topic));
        await expect(peer.client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
        await under.bus.publish(topics.ask(other.address), 'x');
        await sleep(100);
        expect(received).toEqual([]);
      },
    );

    it('never lets a gateway subscribe to what is sent to another', async () => {
      await using under = await start();
      const other = await under.gateway();
      await using peer = await online(under);
      await expect(peer.client.subscribeAsync(topics.allDown(other.address), { qos: 1 })).rejects.toThrow();
    });

    it('brings what is published to the gateway, and what is retained to one that comes later', async () => {
      await using under = await start();
      await using peer = await online(under);
      const received: string[] = [];
      peer.client.on('message', (topic, payload) => received.push(`${topic} ${payload.toString()}`));
      const { address } = peer.gateway;
      await under.bus.publish(topics.want(address), 'settings', { retain: true });
      await peer.client.subscribeAsync(topics.allDown(address), { qos: 1 });
      await under.bus.publish(topics.ack(address), 'ack');
      await until('both arrive', 5000, () => received.length === 2);
      expect(received.sort()).toEqual([`${topics.ack(address)} ack`, `${topics.want(address)} settings`]);
    });

    it('tells that a gateway has gone, after its will', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      const will = { topic: topics.conn(gateway.address), payload: 'gone', qos: 1 as const, retain: true };
      const client = connect(under, gateway, { will });
      await connected(client);
      expect(under.bus.isConnected(gateway.address.gateway)).toBe(true);
      client.stream.destroy();
      await until('the end is told', 5000, () => under.told.disconnected.length === 1);
      expect(under.told.messages.map(({ rawTopic }) => rawTopic)).toEqual([topics.conn(gateway.address)]);
      expect(under.bus.isConnected(gateway.address.gateway)).toBe(false);
      await client[Symbol.asyncDispose]();
    });

    it('tells the end of a gateway that says good-bye, without its will', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      const will = { topic: topics.conn(gateway.address), payload: 'gone', qos: 1 as const, retain: true };
      const client = connect(under, gateway, { will });
      await connected(client);
      await client.endAsync();
      await until('the end is told', 5000, () => under.told.disconnected.length === 1);
      expect(under.told.messages).toEqual([]);
    });

    it('refuses a will on any topic but the gateway’s own conn', async () => {
      await using under = await start();
      const other = await under.gateway();
      const gateway = await under.gateway();
      const will = { topic: topics.conn(other.address), payload: 'gone', qos: 1 as const, retain: true };
      await using client = connect(under, gateway, { will });
      expect(await outcome(client)).not.toBe('connected');
    });

    it('lets a newer connection take over without telling that the gateway has gone', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      const will = { topic: topics.conn(gateway.address), payload: 'gone', qos: 1 as const, retain: true };
      await using old = connect(under, gateway, { will });
      await connected(old);
      const end = closed(old);
      await using young = connect(under, gateway, { will });
      await connected(young);
      await end;
      await young.publishAsync(topics.event(gateway.address), 'still here', { qos: 1 });
      expect(under.told.disconnected).toEqual([]);
      expect(under.told.messages.map(({ rawTopic }) => rawTopic)).toEqual([topics.event(gateway.address)]);
      expect(under.bus.isConnected(gateway.address.gateway)).toBe(true);
    });

    it('stays with one of many connections that come at once for one gateway', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      const clients = Array.from({ length: 6 }, () => connect(under, gateway));
      await Promise.all(clients.map((client) => outcome(client)));
      await until('one is left', 5000, () => clients.filter((client) => client.connected).length === 1);
      expect(under.bus.isConnected(gateway.address.gateway)).toBe(true);
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
      await until('its end is told once', 5000, () => under.told.disconnected.length === 1);
    });

    it('ends a gateway’s connection when told to', async () => {
      await using under = await start();
      await using peer = await online(under);
      const end = closed(peer.client);
      under.bus.disconnect(peer.gateway.address.gateway, 'the gateway was released');
      await end;
      await until('the end is told', 5000, () => under.told.disconnected.length === 1);
      expect(under.told.disconnected[0]?.reason).toBe('the gateway was released');
    });

    it('refuses a connection without a certificate', async () => {
      await using under = await start();
      await using client = connect(under, undefined);
      expect(await outcome(client)).not.toBe('connected');
    });

    it('refuses a certificate that another CA has issued', async () => {
      await using under = await start();
      await using client = connect(under, await under.strangersGateway());
      expect(await outcome(client)).not.toBe('connected');
    });

    it('refuses a revoked certificate', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      await under.revoke(gateway);
      await using client = connect(under, gateway);
      expect(await outcome(client)).not.toBe('connected');
    });

    it('refuses an expired certificate', async () => {
      await using under = await start();
      await using client = connect(under, await under.expiredGateway());
      expect(await outcome(client)).not.toBe('connected');
    });

    it('refuses a client id that is not the certificate’s gateway', async () => {
      await using under = await start();
      const other = await under.gateway();
      await using client = connect(under, await under.gateway(), { clientId: other.address.gateway });
      expect(await outcome(client)).not.toBe('connected');
      expect(under.told.disconnected).toEqual([]);
    });

    it('cuts a packet of 10 MB by its header, and goes on with the others', async () => {
      await using under = await start();
      await using good = await online(under);
      const before = process.memoryUsage().rss;
      const gateway = await under.gateway();
      await using raw = await rawSocket(under, gateway);
      raw.socket.send(connectPacket(gateway));
      raw.socket.send(header(0x32, 10_000_000));
      const chunk = Buffer.alloc(100_000);
      for (let n = 0; n < 100 && raw.socket.readyState === WebSocket.OPEN; n += 1) raw.socket.send(chunk);
      await raw.ended;
      expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
      await good.client.publishAsync(topics.event(good.gateway.address), 'x', { qos: 1 });
      expect(under.told.messages).toHaveLength(1);
    });

    it('cuts a CONNECT that claims 256 MB before it is read', async () => {
      await using under = await start();
      await using raw = await rawSocket(under, await under.gateway());
      raw.socket.send(header(0x10, 256_000_000));
      await raw.ended;
    });

    it('cuts garbage, text and anything before CONNECT', async () => {
      await using under = await start();
      const gateway = await under.gateway();
      for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.alloc(50, 0xff), 'text', header(0x32, 10)]) {
        await using raw = await rawSocket(under, gateway);
        raw.socket.send(bytes);
        await raw.ended;
      }
      await using client = connect(under, gateway);
      expect(await outcome(client)).toBe('connected');
    });

    it('survives bytes that are not TLS, and TLS that is not HTTP', async () => {
      await using under = await start();
      const plain = tcpConnect(under.port, '127.0.0.1');
      plain.on('error', () => undefined).resume();
      plain.end('\u0000\u0001 nonsense\r\n\r\n'.repeat(100));
      const tls = tlsConnect({ port: under.port, host: '127.0.0.1', ca: under.ca });
      tls.on('error', () => undefined).resume();
      tls.end(Buffer.alloc(5000, 0xab));
      await Promise.all([plain, tls].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
      await using peer = await online(under);
      expect(peer.client.connected).toBe(true);
    });

    it('cuts a connection whose CONNECT does not come in time', async () => {
      await using under = await start();
      await using raw = await rawSocket(under, await under.gateway());
      const begun = Date.now();
      raw.socket.send(Buffer.from([0x10]));
      await raw.ended;
      expect(Date.now() - begun).toBeLessThan(8000);
    });

    it('cuts a gateway that reads nothing, and keeps nobody else waiting', async () => {
      await using under = await start();
      await using good = await online(under);
      await good.client.subscribeAsync(topics.allDown(good.gateway.address), { qos: 1 });
      const slow = await under.gateway();
      await using raw = await rawSocket(under, slow);
      raw.socket.send(connectPacket(slow));
      raw.socket.send(subscribePacket(topics.allDown(slow.address)));
      await until('it is connected', 5000, () => under.bus.isConnected(slow.address.gateway));
      await sleep(50);
      raw.socket.pause();
      const payload = 'x'.repeat(60_000);
      for (let n = 0; n < 400 && under.bus.isConnected(slow.address.gateway); n += 1) {
        await under.bus.publish(topics.ask(slow.address), payload);
        await sleep(1);
      }
      const received = new Promise((resolve) => good.client.once('message', resolve));
      await under.bus.publish(topics.ask(good.gateway.address), 'x');
      await received;
      await until('the slow one is cut', 5000, () => !under.bus.isConnected(slow.address.gateway));
    });

    it('stops in order while gateways are connected', async () => {
      await using under = await start();
      await using peer = await online(under);
      const end = closed(peer.client);
      await under.bus.stop();
      await end;
      expect(under.bus.isConnected(peer.gateway.address.gateway)).toBe(false);
    });
  });
}
