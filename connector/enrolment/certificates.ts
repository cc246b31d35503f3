import { type Clock, instant } from '#config/clock.ts';
import type { IssuedIdentity } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { recordEvent } from '../history/record-event.ts';
import { readCertificateRequest } from '../pki/certificate-request.ts';
import type { Issued, PrivateCa } from '../pki/private-ca.ts';
import type { Store } from '../store/store.ts';
import { type EnrolmentRow, gatewayOfKey } from './claim.ts';

/** Issues the gateways' certificates, the first one and every later one, and keeps the latest serial. */
export class Certificates {
  readonly #store: Store;
  readonly #ca: PrivateCa;
  readonly #clock: Clock;

  constructor(options: { store: Store; ca: PrivateCa; clock: Clock }) {
    this.#store = options.store;
    this.#ca = options.ca;
    this.#clock = options.clock;
  }

  /**
   * The certificate of a confirmed enrolment, from its stored request. Asked again it issues again: to the same key and
   * the same gateway, so that a lost answer costs nothing. Undefined when the gateway was released or has another key by
   * now.
   */
  async issueFor(enrolment: EnrolmentRow): Promise<IssuedIdentity | undefined> {
    const { publicKey, fingerprint } = await readCertificateRequest(enrolment.csr);
    const gateway = await this.#store.db
      .selectFrom('gateway')
      .innerJoin('account', 'account.id', 'gateway.account_id')
      .select(['gateway.id', 'gateway.account_id', 'account.name as account_name'])
      .where('gateway.id', '=', enrolment.gateway_id)
      .where('gateway.fingerprint', '=', fingerprint)
      .where('gateway.released_at', 'is', null)
      .executeTakeFirst();
    if (gateway === undefined) return undefined;
    const issued = await this.#ca.issueClient(publicKey, { account: gateway.account_id, gateway: gateway.id });
    const kept = await this.#store.db
      .updateTable('gateway')
      .set({ certificate_serial: issued.serial, certificate_expires_at: issued.expiresAt })
      .where('id', '=', gateway.id)
      .where('fingerprint', '=', fingerprint)
      .where('released_at', 'is', null)
      .executeTakeFirst();
    if (kept.numUpdatedRows === 0n) return undefined;
    return this.#identity({ account: gateway.account_id, gateway: gateway.id }, gateway.account_name, issued);
  }

  /**
   * A new certificate for a gateway that has proven itself with its present one, which stays valid to its end: the new
   * one may get lost on the way. The request may bring a new key.
   * @throws DemarcError `enrolment.bad-request`, `enrolment.owned-elsewhere`, `identity.revoked`
   */
  async renew(address: GatewayAddress, csr: string): Promise<IssuedIdentity> {
    const { publicKey, fingerprint } = await readCertificateRequest(csr);
    const issued = await this.#ca.issueClient(publicKey, address);
    const accountName = await this.#store.write(async (unit) => {
      const owner = await gatewayOfKey(unit, fingerprint);
      if (owner !== undefined && owner.id !== address.gateway) throw new DemarcError('enrolment.owned-elsewhere');
      const gateway = await unit.db
        .updateTable('gateway')
        .set({ fingerprint, certificate_serial: issued.serial, certificate_expires_at: issued.expiresAt })
        .where('id', '=', address.gateway)
        .where('account_id', '=', address.account)
        .where('released_at', 'is', null)
        .returning(['id', 'name'])
        .executeTakeFirst();
      if (gateway === undefined) throw new DemarcError('identity.revoked');
      const account = await unit.db
        .selectFrom('account')
        .select(['name', 'partner_id'])
        .where('id', '=', address.account)
        .executeTakeFirstOrThrow();
      await recordEvent(
        unit,
        {
          account: address.account,
          partner: account.partner_id,
          gateway: gateway.id,
          actor: { id: gateway.id, name: gateway.name, kind: 'gateway' },
          action: 'Edit',
          type: 'Gateway',
          asset: 'Gateway',
          assetId: gateway.id,
          name: 'certificate.renewed',
          message: `The gateway’s certificate was renewed until ${issued.expiresAt}`,
          details: { fingerprint, renewedAt: instant(this.#clock) },
        },
        this.#clock,
      );
      unit.changed({ topic: 'gateway', account: address.account, partner: account.partner_id, ref: gateway.id });
      return account.name;
    });
    return this.#identity(address, accountName, issued);
  }

  #identity(address: GatewayAddress, accountName: string, issued: Issued): IssuedIdentity {
    return {
      ...address,
      accountName,
      certificate: issued.certificate,
      ca: this.#ca.certificate,
      expiresAt: issued.expiresAt,
    };
  }
}
