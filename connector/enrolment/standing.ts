import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { type Clock, instant } from '#config/clock.ts';
import { DeviceStanding } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import { gatewayOf } from '../pki/gateway-certificate.ts';
import type { Store } from '../store/store.ts';

/**
 * Tells a gateway how the cloud stands to it, whatever has become of its certificate: one that was switched off for
 * months must still hear that it was let go. The certificate proves only who asks, so it opens no other door.
 */
export class Standings {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ca: X509Certificate;

  /** `ca` is the PEM of the CA that gateways' certificates come from. */
  constructor(options: { store: Store; clock: Clock; ca: string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#ca = new X509Certificate(options.ca);
  }

  /**
   * @throws DemarcError `identity.required`, `identity.untrusted`; `api.not-found` for a gateway that this cloud never
   * let go and does not know: after a restored backup that is no reason to reset it
   */
  async of(socket: TLSSocket): Promise<DeviceStanding> {
    const shown = socket.getPeerX509Certificate();
    if (shown === undefined) throw new DemarcError('identity.required');
    // Judged here and not by the handshake, whose one verdict may hide a wrong signature behind an expired date.
    const certificate = new X509Certificate(shown.raw);
    const issued = certificate.checkIssued(this.#ca) && certificate.verify(this.#ca.publicKey);
    const address = issued ? gatewayOf(certificate) : undefined;
    if (address === undefined) throw new DemarcError('identity.untrusted');
    const { gateway } = address;
    const farewell = await this.#store.db
      .selectFrom('gateway_farewell')
      .selectAll()
      .where('gateway_id', '=', gateway)
      .where('account_id', '=', address.account)
      .executeTakeFirst();
    if (farewell !== undefined) {
      if (farewell.told_at === null) await this.#told(gateway);
      return { gateway, standing: DeviceStanding.shape.standing.parse(farewell.standing) };
    }
    const row = await this.#store.db
      .selectFrom('gateway')
      .select('released_at')
      .where('id', '=', gateway)
      .where('account_id', '=', address.account)
      .executeTakeFirst();
    if (row === undefined) throw new DemarcError('api.not-found');
    // Let go by a version that kept no farewells.
    return { gateway, standing: row.released_at === null ? 'active' : 'released' };
  }

  async #told(gateway: string): Promise<void> {
    const now = instant(this.#clock);
    await this.#store.write(async (unit) => {
      const told = await unit.db
        .updateTable('gateway_farewell')
        .set({ told_at: now })
        .where('gateway_id', '=', gateway)
        .where('told_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (told === undefined) return;
      const account = await unit.db
        .selectFrom('account')
        .select('id')
        .where('id', '=', told.account_id)
        .executeTakeFirst();
      const reset = told.standing === 'reset';
      await recordEvent(
        unit,
        {
          account: account?.id ?? null,
          partner: told.partner_id,
          gateway,
          actor: { id: gateway, name: told.gateway_name, kind: 'gateway' },
          action: 'Report',
          type: 'Gateway',
          asset: 'Gateway',
          assetId: gateway,
          name: reset ? 'gateway.reset-told' : 'gateway.release-told',
          message: reset
            ? `${told.gateway_name} came back and was told to reset itself`
            : `${told.gateway_name} came back and was told that it was released`,
        },
        this.#clock,
      );
    });
  }
}
