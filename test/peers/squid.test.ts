import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { CloudLink } from '#daemon/link/cloud-link.ts';
import { type CloudTarget, callCloud, cloudWay } from '#daemon/link/cloud-way.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { hasSquid, startSquid } from '#test/support/squid.ts';
import { TestCloud } from '#test/unit/daemon-spine/support/cloud.ts';
import { recordedLog } from '#test/unit/daemon-spine/support/log.ts';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';

const ACCOUNT = '01K00000000000000000000ACC';
const GATEWAY = '01K0000000000000000000GATW';
async function gateway(folder: string, target: CloudTarget, client: { certificate: string; key: string }) {
  const { log, codes, text } = recordedLog();
  const store = await DaemonStore.open({ folder, log, clock: systemClock });
  const outbox = await DurableOutbox.open({ store, boot: 1, clock: systemClock, log });
  const link = new CloudLink({
    outbox,
    boot: 1,
    clock: systemClock,
    random: () => 0,
    log,
    target: () => target,
    identity: () => Promise.resolve({ account: ACCOUNT, gateway: GATEWAY, ...client, candidate: false }),
    birth: () => ({ version: '1.0.0', capabilities: [] }),
    onCommand: () => Promise.resolve(),
    onAsk: () => Promise.resolve(),
    onWant: () => Promise.resolve(),
  });
  return {
    link,
    outbox,
    codes,
    text,
    [Symbol.asyncDispose]: async () => {
      await link.stop();
      await store.close();
    },
  };
}

const missing = !hasSquid();

describe.skipIf(missing)('a web proxy that wants a password (skipped without squid and openssl)', () => {
  async function site() {
    const folder = await temporaryFolder('squid');
    const ca = await TestCa.make();
    const caFile = join(folder.path, 'ca.pem');
    await writeFile(caFile, ca.pem);
    const cloud = await TestCloud.start(ca);
    const proxy = await startSquid({
      folder: folder.path,
      port: await freePort(),
      allowedPort: cloud.port,
      password: 'pa:ss wörd',
    });
    const url = `http://127.0.0.1:${proxy.port}`;
    const stack = new AsyncDisposableStack();
    stack.use(folder);
    stack.use(cloud);
    stack.use(proxy);
    return {
      folder: folder.path,
      cloud,
      caFile,
      url,
      client: await ca.client(GATEWAY),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  }

  test('with it, MQTT over WebSocket and HTTPS go through, with the client certificate', async () => {
    await using here = await site();
    const proxy = { url: here.url, user: 'demarc', password: 'pa:ss wörd' };
    const target = { url: here.cloud.url, caFile: here.caFile, proxy };
    await using it = await gateway(here.folder, target, here.client);
    await it.outbox.append([{ class: 'event', to: { channel: 'event' }, kind: 'event', data: {} }]);
    it.link.start();
    await until('delivered', 20_000, () => it.outbox.state().records === 0 && here.cloud.received.length === 1);
    expect(here.cloud.clients).toEqual([`CN=${GATEWAY}`]);
    here.cloud.routes.set('GET /api/v1/device/time', () => ({ now: 'x' }));
    const way = await cloudWay(target, undefined, undefined);
    expect(await callCloud(way, { method: 'GET', path: '/api/v1/device/time' }, Date.now)).toEqual({ now: 'x' });
    expect(it.text()).not.toContain('wörd');
  });

  test.each([
    ['without it', undefined],
    ['with a wrong one', { user: 'demarc', password: 'wrong' }],
  ])('%s the error names the proxy’s password, for both', async (_name, login) => {
    await using here = await site();
    const target = { url: here.cloud.url, caFile: here.caFile, proxy: { url: here.url, ...login } };
    await using it = await gateway(here.folder, target, here.client);
    it.link.start();
    await until('refused', 20_000, () => it.link.status().attempts > 0);
    expect(it.link.status().lastError?.code).toBe('link.proxy-auth');
    const way = await cloudWay(target, undefined, undefined);
    const call = callCloud(way, { method: 'GET', path: '/api/v1/device/time' }, Date.now);
    await expect(call).rejects.toMatchObject({ code: 'link.proxy-auth' });
    expect(here.cloud.connections).toBe(0);
  });

  test('a target that the proxy does not allow is said as the proxy’s refusal', async () => {
    await using here = await site();
    const proxy = { url: here.url, user: 'demarc', password: 'pa:ss wörd' };
    const target = { url: `https://127.0.0.1:${await freePort()}`, caFile: here.caFile, proxy };
    await using it = await gateway(here.folder, target, here.client);
    it.link.start();
    await until('refused', 20_000, () => it.link.status().attempts > 0);
    expect(it.link.status().lastError).toMatchObject({ code: 'link.proxy', message: expect.stringContaining('403') });
  });

  test('a pinned fingerprint works through the proxy, too', async () => {
    await using here = await site();
    const proxy = { url: here.url, user: 'demarc', password: 'pa:ss wörd' };
    const fingerprint = await new Promise<string>((resolve) => {
      const socket = connect({ port: here.cloud.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
        socket.destroy();
      });
    });
    const target = { url: here.cloud.url, proxy };
    await using wrong = await gateway(join(here.folder, 'a'), { ...target, fingerprint: 'AB'.repeat(32) }, here.client);
    wrong.link.start();
    await until('refused', 20_000, () => wrong.link.status().attempts > 0);
    expect(wrong.link.status().lastError?.code).toBe('link.tls');
    await using right = await gateway(join(here.folder, 'b'), { ...target, fingerprint }, here.client);
    right.link.start();
    await until('online', 20_000, () => right.link.status().state === 'online');
  });
});
