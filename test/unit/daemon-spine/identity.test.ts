import { createPrivateKey } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { groupFingerprint } from '#contract/fingerprint.ts';
import { Enrolment } from '#daemon/identity/enrolment.ts';
import { GatewayIdentity } from '#daemon/identity/gateway-identity.ts';
import { certificateState } from '#daemon/identity/rules.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { TestCloud } from './support/cloud.ts';
import { recordedLog } from './support/log.ts';
import { requestedKeyDigest, TestCa } from './support/pki.ts';

const ACCOUNT = '01K00000000000000000000ACC';
const GATEWAY = '01K0000000000000000000GATW';
const OFFER = '01K00000000000000000000FFR';
const DAY = 86_400_000;
const SECRET = 'a-poll-secret-of-the-cloud';

let ca: TestCa;
let shared: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  ca = await TestCa.make();
  shared = await temporaryFolder('identity-ca');
  await writeFile(join(shared.path, 'ca.pem'), ca.pem);
});
afterAll(() => shared[Symbol.asyncDispose]());

/** The connector's side of enrolment, in a few lines. */
class TestOffice {
  csr = '';
  requests: Record<string, unknown>[] = [];
  polls = 0;
  confirmed = false;
  skewMs = 0;
  refusal: { code: string; message: string; nextStep: string } | undefined;

  constructor(cloud: TestCloud) {
    cloud.routes.set('GET /api/v1/device/time', () => ({ now: new Date(Date.now() + this.skewMs).toISOString() }));
    cloud.routes.set('POST /api/v1/enrolments', (body) => {
      const request = body as { csr: string; resume?: unknown; provisioningToken?: string };
      this.requests.push(request);
      if (request.provisioningToken === 'wrong') return { status: 403, code: 'enrolment.bad-token' };
      if (request.provisioningToken !== undefined) this.confirmed = true;
      this.csr = request.csr;
      return {
        id: OFFER,
        code: 'ACDEFGHJ',
        link: 'https://cloud.example/claim?code=ACDEFGHJ',
        pollSecret: SECRET,
        pollSeconds: 1,
        expiresAt: new Date(Date.now() + 900_000).toISOString(),
      };
    });
    cloud.routes.set(`POST /api/v1/enrolments/${OFFER}/poll`, async (_body, request) => {
      this.polls += 1;
      if (request.headers.authorization !== `Bearer ${SECRET}`) return { status: 404, code: 'enrolment.unknown-code' };
      if (this.refusal !== undefined) return { state: 'refused', ...this.refusal };
      if (!this.confirmed) return { state: 'waiting', expiresAt: new Date(Date.now() + 900_000).toISOString() };
      return { state: 'confirmed', identity: await this.issue(this.csr) };
    });
  }

  async issue(csr: string, period = {}) {
    return {
      gateway: GATEWAY,
      account: ACCOUNT,
      accountName: 'Customer',
      certificate: await ca.sign(csr, GATEWAY, period),
      ca: ca.pem,
      expiresAt: new Date(Date.now() + 90 * DAY).toISOString(),
    };
  }
}

async function device(folder: string, cloud: { url: string }) {
  const { log, codes, text } = recordedLog();
  const target = () => ({ url: cloud.url, caFile: join(shared.path, 'ca.pem') });
  const identity = await GatewayIdentity.load({ folder, clock: systemClock, log, target });
  const claimed: string[] = [];
  const enrolment = await Enrolment.open({
    folder,
    identity,
    secrets: await SecretBox.load(folder),
    clock: systemClock,
    random: () => 0,
    log,
    target,
    describe: () => ({ hostName: 'gw', addresses: ['192.0.2.1'], version: '1.0.0' }),
    movesTo: async () => false,
    onClaimed: () => claimed.push('claimed'),
  });
  return { identity, enrolment, claimed, codes, text, [Symbol.asyncDispose]: () => enrolment.stop() };
}

const keysIn = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith('key-'));

