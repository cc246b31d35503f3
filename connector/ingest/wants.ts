import type { Want } from '#contract/sections.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import { PhonePolicy } from '#contract/words.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import { trunkSettings } from '../lists/trunks.ts';
import type { Store } from '../store/store.ts';

/** Tells gateways what their account wants of them (`down/want`, retained); the version counts changes of the account and of the gateway's trunks. */
export class Wants {
  readonly #store: Store;
  readonly #publish: DeviceBus['publish'];

  constructor(options: { store: Store; publish: DeviceBus['publish'] }) {
    this.#store = options.store;
    this.#publish = options.publish;
  }

  /** To one gateway, after its birth. */
  async toGateway(address: GatewayAddress): Promise<void> {
    const want = await this.#want(address);
    if (want !== undefined) await this.#publish(topics.want(address), want, { retain: true });
  }

  /** To every gateway of an account, after its settings changed. */
  async toAccount(account: string): Promise<void> {
    const gateways = await this.#store.db
      .selectFrom('gateway')
      .select('id')
      .where('account_id', '=', account)
      .where('released_at', 'is', null)
      .execute();
    for (const { id } of gateways) await this.toGateway({ account, gateway: id });
  }

  async #want({ account: id, gateway }: GatewayAddress): Promise<string | undefined> {
    const account = await this.#store.db
      .selectFrom('account')
      .innerJoin('gateway', 'gateway.account_id', 'account.id')
      .select(['account.revision', 'trunks_revision', 'phone_policy', 'guard_percent', 'guard_users', 'country'])
      .select(['address_1', 'address_2', 'city', 'province', 'postal_code'])
      .where('account.id', '=', id)
      .where('gateway.id', '=', gateway)
      .executeTakeFirst();
    if (account === undefined) return undefined;
    const trunks = await this.#store.db
      .selectFrom('trunk')
      .select(['id', 'settings'])
      .where('account_id', '=', id)
      .where('gateway_id', '=', gateway)
      .orderBy('id')
      .execute();
    const want: Want = {
      // Both only ever grow, so each change of either makes a new version.
      version: account.revision + account.trunks_revision,
      settings: {
        phonePolicy: PhonePolicy.catch('All').parse(account.phone_policy),
        guard: { percent: account.guard_percent, users: account.guard_users },
        country: account.country,
        ...(account.city ? { business: businessOf(account) } : {}),
        trunks: trunks.map((trunk) => ({ id: trunk.id, settings: trunkSettings(trunk) })),
      },
    };
    return JSON.stringify(want);
  }
}

type AddressColumns = Record<'address_1' | 'address_2' | 'city' | 'province' | 'postal_code', string | null>;

const businessOf = (account: AddressColumns) => ({
  address: [account.address_1, account.address_2].filter((line) => line).join(', '),
  city: account.city ?? '',
  province: account.province ?? '',
  postalCode: account.postal_code ?? '',
});
