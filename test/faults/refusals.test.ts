/** The way to the cloud is there, but whoever answers refuses, says nothing, or cuts. */
import { connect as netConnect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChecksAnswer } from '#contract/wizard/gateway.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { hasSquid, startSquid } from '#test/support/squid.ts';
import { CountingGateway } from './counting-gateway.ts';
import { FaultProxy } from './fault-proxy.ts';
import { RefusingCloud } from './refusing-cloud.ts';

const USERS = 30;

describe('a cloud that refuses', () => {
  let site: Site;
  let proxy: FaultProxy;
  let counting: CountingGateway;

  beforeAll(async () => {
    site = await startSite({ users: USERS });
    proxy = await FaultProxy.start(site.connector.port);
    await site.enrol(proxy.url);
    await site.addDirectory();
    counting = await CountingGateway.enrol(site, proxy.url);
  });
  afterAll(async () => {
    await counting[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    proxy.leadTo(site.connector.port);
    await counting.kill();
  });

  /** Started anew it does not sit out the waits that the tests before have earned it. */
  async function leadAstray(cloud: RefusingCloud): Promise<void> {
    await site.daemon.stop();
    proxy.leadTo(cloud.port);
    await site.daemon.start();
  }

  /** The gateway works on without its cloud, and the cloud says that it is gone. */
  async function aloneButWell(): Promise<void> {
    expect(await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/sync`)).toMatchObject({
      outcome: 'Successful',
    });
    await until('the cloud knows', 20_000, async () => (await site.presence()).presence === 'Offline');
  }

  /** It comes back by itself; what waited is stored once. */
  async function backByItself(): Promise<void> {
    proxy.leadTo(site.connector.port);
    await until('the gateway is there', 60_000, async () => (await site.status()).cloud.state === 'online');
    await site.online();
    await until('nothing waits', 20_000, async () => (await site.status()).outbox.records === 0);
    expect((await site.status()).cloud).not.toHaveProperty('lastError');
  }

  async function everythingOnce(): Promise<void> {
    await counting.said('drained {}');
    await counting.kill();
    expect(counting.stored(site)).toEqual({ missing: [], doubled: [] });
  }

  it.each([
    [1, 'Unacceptable protocol version'],
    [2, 'Identifier rejected'],
    [3, 'Server unavailable'],
    [4, 'Bad username or password'],
    [5, 'Not authorized'],
  ])('connack_%i: the gateway says "%s", tries again, and loses nothing', async (connack, text) => {
    await using cloud = await RefusingCloud.start(site, { connack });
    proxy.leadTo(cloud.port);
    await counting.start(30);
    await counting.said(`link offline link.refused The cloud refused the connection (Connection refused: ${text})`);
    await until('all are accepted, and it has tried three times', 20_000, () => {
      return counting.acceptedNow === 30 && (counting.output().match(/link connecting/g) ?? []).length > 3;
    });
    proxy.leadTo(site.connector.port);
    await everythingOnce();
  });

  it('connack_5: the daemon waits longer from try to try, says why, and works on', async () => {
    await using cloud = await RefusingCloud.start(site, { connack: 5 });
    await leadAstray(cloud);
    await until('it has tried twice', 30_000, () => cloud.asked >= 2);
    const { cloud: said } = await site.status();
    expect(said).toMatchObject({
      lastError: { code: 'link.refused', message: expect.stringContaining('Not authorized') },
    });
    expect(said.state).not.toBe('online');
    await aloneButWell();
    await backByItself();
  });

  it.each(['silent', 'dripping'] as const)(
    'cloud_%s: the gateway works on while it waits for an answer, and a stop is not held up',
    async (behaviour) => {
      await using cloud = await RefusingCloud.start(site, behaviour);
      await leadAstray(cloud);
      await until('it is connecting', 30_000, async () => (await site.status()).cloud.state === 'connecting');
      await aloneButWell();
      const began = Date.now();
      await site.daemon.stop();
      expect(Date.now() - began).toBeLessThan(5000);
      proxy.leadTo(site.connector.port);
      await site.daemon.start();
      await backByItself();
    },
  );

  it('reset_storm: connections that are reset every few moments lose nothing, and end in calm', async () => {
    await counting.start(400);
    const storm = new AbortController();
    const blow = async () => {
      while (!storm.signal.aborted) {
        await sleep(150);
        proxy.reset();
      }
    };
    const blowing = blow();
    await until('all are accepted', 30_000, () => counting.acceptedNow === 400);
    await sleep(1500);
    storm.abort();
    await blowing;
    const { cloud } = await site.status();
    expect(cloud.state === 'online' || cloud.lastError !== undefined).toBe(true);
    await everythingOnce();
    await backByItself();
    expect(await site.presence()).toMatchObject({ presence: 'Online' });
  });

  it('slow_loris: hundreds who say little keep nobody out, and are shown the door', async () => {
    const { port } = site.connector;
    const sockets: Socket[] = [];
    let closed = 0;
    const add = (socket: Socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        closed += 1;
      });
      return socket;
    };
    try {
      for (let n = 0; n < 150; n += 1) add(netConnect(port, '127.0.0.1'));
      for (let n = 0; n < 50; n += 1) {
        const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false });
        add(socket).once('secureConnect', () => socket.write('GET /mqtt HTTP/1.1\r\n'));
      }
      const dripping = setInterval(() => {
        for (const socket of sockets.slice(150)) if (socket.writable) socket.write('x');
      }, 500);
      try {
        await site.daemon.stop();
        await site.daemon.start();
        await site.online(10_000);
        await counting.start(50);
        await everythingOnce();
        await until('all of them were closed', 20_000, () => closed === sockets.length);
      } finally {
        clearInterval(dripping);
      }
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
});

describe.skipIf(!hasSquid())('a web proxy on the way (needs squid and openssl)', () => {
  it('proxy_password_changed: the gateway says that the proxy asks for a password, and is back when it fits', async () => {
    await using site = await startSite({ users: USERS });
    await using open = await temporaryFolder('squid');
    const folder = open.path;
    const port = await freePort();
    const squid = (password: string) => startSquid({ folder, port, allowedPort: site.connector.port, password });
    const cloud = {
      url: site.connector.url,
      caFile: site.connector.caFile,
      proxy: { url: `http://127.0.0.1:${port}`, user: 'demarc', password: 'the first' },
    };
    {
      await using _first = await squid('the first');
      const { code } = await site.daemon.call<{ code: string }>('POST', '/api/enrolment', { cloud });
      const { gateway } = await site.api.post<{ gateway: string }>(`/api/v1/enrolments/${code}/confirm`, {
        account: site.account.id,
      });
      site.gateway = gateway;
      await site.online();
    }
    {
      await using _second = await squid('the second');
      await until('it says so', 30_000, async () => (await site.status()).cloud.lastError?.code === 'link.proxy-auth');
      expect((await site.status()).cloud.lastError?.nextStep).toMatch(/user name and password/);
      const { checks } = await site.daemon.call<ChecksAnswer>('POST', '/api/checks');
      expect(checks.filter(({ status }) => status === 'error').map(({ code }) => code)).toContain('link.proxy-auth');
      expect(site.daemon.output()).not.toContain('the first');
      expect(await site.presence()).toMatchObject({ presence: 'Offline' });
    }
    await using _third = await squid('the first');
    await site.online();
    expect((await site.status()).cloud).toMatchObject({ state: 'online' });
  });
});