describe('enrolment', () => {
  test('shows the code, waits, and becomes the cloud’s own; the key never leaves and is for its owner only', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    await using it = await device(folder.path, cloud);
    expect(it.enrolment.status()).toEqual({ state: 'unclaimed' });
    const offer = await it.enrolment.start();
    expect(offer.code).toBe('ACDEFGHJ');
    await until('waiting', 15_000, () => it.enrolment.status().state === 'waiting');
    const shown = it.enrolment.status().offer;
    expect(shown?.code).toBe('ACDEFGHJ');
    // What the connector computes from the request, in the groups that both show.
    expect(shown?.fingerprint).toBe(groupFingerprint(requestedKeyDigest(office.csr)));
    office.confirmed = true;
    await until('claimed', 15_000, () => it.claimed.length === 1);
    expect(it.enrolment.status()).toEqual({ state: 'claimed' });
    expect(it.identity.forLink()).toMatchObject({ account: ACCOUNT, gateway: GATEWAY, candidate: false });
    expect(it.identity.state()).toBe('valid');
    const [name, ...more] = await keysIn(folder.path);
    expect(more).toEqual([]);
    const path = join(folder.path, name ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const key = await readFile(path, 'utf8');
    expect(createPrivateKey(key).asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(JSON.stringify(office.requests)).not.toContain('PRIVATE');
    expect(it.text()).not.toContain(SECRET);
    expect(await readdir(folder.path)).not.toContain('enrolment.json');
  });

  test('a restart at any time goes on with the same key and code, and the secret is sealed on the disk', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    {
      await using it = await device(folder.path, cloud);
      await it.enrolment.start();
      await until('polled', 15_000, () => office.polls > 0);
    }
    for (const name of ['enrolment.json', 'enrolment.json.good']) {
      expect(await readFile(join(folder.path, name), 'utf8')).not.toContain(SECRET);
    }
    const keys = await keysIn(folder.path);
    {
      await using it = await device(folder.path, cloud);
      expect(it.enrolment.status().offer?.code).toBe('ACDEFGHJ');
      await it.enrolment.start();
      expect(office.requests[1]).toMatchObject({ resume: { id: OFFER, pollSecret: SECRET } });
      expect(await keysIn(folder.path)).toEqual(keys);
    }
    office.confirmed = true;
    await using it = await device(folder.path, cloud);
    await until('claimed', 15_000, () => it.claimed.length === 1);
    expect(await keysIn(folder.path)).toEqual(keys);
  });

  test('a kill between the stored identity and the end of the enrolment leaves a claimed gateway', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    office.confirmed = true;
    let pending = '';
    {
      await using it = await device(folder.path, cloud);
      const started = it.enrolment.start();
      await until('pending', 15_000, async () => {
        pending = await readFile(join(folder.path, 'enrolment.json'), 'utf8').catch(() => '');
        return pending !== '';
      });
      await started;
      await until('claimed', 15_000, () => it.claimed.length === 1);
    }
    await writeFile(join(folder.path, 'enrolment.json'), pending);
    await using it = await device(folder.path, cloud);
    expect(it.enrolment.status()).toEqual({ state: 'claimed' });
    expect(await readdir(folder.path)).not.toContain('enrolment.json');
    expect(await keysIn(folder.path)).toHaveLength(1);
  });

  test('a provisioning token is confirmed at once; a wrong one is said and nothing is polled', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    await using it = await device(folder.path, cloud);
    await expect(it.enrolment.start({ provisioningToken: 'wrong' })).rejects.toMatchObject({
      code: 'enrolment.bad-token',
    });
    expect(it.enrolment.status()).toMatchObject({ state: 'unclaimed', error: { code: 'enrolment.bad-token' } });
    expect(office.polls).toBe(0);
    await it.enrolment.start({ provisioningToken: 'right' });
    await until('claimed', 15_000, () => it.claimed.length === 1);
  });

  test('a refusal ends it with the cloud’s words, and a new start is possible', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    const refusal = { code: 'enrolment.owned-elsewhere', message: 'm', nextStep: 'n' };
    office.refusal = refusal;
    await using it = await device(folder.path, cloud);
    await it.enrolment.start();
    await until('refused', 15_000, () => it.enrolment.status().state === 'refused');
    expect(it.enrolment.status()).toEqual({ state: 'refused', error: refusal });
    office.refusal = undefined;
    office.confirmed = true;
    await it.enrolment.start();
    await until('claimed', 15_000, () => it.claimed.length === 1);
  });

  test('a cloud that is away while waiting is asked again, and the error is shown', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    await using it = await device(folder.path, cloud);
    await it.enrolment.start();
    const route = `POST /api/v1/enrolments/${OFFER}/poll`;
    const answer = cloud.routes.get(route);
    cloud.routes.set(route, () => ({ status: 503 }));
    await until('the error is shown', 15_000, () => it.enrolment.status().error?.code === 'link.refused');
    office.confirmed = true;
    if (answer) cloud.routes.set(route, answer);
    await until('claimed', 15_000, () => it.claimed.length === 1);
  });

  test('a clock that is an hour off is said before anything else', async () => {
    await using folder = await temporaryFolder('enrol');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    office.skewMs = 3_600_000;
    await using it = await device(folder.path, cloud);
    await expect(it.enrolment.start()).rejects.toMatchObject({ code: 'enrolment.clock-wrong' });
    expect(office.requests).toEqual([]);
  });
});

