import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { sql } from 'kysely';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { Certificates } from '#connector/enrolment/certificates.ts';
import { Enrolments } from '#connector/enrolment/enrolments.ts';
import { Offers } from '#connector/enrolment/offers.ts';
import { ProvisioningTokens } from '#connector/enrolment/provisioning-tokens.ts';
import { certificateFingerprint } from '#connector/pki/fingerprint.ts';
import { gatewayOf } from '#connector/pki/gateway-certificate.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { Store } from '#connector/store/store.ts';
import type { EnrolmentRequest, EnrolmentState } from '#contract/enrolment.ts';
import { ClaimCode } from '#contract/ids.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { addAccount, gatewayKey } from '../../contract/bus/enrolled.ts';

const MINUTE = 60_000;
const admin = { id: 'admin', name: 'Ada Admin', kind: 'person' } as const;

async function world() {
  const folder = await temporaryFolder('enrolment');
  let now = Date.parse('2026-03-01T10:00:00.000Z');
  const clock = { now: () => now };
  const store = await Store.open({ path: ':memory:', clock });
  const ca = await PrivateCa.open({ folder: folder.path, clock });
  const tokens = new ProvisioningTokens({ store, clock });
  const certificates = new Certificates({ store, ca, clock });
  const disconnected: string[] = [];
  const disconnect = (gateway: string) => disconnected.push(gateway);
  const offers = new Offers({ store, clock, tokens, certificates, publicUrl: 'https://cloud.example' });
  const enrolments = new Enrolments({ store, clock, tokens, disconnect });
  return {
    store,
    ca,
    offers,
    enrolments,
    certificates,
    disconnected,
    account: await addAccount(store, 'Muster AG'),
    pass: (ms: number) => {
      now += ms;
    },
    events: async () =>
      (await store.db.selectFrom('event').select('name').orderBy(sql`rowid`).execute()).map(({ name }) => name),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function requestOf(more: Partial<EnrolmentRequest> = {}): Promise<EnrolmentRequest> {
  const keys = await gatewayKey();
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const csr = (await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })).toString('pem');
  return { csr, hostName: 'gw-1', addresses: ['192.0.2.7'], version: '0.1.0', ...more };
}

function identity(state: EnrolmentState) {
  if (state.state !== 'confirmed') throw new Error(`not confirmed but ${state.state}`);
  return state.identity;
}

