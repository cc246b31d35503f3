/** A certificate's renewal over a real TLS cloud and broker, from the request to the promotion, and kills in between. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { makeCertificateRequest, makeKey } from '#daemon/identity/certificate-request.ts';
import { GatewayIdentity } from '#daemon/identity/gateway-identity.ts';
import { IdentityFiles } from '#daemon/identity/identity-files.ts';
import { CloudLink } from '#daemon/link/cloud-link.ts';
import type { SendQueue } from '#daemon/outbox/outbox.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { TestCloud } from './support/cloud.ts';
import { recordedLog } from './support/log.ts';
import { type Period, TestCa } from './support/pki.ts';

const ACCOUNT = '01K00000000000000000000ACC';
const GATEWAY = '01K0000000000000000000GATW';
const DAY = 86_400_000;
const OLD: Period = { notBefore: new Date(Date.now() - 70 * DAY), notAfter: new Date(Date.now() + 20 * DAY) };

let ca: TestCa;
let shared: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  ca = await TestCa.make();
  shared = await temporaryFolder('promotion-ca');
  await writeFile(join(shared.path, 'ca.pem'), ca.pem);
});
afterAll(() => shared[Symbol.asyncDispose]());

const nothingToSend: SendQueue = {
  next: async () => [],
  rewind: () => undefined,
  trim: async () => undefined,
  onAppended: () => () => undefined,
  state: () => ({ low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} }),
};

const issue = async (csr: string, period?: Period) => ({
  gateway: GATEWAY,
  account: ACCOUNT,
  accountName: 'Customer',
  certificate: await ca.sign(csr, GATEWAY, period),
  ca: ca.pem,
  expiresAt: new Date(Date.now() + 90 * DAY).toISOString(),
});

/** A cloud that tells the time and renews. */
async function renewingCloud() {
  const cloud = await TestCloud.start(ca);
  cloud.routes.set('GET /api/v1/device/time', () => ({ now: new Date().toISOString() }));
  cloud.routes.set('POST /api/v1/device/renew', (body) => issue((body as { csr: string }).csr));
  return cloud;
}

/** Identity and link of one state folder, put together as the daemon does. */
async function device(folder: string, cloud: TestCloud) {
  const { log } = recordedLog();
  const target = () => ({ url: cloud.url, caFile: join(shared.path, 'ca.pem') });
  const identity = await GatewayIdentity.load({ folder, clock: systemClock, log, target });
  const link = new CloudLink({
    outbox: nothingToSend,
    boot: 1,
    clock: systemClock,
    random: () => 0,
    log,
    target,
    identity: async () => identity.forLink(),
    onTried: (tried, error) => identity.tried(tried, error),
    birth: () => ({ version: '1.0.0', capabilities: [] }),
    onCommand: async () => undefined,
    onAsk: async () => undefined,
    onWant: async () => undefined,
    backoff: { minMs: 20, maxMs: 40 },
  });
  const online = () => until('online', 15_000, () => link.status().state === 'online');
  return { identity, link, online, [Symbol.asyncDispose]: () => link.stop() };
}

/** A state folder with a certificate that is past two thirds of its life. */
async function claimedFolder(folder: string): Promise<string> {
  const files = new IdentityFiles(folder);
  const key = await makeKey();
  const keyFile = await files.saveKey(key);
  const issued = await issue(await makeCertificateRequest(key), OLD);
  await files.saveCurrent({ ...issued, cloudUrl: 'https://cloud.example', keyFile });
  return issued.certificate;
}

const same = (a: string | undefined, b: string | undefined) => a?.replaceAll(/\s/g, '') === b?.replaceAll(/\s/g, '');
const inForce = async (folder: string) => {
  const { certificate } = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { certificate: string };
  return certificate;
};

test('a new key and certificate are promoted only after the cloud has taken a connection with them', async () => {
  await using folder = await temporaryFolder('promotion');
  await using cloud = await renewingCloud();
  const old = await claimedFolder(folder.path);
  await using it = await device(folder.path, cloud);
  it.link.start();
  await it.online();
  expect(await it.identity.renewIfDue()).toBe(true);
  const renewed = it.identity.forLink()?.certificate;
  expect(same(renewed, old)).toBe(false);
  expect(await inForce(folder.path)).toBe(old);

  // Refused at first: the old one goes on, and nothing is promoted.
  cloud.faults.push({ upgrade: 403 });
  await it.link.reconnect();
  await until('the old one is back', 15_000, () => cloud.certificates.length >= 3);
  await it.online();
  expect(cloud.certificates.map((one) => same(one, renewed))).toEqual([false, true, false]);
  expect(await inForce(folder.path)).toBe(old);

  // The next time it is taken.
  expect(await it.identity.renewIfDue()).toBe(true);
  await it.link.reconnect();
  await until('promoted', 15_000, () => same(it.identity.current()?.certificate, renewed));
  await it.online();
  expect(same(cloud.certificates.at(-1), renewed)).toBe(true);
  expect(await inForce(folder.path)).toBe(renewed);
  const names = await readdir(folder.path);
  expect(names.filter((name) => name.startsWith('key-'))).toEqual([it.identity.current()?.keyFile]);
  expect(names.filter((name) => name.startsWith('identity.new'))).toEqual([]);
});

test('a kill between any two steps of it leaves an identity with which the gateway comes online', async () => {
  await using folder = await temporaryFolder('promotion');
  await using cloud = await renewingCloud();
  const live = join(folder.path, 'live');
  const old = await claimedFolder(live);
  let copies = 0;
  const copy = async () => {
    copies += 1;
    await cp(live, join(folder.path, `copy-${copies}`), { recursive: true });
  };
  {
    await using it = await device(live, cloud);
    const { files } = it.identity;
    // A copy of the folder before and after each step is what a kill would leave.
    for (const step of ['saveKey', 'saveCandidate', 'saveCurrent', 'removeCandidate', 'sweepKeys'] as const) {
      const original = files[step].bind(files) as (...given: unknown[]) => Promise<unknown>;
      Object.assign(files, {
        [step]: async (...given: unknown[]) => {
          await copy();
          const result = await original(...given);
          await copy();
          return result;
        },
      });
    }
    await it.identity.renewIfDue();
    it.link.start();
    await it.online();
    expect(same(it.identity.current()?.certificate, old)).toBe(false);
  }
  expect(copies).toBe(10);
  let last = false;
  for (let number = 1; number <= copies; number += 1) {
    const path = join(folder.path, `copy-${number}`);
    await using it = await device(path, cloud);
    it.link.start();
    await it.online();
    const isOld = same(it.identity.current()?.certificate, old);
    // Once the renewed one is on the disk, each later start proves it and goes on with it.
    expect(last && isOld, `copy ${number}`).toBe(false);
    last = !isOld;
    const own = it.identity.forLink();
    expect([own?.candidate, same(own?.certificate, await inForce(path))], `copy ${number}`).toEqual([false, true]);
  }
  expect(last).toBe(true);
}, 60_000);
