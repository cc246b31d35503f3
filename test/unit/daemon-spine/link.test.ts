import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import type { CommandCancel, CommandMessage } from '#contract/commands.ts';
import type { Ask } from '#contract/envelope.ts';
import type { Want } from '#contract/sections.ts';
import { backoff, LINK_BACKOFF } from '#daemon/link/backoff.ts';
import { CloudLink, type CloudLinkOptions } from '#daemon/link/cloud-link.ts';
import type { CloudTarget } from '#daemon/link/cloud-way.ts';
import { connectionError, retryAfterMs } from '#daemon/link/connection-errors.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import type { NewRecord } from '#daemon/outbox/outbox.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { TestCloud, tcpWay } from './support/cloud.ts';
import { recordedLog } from './support/log.ts';
import { TestCa } from './support/pki.ts';

const ACCOUNT = '01K00000000000000000000ACC';
const GATEWAY = '01K0000000000000000000GATE'.replace('GATE', 'GATW');
const COMMAND = '01K00000000000000000000CMD';
const down = (rest: string) => `demarc/1/${ACCOUNT}/${GATEWAY}/down/${rest}`;

let ca: TestCa;
let client: { certificate: string; key: string };
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  ca = await TestCa.make();
  client = await ca.client(GATEWAY);
  folder = await temporaryFolder('link');
  await writeFile(join(folder.path, 'ca.pem'), ca.pem);
});
afterAll(() => folder[Symbol.asyncDispose]());

const event = (n: number): NewRecord => ({ class: 'event', to: { channel: 'event' }, kind: 'event', data: { n } });

async function gateway(target: CloudTarget | undefined, overrides: Partial<CloudLinkOptions> = {}) {
  const own = await temporaryFolder('gateway');
  const recorded = recordedLog();
  const store = await DaemonStore.open({ folder: own.path, log: recorded.log, clock: systemClock });
  const outbox = await DurableOutbox.open({ store, boot: 1, clock: systemClock, log: recorded.log });
  const waits: number[] = [];
  const commands: (CommandMessage | CommandCancel)[] = [];
  const asks: Ask[] = [];
  const wants: Want[] = [];
  const link = new CloudLink({
    outbox,
    boot: 1,
    clock: systemClock,
    random: () => 0.5,
    log: recorded.log,
    target: () => target,
    identity: () => Promise.resolve({ account: ACCOUNT, gateway: GATEWAY, ...client, candidate: false }),
    birth: () => ({ version: '1.2.3', capabilities: ['users'] }),
    firstAckMs: 100,
    onCommand: async (message) => {
      commands.push(message);
    },
    onAsk: async (ask) => {
      asks.push(ask);
    },
    onWant: async (want) => {
      wants.push(want);
    },
    wait: (ms, signal) => {
      waits.push(ms);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, 5);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(new Error('woken'));
        });
      });
    },
    ...overrides,
  });
  return {
    ...recorded,
    link,
    outbox,
    waits,
    commands,
    asks,
    wants,
    [Symbol.asyncDispose]: async () => {
      await link.stop();
      await store.close();
      await own[Symbol.asyncDispose]();
    },
  };
}

const trusting = (cloud: { url: string }): CloudTarget => ({ url: cloud.url, caFile: join(folder.path, 'ca.pem') });
const isOnline = ({ link }: { link: CloudLink }) => link.status().state === 'online';

describe('waits between tries', () => {
  test('each is between the shortest and a ceiling that doubles up to five minutes', () => {
    const highest = backoff(LINK_BACKOFF, () => 0.999999999);
    const lowest = backoff(LINK_BACKOFF, () => 0);
    expect(Array.from({ length: 10 }, () => Math.round(highest.next().value / 1000))).toEqual([
      2, 4, 8, 16, 32, 64, 128, 256, 300, 300,
    ]);
    expect(Array.from({ length: 3 }, () => lowest.next().value)).toEqual([1000, 1000, 1000]);
  });

  test('property: never shorter than a second, never longer than five minutes', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1 }), (numbers) => {
        let n = 0;
        const waits = backoff(LINK_BACKOFF, () => numbers[n++ % numbers.length] ?? 0);
        for (let k = 0; k < 30; k += 1) {
          const wait = waits.next().value;
          expect(wait).toBeGreaterThanOrEqual(1000);
          expect(wait).toBeLessThanOrEqual(300_000);
        }
      }),
    );
  });

  test('Retry-After in seconds, as a date, in the past, garbage, and far too long', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000);
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('soon', now)).toBeUndefined();
    expect(retryAfterMs('99999999', now)).toBe(3_600_000);
  });
});