describe('a claim code', () => {
  it('shows the admin the same fingerprint as the gateway has, and ends in a certificate for the account', async () => {
    await using w = await world();
    const request = await requestOf({ siteName: 'Bern', serial: 'S-1' });
    const offer = await w.offers.make(request);
    expect(ClaimCode.parse(offer.code)).toBe(offer.code);
    expect(offer.link).toBe(`https://cloud.example/claim?code=${offer.code}`);
    expect(await w.offers.poll(offer.id, offer.pollSecret)).toMatchObject({ state: 'waiting' });
    const typed = `${offer.code.slice(0, 4)}-${offer.code.slice(4)}`.toLowerCase();
    const pending = await w.enrolments.pending(typed, admin);
    expect(pending).toMatchObject({ hostName: 'gw-1', serial: 'S-1', siteName: 'Bern', addresses: ['192.0.2.7'] });
    const { gateway } = await w.enrolments.confirm(typed, { account: w.account }, admin);
    const issued = identity(await w.offers.poll(offer.id, offer.pollSecret));
    expect(issued).toMatchObject({ gateway, account: w.account, accountName: 'Muster AG', ca: w.ca.certificate });
    const certificate = new X509Certificate(issued.certificate);
    expect(gatewayOf(certificate)).toEqual({ account: w.account, gateway });
    expect(certificateFingerprint(certificate)).toBe(pending.fingerprint);
    expect(await w.events()).toEqual(['gateway.enrolled']);
  });

  it('stays the same for a gateway that was killed before it had the answer', async () => {
    await using w = await world();
    const request = await requestOf();
    const offer = await w.offers.make(request);
    w.pass(5 * MINUTE);
    const resume = { id: offer.id, pollSecret: offer.pollSecret };
    expect(await w.offers.make({ ...request, resume })).toEqual(offer);
  });

  it('is a new one for another key, a wrong secret, or after its end', async () => {
    await using w = await world();
    const request = await requestOf();
    const offer = await w.offers.make(request);
    const resume = { id: offer.id, pollSecret: offer.pollSecret };
    const others = [
      await w.offers.make({ ...(await requestOf()), resume }),
      await w.offers.make({ ...request, resume: { ...resume, pollSecret: 'x'.repeat(43) } }),
    ];
    w.pass(15 * MINUTE);
    others.push(await w.offers.make({ ...request, resume }));
    for (const other of others) {
      expect(other.id).not.toBe(offer.id);
      expect(other.pollSecret).not.toBe(offer.pollSecret);
    }
  });

  it('ends after a quarter of an hour, and both sides are told so', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    w.pass(15 * MINUTE);
    expect(await w.offers.poll(offer.id, offer.pollSecret)).toMatchObject({
      state: 'refused',
      code: 'enrolment.expired',
    });
    await expect(w.enrolments.pending(offer.code, admin)).rejects.toMatchObject({ code: 'enrolment.expired' });
    await expect(w.enrolments.confirm(offer.code, { account: w.account }, admin)).rejects.toMatchObject({
      code: 'enrolment.expired',
    });
  });

  it('cannot be guessed: after five wrong ones the admin waits, while others go on', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    for (const wrong of ['AAAAAAAA', 'nonsense', '', 'CCCCCCCC', 'DDDDDDDD']) {
      await expect(w.enrolments.confirm(wrong, { account: w.account }, admin)).rejects.toMatchObject({
        code: 'enrolment.unknown-code',
      });
    }
    await expect(w.enrolments.pending(offer.code, admin)).rejects.toMatchObject({ code: 'enrolment.too-many-tries' });
    expect(await w.enrolments.pending(offer.code, { ...admin, id: 'another' })).toMatchObject({ code: offer.code });
    w.pass(15 * MINUTE);
    const fresh = await w.offers.make(await requestOf());
    expect(await w.enrolments.pending(fresh.code, admin)).toMatchObject({ code: fresh.code });
  });

  it('is not given out by polling with a wrong secret or id', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const other = await w.offers.make(await requestOf());
    await expect(w.offers.poll(offer.id, other.pollSecret)).rejects.toMatchObject({ code: 'enrolment.unknown-code' });
    await expect(w.offers.poll(ulid(), offer.pollSecret)).rejects.toMatchObject({
      code: 'enrolment.unknown-code',
    });
  });

  it('keeps neither the secret nor a token readable in the store', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const token = await w.enrolments.createToken({ account: w.account, maxUses: 1, validHours: 1 }, admin);
    const rows = JSON.stringify([
      await w.store.db.selectFrom('enrolment').selectAll().execute(),
      await w.store.db.selectFrom('provisioning_token').selectAll().execute(),
      await w.store.db.selectFrom('event').selectAll().execute(),
      await w.store.db.selectFrom('change').selectAll().execute(),
    ]);
    expect(rows).not.toContain(offer.pollSecret);
    expect(rows).not.toContain(String(token.token));
    expect(await w.enrolments.listTokens(w.account)).toMatchObject([{ id: token.id, uses: 0 }]);
    expect(JSON.stringify(await w.enrolments.listTokens(w.account))).not.toContain(String(token.token));
  });
});