describe('a certificate', () => {
  const life = { notBefore: new Date(Date.UTC(2026, 0, 1)), notAfter: new Date(Date.UTC(2026, 3, 1)) };
  const at = (day: number) => life.notBefore.getTime() + day * DAY;

  test.each([
    ['new', 1, 0, 'valid'],
    ['just before two thirds', 59.9, 0, 'valid'],
    ['at two thirds', 60.1, 0, 'renewal-due'],
    ['on its last day', 89.9, 0, 'renewal-due'],
    ['after its end', 90.1, 0, 'expired'],
    ['after its end, but nobody confirmed the clock', 90.1, undefined, 'renewal-due'],
    ['after its end by a clock that is two years ahead', 730, 640 * DAY, 'clock-wrong'],
    ['just after its end by a clock four minutes ahead', 90.001, 4 * 60_000, 'renewal-due'],
  ] as const)('%s', async (_name, day, skew, expected) => {
    const { certificate } = await ca.client(GATEWAY, life);
    expect(certificateState(certificate, at(day), skew)).toBe(expected);
  });

  async function claimed(
    folder: string,
    cloud: TestCloud,
    office: TestOffice,
    period: { notBefore?: Date; notAfter?: Date },
  ) {
    cloud.routes.set(`POST /api/v1/enrolments/${OFFER}/poll`, async () => ({
      state: 'confirmed',
      identity: await office.issue(office.csr, period),
    }));
    const it = await device(folder, cloud);
    await it.enrolment.start();
    await until('claimed', 15_000, () => it.claimed.length === 1);
    return it;
  }
  const old = { notBefore: new Date(Date.now() - 70 * DAY), notAfter: new Date(Date.now() + 20 * DAY) };

  function answerRenewals(cloud: TestCloud, office: TestOffice) {
    const asked: (string | undefined)[] = [];
    cloud.routes.set('POST /api/v1/device/renew', (body, { socket }) => {
      const subject = (socket as import('node:tls').TLSSocket).getPeerX509Certificate()?.subject;
      asked.push(subject);
      return office.issue((body as { csr: string }).csr);
    });
    return asked;
  }

  test('is renewed with a new key when due, tried first, and promoted only by a connection', async () => {
    await using folder = await temporaryFolder('renew');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    const asked = answerRenewals(cloud, office);
    await using it = await claimed(folder.path, cloud, office, old);
    const before = it.identity.current();
    expect(await it.identity.renewIfDue()).toBe(true);
    expect(asked).toEqual([`CN=${GATEWAY}`]);
    const candidate = it.identity.forLink();
    expect(candidate?.candidate).toBe(true);
    expect(candidate?.key).not.toBe(before?.key);
    expect(it.identity.current()).toEqual(before);

    await using restarted = await device(folder.path, cloud);
    expect(restarted.identity.forLink()?.certificate).toBe(candidate?.certificate);
    expect(restarted.identity.current()?.certificate).toBe(before?.certificate);
    if (candidate) await restarted.identity.tried(candidate, undefined);
    expect(restarted.identity.current()?.certificate).toBe(candidate?.certificate);
    expect(restarted.identity.forLink()?.candidate).toBe(false);
    expect(await keysIn(folder.path)).toEqual([restarted.identity.current()?.keyFile]);
    expect(await restarted.identity.renewIfDue()).toBe(false);

    await using again = await device(folder.path, cloud);
    expect(again.identity.current()?.certificate).toBe(candidate?.certificate);
  });

  test('the old one goes on when the renewed one is refused, and they take turns', async () => {
    await using folder = await temporaryFolder('renew');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    answerRenewals(cloud, office);
    await using it = await claimed(folder.path, cloud, office, old);
    await it.identity.renewIfDue();
    const turns: boolean[] = [];
    for (let n = 0; n < 4; n += 1) {
      const next = it.identity.forLink();
      if (next) await it.identity.tried(next, new DemarcError('link.refused'));
      turns.push(next?.candidate ?? false);
    }
    expect(turns).toEqual([true, false, true, false]);
  });

  test('is not declared expired by a wrong clock, and a renewal is not asked for', async () => {
    await using folder = await temporaryFolder('renew');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    const asked = answerRenewals(cloud, office);
    const gone = { notBefore: new Date(Date.now() - 90 * DAY), notAfter: new Date(Date.now() - DAY) };
    await using it = await claimed(folder.path, cloud, office, gone);
    expect(it.identity.state()).toBe('expired');
    office.skewMs = -40 * DAY;
    await expect(it.identity.renewIfDue()).rejects.toMatchObject({ code: 'enrolment.clock-wrong' });
    expect(it.identity.state()).toBe('clock-wrong');
    office.skewMs = 0;
    await expect(it.identity.renewIfDue()).rejects.toMatchObject({ code: 'identity.expired' });
    expect(asked).toEqual([]);

    cloud.routes.set(`POST /api/v1/enrolments/${OFFER}/poll`, async () => ({
      state: 'confirmed',
      identity: await office.issue(office.csr),
    }));
    await it.enrolment.start();
    await until('enrolled again', 15_000, () => it.claimed.length === 2);
    expect(it.identity.state()).toBe('valid');
    expect(await keysIn(folder.path)).toHaveLength(1);
  });

  test('that does not fit the key is refused', async () => {
    await using folder = await temporaryFolder('renew');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    const stranger = await ca.client(GATEWAY);
    cloud.routes.set(`POST /api/v1/enrolments/${OFFER}/poll`, async () => ({
      state: 'confirmed',
      identity: { ...(await office.issue(office.csr)), certificate: stranger.certificate },
    }));
    await using it = await device(folder.path, cloud);
    await it.enrolment.start();
    await until('refused', 15_000, () => it.enrolment.status().state === 'refused');
    expect(it.enrolment.status().error?.code).toBe('identity.untrusted');
    expect(it.identity.current()).toBeUndefined();
  });

  test('is forgotten with its key', async () => {
    await using folder = await temporaryFolder('renew');
    await using cloud = await TestCloud.start(ca);
    const office = new TestOffice(cloud);
    await using it = await claimed(folder.path, cloud, office, {});
    await it.identity.forget();
    expect(await keysIn(folder.path)).toEqual([]);
    await using again = await device(folder.path, cloud);
    expect(again.enrolment.status()).toEqual({ state: 'unclaimed' });
  });
});
