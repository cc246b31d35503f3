import { type Clock, instant } from '#config/clock.ts';
import type {
  EnrolmentConfirm,
  EnrolmentConfirmed,
  PendingEnrolment,
  ProvisioningToken,
  ProvisioningTokenCreate,
} from '#contract/api.ts';
import type { LeaveRequest } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { ClaimCode } from '#contract/ids.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { Attempts } from '../access/attempts.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import type { EventActor } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';
import { claim, type EnrolmentRow } from './claim.ts';
import type { ProvisioningTokens } from './provisioning-tokens.ts';
import { type Letting, letGo } from './release.ts';

const TRIES = 5;
const TRIES_MS = 15 * 60_000;

export interface EnrolmentsOptions {
  store: Store;
  clock: Clock;
  tokens: ProvisioningTokens;
  disconnect: DeviceBus['disconnect'];
}

/** The admin's side of enrolment: look at who waits behind a code, make it the account's, let it go again. */
export class Enrolments {
  readonly #options: EnrolmentsOptions;
  readonly #wrongCodes: Attempts;

  constructor(options: EnrolmentsOptions) {
    this.#options = options;
    const { clock } = options;
    this.#wrongCodes = new Attempts({ clock, limit: TRIES, windowMs: TRIES_MS, code: 'enrolment.too-many-tries' });
  }

  /** @throws DemarcError `enrolment.unknown-code`, `enrolment.expired`, `enrolment.too-many-tries` */
  async pending(code: string, actor: EventActor): Promise<PendingEnrolment> {
    const row = await this.#byCode(code, actor);
    return {
      code: row.code,
      hostName: row.host_name,
      serial: row.serial,
      addresses: JSON.parse(row.addresses) as string[],
      fingerprint: row.fingerprint,
      siteName: row.site_name,
      version: row.version,
      expiresAt: row.expires_at,
    };
  }

  /**
   * Makes the waiting gateway the account's; whether the actor may is judged before. Confirming again changes nothing.
   * @throws DemarcError those of `pending`, `enrolment.owned-elsewhere`, `api.not-found` for an unknown account
   */
  async confirm(code: string, input: EnrolmentConfirm, actor: EventActor): Promise<EnrolmentConfirmed> {
    const found = await this.#byCode(code, actor);
    const { store, clock } = this.#options;
    const gateway = await store.write(async (unit) => {
      const enrolment = await unit.db.selectFrom('enrolment').selectAll().where('id', '=', found.id).executeTakeFirst();
      if (enrolment === undefined) throw new DemarcError('enrolment.unknown-code');
      return claim(unit, { enrolment, account: input.account, name: input.name, actor }, clock);
    });
    return { gateway };
  }

  createToken(input: ProvisioningTokenCreate, actor: EventActor): Promise<ProvisioningToken> {
    return this.#options.tokens.create(input, actor);
  }

  listTokens(account: string): Promise<ProvisioningToken[]> {
    return this.#options.tokens.list(account);
  }

  /** @throws DemarcError `api.not-found` */
  deleteToken(account: string, id: string, actor: EventActor): Promise<void> {
    return this.#options.tokens.delete(account, id, actor);
  }

  /**
   * Lets a gateway go: its certificate is revoked and its connection closed; it can be claimed by any account then. With
   * `reset` its integration is deleted: it resets itself as soon as it hears of that (ONB-44). Twice is once.
   * @throws DemarcError `api.not-found`
   */
  async release(account: string, gateway: string, actor: EventActor, { reset = false } = {}): Promise<void> {
    const letting: Letting = reset
      ? {
          farewell: 'reset',
          actor,
          name: 'gateway.reset-wanted',
          message: (name) => `The integration of ${name} was deleted; the gateway resets itself when it hears of it`,
        }
      : {
          farewell: 'released',
          actor,
          name: 'gateway.released',
          message: (name) => `${name} was released; its certificate is revoked`,
        };
    await this.#letGo({ account, gateway }, letting);
  }

  /** The gateway itself lets its account go, because somebody on site or a command wanted that. @throws as `release` */
  async leave({ account, gateway }: GatewayAddress, { wiped }: LeaveRequest): Promise<void> {
    await this.#letGo(
      { account, gateway },
      {
        farewell: 'released',
        actor: { id: gateway, name: 'Gateway', kind: 'gateway' },
        name: 'gateway.left',
        message: (name) => (wiped ? `${name} was reset to factory default and is gone` : `${name} released itself`),
      },
    );
  }

  /** Closes the connection of a gateway whose account is gone. */
  disconnect(gateway: string, reason: string): void {
    this.#options.disconnect(gateway, reason);
  }

  async #letGo(address: GatewayAddress, letting: Letting): Promise<void> {
    const { store, clock } = this.#options;
    await store.write((unit) => letGo(unit, address, letting, clock));
    this.#options.disconnect(address.gateway, 'the gateway was released');
  }

  /** Finds by code; every wrong one counts against the actor (five in a quarter of an hour). */
  async #byCode(text: string, actor: EventActor): Promise<EnrolmentRow> {
    this.#wrongCodes.begin(actor.id);
    const code = ClaimCode.safeParse(text);
    const row = code.success
      ? await this.#options.store.db
          .selectFrom('enrolment')
          .selectAll()
          .where('code', '=', code.data)
          .executeTakeFirst()
      : undefined;
    if (row === undefined) throw new DemarcError('enrolment.unknown-code');
    this.#wrongCodes.giveBack(actor.id);
    if (row.gateway_id === null && row.expires_at <= instant(this.#options.clock)) {
      throw new DemarcError('enrolment.expired');
    }
    return row;
  }
}