describe('a confirmation', () => {
  it('given twice changes nothing, and a lost certificate is issued again for the same gateway', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const first = await w.enrolments.confirm(offer.code, { account: w.account, name: 'Bern' }, admin);
    expect(await w.enrolments.confirm(offer.code, { account: w.account, name: 'Bern' }, admin)).toEqual(first);
    expect(await w.events()).toEqual(['gateway.enrolled']);
    const [one, two] = [
      identity(await w.offers.poll(offer.id, offer.pollSecret)),
      identity(await w.offers.poll(offer.id, offer.pollSecret)),
    ];
    expect(two.gateway).toBe(one.gateway);
    w.pass(3 * 86_400_000);
    expect(identity(await w.offers.poll(offer.id, offer.pollSecret)).gateway).toBe(one.gateway);
  });

  it('by another account is refused as long as the gateway is owned', async () => {
    await using w = await world();
    const other = await addAccount(w.store, 'Andere GmbH');
    const request = await requestOf();
    const offer = await w.offers.make(request);
    const { gateway } = await w.enrolments.confirm(offer.code, { account: w.account }, admin);
    await expect(w.enrolments.confirm(offer.code, { account: other }, admin)).rejects.toMatchObject({
      code: 'enrolment.owned-elsewhere',
    });
    const again = await w.offers.make(request);
    await expect(w.enrolments.confirm(again.code, { account: other }, admin)).rejects.toMatchObject({
      code: 'enrolment.owned-elsewhere',
    });
    await w.enrolments.release(w.account, gateway, admin);
    expect((await w.enrolments.confirm(again.code, { account: other }, admin)).gateway).not.toBe(gateway);
  });

  it('of a gateway that the account has already keeps its id', async () => {
    await using w = await world();
    const request = await requestOf();
    const first = await w.enrolments.confirm((await w.offers.make(request)).code, { account: w.account }, admin);
    const again = await w.enrolments.confirm((await w.offers.make(request)).code, { account: w.account }, admin);
    expect(again).toEqual(first);
    expect(await w.events()).toEqual(['gateway.enrolled', 'gateway.enrolled-again']);
  });

  it('for an account that does not exist is refused', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    await expect(w.enrolments.confirm(offer.code, { account: ulid() }, admin)).rejects.toMatchObject({
      code: 'api.not-found',
    });
  });
});

describe('a released gateway', () => {
  it('is disconnected, its certificate revoked, and its old code brings nothing back', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const { gateway } = await w.enrolments.confirm(offer.code, { account: w.account }, admin);
    const issued = identity(await w.offers.poll(offer.id, offer.pollSecret));
    await w.enrolments.release(w.account, gateway, admin);
    await w.enrolments.release(w.account, gateway, admin);
    expect(w.disconnected[0]).toBe(gateway);
    const revoked = await w.store.db.selectFrom('revoked_certificate').selectAll().execute();
    expect(revoked).toMatchObject([
      { serial: new X509Certificate(issued.certificate).serialNumber, gateway_id: gateway },
    ]);
    expect(await w.offers.poll(offer.id, offer.pollSecret)).toMatchObject({
      state: 'refused',
      code: 'identity.revoked',
    });
    await expect(w.enrolments.confirm(offer.code, { account: w.account }, admin)).rejects.toMatchObject({
      code: 'enrolment.expired',
    });
    expect(await w.events()).toEqual(['gateway.enrolled', 'gateway.released']);
  });

  it('that was never one of the account is not found', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const { gateway } = await w.enrolments.confirm(offer.code, { account: w.account }, admin);
    const other = await addAccount(w.store);
    await expect(w.enrolments.release(other, gateway, admin)).rejects.toMatchObject({ code: 'api.not-found' });
  });
});

describe('a renewal', () => {
  it('may bring a new key, whose fingerprint is the gateway’s from then on', async () => {
    await using w = await world();
    const offer = await w.offers.make(await requestOf());
    const { gateway } = await w.enrolments.confirm(offer.code, { account: w.account }, admin);
    const renewal = await requestOf();
    const issued = await w.certificates.renew({ account: w.account, gateway }, renewal.csr);
    expect(gatewayOf(new X509Certificate(issued.certificate))).toEqual({ account: w.account, gateway });
    expect(await w.offers.poll(offer.id, offer.pollSecret)).toMatchObject({ state: 'refused' });
    const again = await w.enrolments.confirm((await w.offers.make(renewal)).code, { account: w.account }, admin);
    expect(again.gateway).toBe(gateway);
  });

  it('with the key of another gateway is refused', async () => {
    await using w = await world();
    const [a, b] = [await requestOf(), await requestOf()];
    await w.enrolments.confirm((await w.offers.make(a)).code, { account: w.account }, admin);
    const { gateway } = await w.enrolments.confirm((await w.offers.make(b)).code, { account: w.account }, admin);
    await expect(w.certificates.renew({ account: w.account, gateway }, a.csr)).rejects.toMatchObject({
      code: 'enrolment.owned-elsewhere',
    });
  });

  it('of a released gateway is refused', async () => {
    await using w = await world();
    const request = await requestOf();
    const { gateway } = await w.enrolments.confirm((await w.offers.make(request)).code, { account: w.account }, admin);
    await w.enrolments.release(w.account, gateway, admin);
    await expect(w.certificates.renew({ account: w.account, gateway }, request.csr)).rejects.toMatchObject({
      code: 'identity.revoked',
    });
  });
});

