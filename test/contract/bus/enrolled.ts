/** Accounts, gateways and keys as they are after an enrolment, for tests that begin there. */
import { ulid } from 'ulid';
import type { Store } from '#connector/store/store.ts';

const NOW = '2026-01-01T00:00:00.000Z';

/** An account with its partner; gives its id. */
export async function addAccount(store: Store, name = 'Muster AG'): Promise<string> {
  const [id, partner] = [ulid(), ulid()];
  await store.write(async ({ db }) => {
    await db.insertInto('partner').values({ id: partner, name: 'Partner', created_at: NOW }).execute();
    await db
      .insertInto('account')
      .values({
        id,
        partner_id: partner,
        name,
        name_lc: name.toLowerCase(),
        country: 'CH',
        status: 'Active',
        phone_policy: 'All',
        guard_percent: 10,
        guard_users: 50,
        created_at: NOW,
        updated_at: NOW,
        revision: 1,
      })
      .execute();
  });
  return id;
}

/** A gateway of the account, enrolled with the given certificate. */
export async function addGateway(
  store: Store,
  gateway: { account: string; gateway: string; serial: string; fingerprint: string },
): Promise<void> {
  await store.write(async ({ db }) => {
    await db
      .insertInto('gateway')
      .values({
        id: gateway.gateway,
        account_id: gateway.account,
        name: 'Site',
        name_lc: 'site',
        host_name: 'site',
        serial: null,
        fingerprint: gateway.fingerprint,
        certificate_serial: gateway.serial,
        certificate_expires_at: NOW,
        created_at: NOW,
        released_at: null,
        boot: 0,
        conn: 0,
        online: 0,
        presence_since: null,
        presence_reason: null,
        last_seen_at: null,
        version: null,
        capabilities: '[]',
        outbox: null,
        acked_seq: 0,
        quarantined: 0,
        section_at: null,
      })
      .execute();
  });
}

/** A new P-256 key: the public half for the issuer, the private half in PEM for the client. */
export async function gatewayKey(): Promise<{ publicKey: CryptoKey; privateKey: CryptoKey; key: string }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64');
  return { ...pair, key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n` };
}