test.each([
  ['ENOTFOUND', 'link.dns'],
  ['EAI_AGAIN', 'link.dns'],
  ['ECONNREFUSED', 'link.unreachable'],
  ['ETIMEDOUT', 'link.unreachable'],
  ['ECONNRESET', 'link.unreachable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'check.tls-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'check.tls-untrusted'],
  ['CERT_HAS_EXPIRED', 'check.tls-expired'],
  ['CERT_NOT_YET_VALID', 'check.tls-expired'],
  ['CERT_CHAIN_TOO_LONG', 'link.tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'check.tls-name'],
  ['EPROTO', 'link.tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'link.tls'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'identity.expired'],
])('%s means %s', (code, expected) => {
  const error = Object.assign(new Error('x'), { code });
  expect(connectionError(error).code).toBe(expected);
  expect(connectionError(new AggregateError([error])).code).toBe(expected);
  expect(connectionError(error, { proxy: 'p:1' }).code).toBe('link.proxy');
  expect(connectionError(error, { proxy: 'p:1', proxyStatus: 407 }).code).toBe('link.proxy-auth');
  expect(connectionError(error, { proxy: 'p:1', proxyStatus: 403 }).code).toBe('link.proxy');
  expect(connectionError(error, { proxy: 'p:1', proxyStatus: 200 }).code).toBe(expected);
});

describe('a connection', () => {
  test('says its birth, sends what waits, most urgent first, and forgets it only when the cloud says so', async () => {
    await using cloud = await TestCloud.start(ca);
    await using it = await gateway(trusting(cloud));
    cloud.acknowledge = false;
    await it.outbox.append([
      { class: 'bulk', to: { channel: 'users', run: COMMAND, n: 0 }, kind: 'users.header', data: {} },
      { class: 'state', to: { channel: 'state', section: 'gateway' }, kind: 'section', data: {} },
      event(1),
      { class: 'result', to: { channel: 'result', command: COMMAND }, kind: 'result', data: {} },
    ]);
    it.link.start();
    await until('all are there', 15_000, () => cloud.received.length === 4);
    expect(cloud.conns).toMatchObject([
      {
        online: true,
        boot: 1,
        conn: 1,
        version: '1.2.3',
        capabilities: ['users'],
        outbox: { low: 1, next: 5, records: 4 },
      },
    ]);
    expect(cloud.received.map(({ topic }) => topic.split('/').slice(4).join('/'))).toEqual([
      `up/result/${COMMAND}`,
      'up/event',
      'up/state/gateway',
      `up/users/${COMMAND}/0`,
    ]);
    expect(cloud.received.some(({ retain }) => retain)).toBe(false);
    expect(cloud.clients).toEqual([`CN=${GATEWAY}`]);
    expect(it.outbox.state().records).toBe(4);
    await cloud.publish(down('ack'), '{"upTo":3}');
    await until('trimmed', 15_000, () => it.outbox.state().records === 1);
    await it.outbox.append([event(2)]);
    await until('the new one is sent without being asked for', 15_000, () => cloud.received.length === 5);
  });

  test('commands, wants and asks arrive typed; garbage is logged and ignored', async () => {
    await using cloud = await TestCloud.start(ca);
    await using it = await gateway(trusting(cloud));
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
    await cloud.publish(down('want'), 'no JSON');
    await cloud.publish(down('want'), '{"version":"x"}');
    await cloud.publish(down('ack'), '{"upTo":-1}');
    await cloud.publish(down('nonsense'), '{}');
    await cloud.publish(down(`cmd/${COMMAND}`), '{"v":1}');
    await cloud.publish(down('ask'), Buffer.from([0xff, 0xfe]).toString('latin1'));
    const command = {
      v: 1,
      id: COMMAND,
      name: 'pbx.sync',
      args: {},
      issuer: { id: 'a', name: 'A' },
      issuedAt: '2026-01-01T00:00:00.000Z',
      deadlineAt: '2026-01-01T00:00:00.000Z',
    };
    await cloud.publish(down(`cmd/${GATEWAY}`), JSON.stringify(command));
    await cloud.publish(down(`cmd/${COMMAND}`), JSON.stringify(command));
    const cancel = { v: 1, id: COMMAND, cancel: true, issuer: { id: 'a', name: 'A' } };
    await cloud.publish(down(`cmd/${COMMAND}`), JSON.stringify(cancel));
    await cloud.publish(down('want'), '{"version":3,"settings":{"later":1}}');
    await cloud.publish(down('ask'), '{"what":"section","section":"gateway"}');
    await cloud.publish(down('ask'), '{"what":"birth"}');
    await until('the birth is repeated', 15_000, () => cloud.conns.length === 2);
    expect(it.commands).toEqual([command, cancel]);
    expect(it.wants).toEqual([{ version: 3, settings: { phonePolicy: 'All', later: 1 } }]);
    expect(it.asks).toEqual([{ what: 'section', section: 'gateway' }]);
    expect(it.codes()).toEqual(Array(7).fill('link.malformed'));
    expect(isOnline(it)).toBe(true);
  });

  test('a clean stop says so, and the will does not follow', async () => {
    await using cloud = await TestCloud.start(ca);
    await using it = await gateway(trusting(cloud));
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
    await it.link.stop();
    await until('good-bye', 15_000, () => cloud.conns.length >= 2);
    expect(cloud.conns.slice(1)).toEqual([{ v: 1, online: false, boot: 1, conn: 1, reason: 'stopped' }]);
    expect(it.link.status()).toMatchObject({ state: 'offline', nextTryAt: null });
  });

  test('a cut connection leaves the will, and the next one has a higher number and everything again', async () => {
    await using cloud = await TestCloud.start(ca);
    await using way = await tcpWay(() => cloud.port);
    cloud.acknowledge = false;
    await using it = await gateway(trusting({ url: `https://127.0.0.1:${way.port}` }));
    await it.outbox.append([event(1), event(2)]);
    it.link.start();
    await until('sent', 15_000, () => cloud.received.length === 2);
    way.cut();
    await until('sent again', 15_000, () => cloud.received.length === 4);
    expect(cloud.received.map(({ envelope }) => envelope.seq)).toEqual([1, 2, 1, 2]);
    await until('the will', 15_000, () => cloud.conns.length >= 3);
    const will = cloud.conns.find((conn) => !conn.online);
    expect(will).toEqual({ v: 1, online: false, boot: 1, conn: 1, reason: 'connection lost' });
    expect(cloud.conns.filter((conn) => conn.online).map((conn) => conn.conn)).toEqual([1, 2]);
  });

  test('a broker that restarts and remembers nothing gets birth, subscription and outbox again', async () => {
    await using cloud = await TestCloud.start(ca);
    cloud.acknowledge = false;
    await using it = await gateway(trusting(cloud));
    await it.outbox.append([event(1)]);
    it.link.start();
    await until('sent', 15_000, () => cloud.received.length === 1);
    await cloud.restart();
    await until('sent again', 15_000, () => cloud.received.length === 2);
    cloud.acknowledge = true;
    await it.outbox.append([event(2)]);
    await until('sent and acknowledged', 15_000, () => it.outbox.state().records === 0);
    expect(cloud.received.map(({ envelope }) => envelope.seq)).toEqual([1, 1, 2]);
    expect(cloud.conns.filter((conn) => conn.online)).toHaveLength(2);
  });
});

describe('failures', () => {
  test('each try tells the identity what came of it, so that a renewed certificate can be proven', async () => {
    await using cloud = await TestCloud.start(ca);
    const stranger = await (await TestCa.make('Other CA')).client(GATEWAY);
    const tries: [boolean, string | undefined][] = [];
    await using it = await gateway(trusting(cloud), {
      identity: () => {
        const candidate = tries.length === 0;
        const certificate = candidate ? stranger : client;
        return Promise.resolve({ account: ACCOUNT, gateway: GATEWAY, ...certificate, candidate });
      },
      onTried: async (identity, error) => {
        tries.push([identity.candidate, error?.code]);
      },
    });
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
    expect(tries).toEqual([
      [true, 'identity.untrusted'],
      [false, undefined],
    ]);
  });

  test('an error CONNACK is tried again with exact waits', async () => {
    await using cloud = await TestCloud.start(ca);
    cloud.faults.push({ connack: 3 }, { connack: 5 }, { connack: 3 });
    await using it = await gateway(trusting(cloud));
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
    expect(it.waits).toEqual([1500, 2500, 4500]);
    expect(it.codes()).toEqual(['link.refused', 'link.refused', 'link.refused']);
    expect(it.link.status()).toEqual({ state: 'online', since: expect.any(String), attempts: 0, nextTryAt: null });
  });

  test('a refused upgrade: Retry-After is honoured, and the cloud’s own code is shown', async () => {
    await using cloud = await TestCloud.start(ca);
    cloud.faults.push(
      { upgrade: 503, headers: { 'retry-after': '90' } },
      { upgrade: 403, body: '{"code":"identity.revoked","message":"x"}' },
      { upgrade: 429, headers: { 'retry-after': '1' } },
    );
    await using it = await gateway(trusting(cloud));
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
    expect(it.waits).toEqual([90_000, 2500, 4500]);
    expect(it.codes()).toEqual(['link.refused', 'identity.revoked', 'link.refused']);
  });

  test.each([
    ['nobody listens', async () => ({ url: `https://127.0.0.1:${await freePort()}` }), 'link.unreachable'],
    ['the name does not exist', async () => ({ url: 'https://nowhere.invalid' }), 'link.dns'],
    ['the certificate is of an unknown CA', async (url: string) => ({ url }), 'check.tls-untrusted'],
    ['another fingerprint', async (url: string) => ({ url, fingerprint: 'AB'.repeat(32) }), 'link.tls'],
    ['the CA file is missing', async (url: string) => ({ url, caFile: '/nowhere/ca.pem' }), 'config.unreadable'],
    [
      'the proxy is not there',
      async (url: string) => ({ url, proxy: { url: `http://127.0.0.1:${await freePort()}` } }),
      'link.proxy',
    ],
  ] as const)('%s', async (_name, target, code) => {
    await using cloud = await TestCloud.start(ca);
    await using it = await gateway(await target(cloud.url));
    it.link.start();
    await until('two tries', 15_000, () => it.waits.length >= 2);
    expect(it.link.status().lastError?.code).toBe(code);
    expect(it.link.status().attempts).toBeGreaterThan(0);
    expect(cloud.connections).toBe(0);
  });

  test('a stop while the other side accepts and says nothing ends at once', async () => {
    const held: Socket[] = [];
    const server = createServer((socket) => held.push(socket));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    for (const fingerprint of [undefined, 'AB'.repeat(32)]) {
      await using it = await gateway({ url: `https://127.0.0.1:${port}`, fingerprint });
      it.link.start();
      await until('connecting', 15_000, () => held.length > 0);
      const asked = performance.now();
      await it.link.stop();
      expect(performance.now() - asked).toBeLessThan(1000);
      for (const socket of held.splice(0)) socket.destroy();
    }
    server.close();
  });

  test('a pinned fingerprint is trust enough, of the certificate or of its key', async () => {
    await using cloud = await TestCloud.start(ca);
    await using unpinned = await gateway(trusting(cloud));
    expect(unpinned.link.status().state).toBe('offline');
    const { connect } = await import('node:tls');
    const fingerprint = await new Promise<string>((resolve) => {
      const socket = connect({ port: cloud.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
        socket.destroy();
      });
    });
    await using it = await gateway({ url: `https://localhost:${cloud.port}`, fingerprint });
    it.link.start();
    await until('online', 15_000, () => isOnline(it));
  });

  test('a gateway that is not claimed waits quietly and connects at once when it is', async () => {
    await using cloud = await TestCloud.start(ca);
    let claimed = false;
    const identity = { account: ACCOUNT, gateway: GATEWAY, ...client, candidate: false };
    await using it = await gateway(trusting(cloud), {
      identity: () => Promise.resolve(claimed ? identity : undefined),
      wait: (_ms, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error()))),
    });
    it.link.start();
    await until('waiting', 15_000, () => it.link.status().nextTryAt !== null);
    expect(it.codes()).toEqual([]);
    claimed = true;
    await it.link.reconnect();
    await until('online', 15_000, () => isOnline(it));
  });
});

test('70,000 records from offline times arrive once each, in order within their class, and leave nothing behind', {
  timeout: 120_000,
}, async () => {
  await using cloud = await TestCloud.start(ca);
  await using it = await gateway(trusting(cloud));
  for (let n = 0; n < 70_000; n += 1000) {
    await it.outbox.append(
      Array.from({ length: 1000 }, (_, k) => ({ ...event(n + k), class: (n + k) % 2 === 0 ? 'event' : 'bulk' })),
    );
  }
  expect(it.outbox.state()).toMatchObject({ records: 70_000, drops: {} });
  const started = performance.now();
  it.link.start();
  await until('nothing is left', 110_000, () => it.outbox.state().records === 0);
  console.log('pump', Math.round(70_000 / ((performance.now() - started) / 1000)), 'records/s');
  expect(cloud.received).toHaveLength(70_000);
  const numbers = cloud.received.map(({ envelope }) => (envelope.data as { n: number }).n);
  const expected = Array.from({ length: 70_000 }, (_, n) => n);
  expect(numbers).toEqual([...expected.filter((n) => n % 2 === 0), ...expected.filter((n) => n % 2 === 1)]);
});
