import type { Want } from '#contract/sections.ts';
import { type GatewayAddress, topics } from '#contract/topics.ts';
import { PhonePolicy } from '#contract/words.ts';
import type { DeviceBus } from '../bus/device-bus.ts';
import type { Store } from '../store/store.ts';

/** Tells gateways what their account wants of them (`down/want`, retained); the version is the account's revision. */
export class Wants {
  readonly #store: Store;
  readonly #publish: DeviceBus['publish'];

  constructor(options: { store: Store; publish: DeviceBus['publish'] }) {
    this.#store = options.store;
    this.#publish = options.publish;
  }

  /** To one gateway, after its birth. */
  async toGateway(address: GatewayAddress): Promise<void> {
    const want = await this.#want(address.account);
    if (want !== undefined) await this.#publish(topics.want(address), want, { retain: true });
  }

  /** To every gateway of an account, after its settings changed. */
  async toAccount(account: string): Promise<void> {
    const want = await this.#want(account);
    if (want === undefined) return;
    const gateways = await this.#store.db
      .selectFrom('gateway')
      .select('id')
      .where('account_id', '=', account)
      .where('released_at', 'is', null)
      .execute();
    for (const { id } of gateways) {
      await this.#publish(topics.want({ account, gateway: id }), want, { retain: true });
    }
  }

  async #want(id: string): Promise<string | undefined> {
    const account = await this.#store.db
      .selectFrom('account')
      .select(['revision', 'phone_policy', 'guard_percent', 'guard_users', 'country'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (account === undefined) return undefined;
    const want: Want = {
      version: account.revision,
      settings: {
        phonePolicy: PhonePolicy.catch('All').parse(account.phone_policy),
        guard: { percent: account.guard_percent, users: account.guard_users },
        country: account.country,
      },
    };
    return JSON.stringify(want);
  }
}