describe('a provisioning token', () => {
  const input = { maxUses: 2, validHours: 24, siteName: 'Filiale' };

  it('confirms at once, and a gateway that never got the answer takes no second use', async () => {
    await using w = await world();
    const { token, id } = await w.enrolments.createToken({ ...input, account: w.account }, admin);
    const request = await requestOf({ provisioningToken: String(token) });
    const offer = await w.offers.make(request);
    const first = identity(await w.offers.poll(offer.id, offer.pollSecret));
    const again = await w.offers.make(request);
    expect(identity(await w.offers.poll(again.id, again.pollSecret)).gateway).toBe(first.gateway);
    expect(await w.enrolments.listTokens(w.account)).toMatchObject([{ id, uses: 1, maxUses: 2 }]);
    const row = await w.store.db.selectFrom('gateway').select('name').executeTakeFirstOrThrow();
    expect(row.name).toBe('Filiale');
  });

  it('is refused when it is used up, expired, deleted or unknown, and leaves no enrolment behind', async () => {
    await using w = await world();
    const make = async (provisioningToken: unknown) =>
      w.offers.make(await requestOf({ provisioningToken: String(provisioningToken) }));
    const used = await w.enrolments.createToken({ ...input, maxUses: 1, account: w.account }, admin);
    await make(used.token);
    const deleted = await w.enrolments.createToken({ ...input, account: w.account }, admin);
    await w.enrolments.deleteToken(w.account, deleted.id, admin);
    for (const token of [used.token, deleted.token, 'unknown']) {
      await expect(make(token)).rejects.toMatchObject({ code: 'enrolment.bad-token' });
    }
    const late = await w.enrolments.createToken({ ...input, account: w.account }, admin);
    w.pass(24 * 60 * MINUTE);
    await expect(make(late.token)).rejects.toMatchObject({ code: 'enrolment.bad-token' });
    expect(await w.store.db.selectFrom('enrolment').select('id').execute()).toHaveLength(1);
  });

  it('of another account does not take over a gateway', async () => {
    await using w = await world();
    const request = await requestOf();
    await w.enrolments.confirm((await w.offers.make(request)).code, { account: w.account }, admin);
    const other = await w.enrolments.createToken({ ...input, account: await addAccount(w.store) }, admin);
    await expect(w.offers.make({ ...request, provisioningToken: String(other.token) })).rejects.toMatchObject({
      code: 'enrolment.owned-elsewhere',
    });
    expect(await w.enrolments.listTokens(other.account)).toMatchObject([{ uses: 0 }]);
  });

  it('is deleted only in its own account', async () => {
    await using w = await world();
    const token = await w.enrolments.createToken({ ...input, account: w.account }, admin);
    await expect(w.enrolments.deleteToken(await addAccount(w.store), token.id, admin)).rejects.toMatchObject({
      code: 'api.not-found',
    });
  });
});

it('enrolments that ended are forgotten, and no more than a bound wait at a time', async () => {
  await using w = await world();
  await w.offers.make(await requestOf());
  w.pass(2 * 86_400_000);
  const request = await requestOf();
  const offer = await w.offers.make(request);
  expect(await w.store.db.selectFrom('enrolment').select('id').execute()).toEqual([{ id: offer.id }]);
  const row = await w.store.db.selectFrom('enrolment').selectAll().executeTakeFirstOrThrow();
  await w.store.write(async ({ db }) => {
    for (let n = 1; n < 5000; n += 1) {
      await db
        .insertInto('enrolment')
        .values({ ...row, id: `other-${n}`, code: `code-${n}` })
        .execute();
    }
  });
  await expect(w.offers.make(await requestOf())).rejects.toMatchObject({ code: 'api.too-many-requests' });
});
