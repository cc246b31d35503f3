import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { gatewayOf } from '../pki/gateway-certificate.ts';
import type { Store } from '../store/store.ts';

const EXPIRED = 'CERT_HAS_EXPIRED';

/**
 * Who is behind a TLS connection: the gateway that the client certificate names, if our CA issued it, it is in force and
 * not revoked, and the gateway is still that account's.
 */
export class DeviceIdentity {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** @throws DemarcError `identity.required`, `identity.untrusted`, `identity.expired`, `identity.revoked` */
  async admit(socket: TLSSocket): Promise<GatewayAddress> {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) throw new DemarcError('identity.required');
    // The library's type says Error, the value is the code's text.
    const problem: unknown = socket.authorizationError;
    if (String(problem) === EXPIRED) throw new DemarcError('identity.expired', certificate.validTo);
    if (!socket.authorized) throw new DemarcError('identity.untrusted', String(problem).slice(0, 100));
    return this.#judge(new X509Certificate(certificate.raw));
  }

  async #judge(certificate: X509Certificate): Promise<GatewayAddress> {
    const address = gatewayOf(certificate);
    if (address === undefined) throw new DemarcError('identity.untrusted', 'it names no gateway');
    // A connection may outlive its certificate, and a resumed session is not verified again.
    if (Date.parse(certificate.validTo) <= this.#clock.now()) {
      throw new DemarcError('identity.expired', certificate.validTo);
    }
    const gateway = await this.#store.db
      .selectFrom('gateway')
      .select('released_at')
      .where('id', '=', address.gateway)
      .where('account_id', '=', address.account)
      .executeTakeFirst();
    const revoked = await this.#store.db
      .selectFrom('revoked_certificate')
      .select('revoked_at')
      .where('serial', '=', certificate.serialNumber)
      .executeTakeFirst();
    if (gateway === undefined || gateway.released_at !== null || revoked !== undefined) {
      throw new DemarcError('identity.revoked');
    }
    return address;
  }
}
