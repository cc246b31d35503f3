import type { Selectable } from 'kysely';
import { ulid } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import type { ProvisioningToken, ProvisioningTokenCreate } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { hashToken, newToken } from '../access/tokens.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';
import { gatewayOfKey } from './claim.ts';

type Row = Selectable<Tables['provisioning_token']>;

const toDto = (row: Row): ProvisioningToken => ({
  id: row.id,
  account: row.account_id,
  siteName: row.site_name,
  uses: row.uses,
  maxUses: row.max_uses,
  expiresAt: row.expires_at,
  createdAt: row.created_at,
});

/** Tokens that stand for a person's confirmation when many gateways are set up (design section 4). Hashed at rest. */
export class ProvisioningTokens {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** The only time that the token itself is given away. @throws DemarcError `api.not-found` for an unknown account */
  async create(input: ProvisioningTokenCreate, actor: EventActor): Promise<ProvisioningToken> {
    const token = newToken();
    const row: Row = {
      id: ulid(this.#clock.now()),
      account_id: input.account,
      token_hash: hashToken(token),
      site_name: input.siteName ?? null,
      uses: 0,
      max_uses: input.maxUses,
      expires_at: new Date(this.#clock.now() + input.validHours * 3_600_000).toISOString(),
      created_at: instant(this.#clock),
    };
    await this.#store.write(async (unit) => {
      const account = await unit.db
        .selectFrom('account')
        .select('id')
        .where('id', '=', input.account)
        .executeTakeFirst();
      if (account === undefined) throw new DemarcError('api.not-found');
      await unit.db.insertInto('provisioning_token').values(row).execute();
      await this.#record(unit, row, actor, 'Create', 'A provisioning token was made');
    });
    return { ...toDto(row), token };
  }

  async list(account: string): Promise<ProvisioningToken[]> {
    const rows = await this.#store.db
      .selectFrom('provisioning_token')
      .selectAll()
      .where('account_id', '=', account)
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map(toDto);
  }

  /** @throws DemarcError `api.not-found` */
  async delete(account: string, id: string, actor: EventActor): Promise<void> {
    await this.#store.write(async (unit) => {
      const row = await unit.db
        .deleteFrom('provisioning_token')
        .where('account_id', '=', account)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw new DemarcError('api.not-found');
      await this.#record(unit, row, actor, 'Delete', 'A provisioning token was deleted');
    });
  }

  /**
   * Takes one use for this key, in the caller's unit of work. A gateway of the account that comes again, because it never
   * got the answer, takes none.
   * @throws DemarcError `enrolment.bad-token`
   */
  async redeem(
    unit: Work,
    token: string,
    fingerprint: string,
  ): Promise<{ id: string; account: string; siteName: string | null }> {
    const row = await unit.db
      .selectFrom('provisioning_token')
      .selectAll()
      .where('token_hash', '=', hashToken(token))
      .executeTakeFirst();
    if (row === undefined || row.expires_at <= instant(this.#clock)) throw new DemarcError('enrolment.bad-token');
    const known = await gatewayOfKey(unit, fingerprint);
    if (known?.account_id !== row.account_id) {
      if (row.uses >= row.max_uses) throw new DemarcError('enrolment.bad-token');
      await unit.db
        .updateTable('provisioning_token')
        .set({ uses: row.uses + 1 })
        .where('id', '=', row.id)
        .execute();
    }
    return { id: row.id, account: row.account_id, siteName: row.site_name };
  }

  async #record(unit: Work, row: Row, actor: EventActor, action: 'Create' | 'Delete', message: string): Promise<void> {
    const { account_id: account, id: assetId, expires_at: expiresAt, max_uses: maxUses } = row;
    const name = action === 'Create' ? 'provisioning.token-made' : 'provisioning.token-deleted';
    const event = {
      account,
      actor,
      action,
      type: 'Gateway',
      asset: 'Provisioning token',
      assetId,
      name,
      message,
    } as const;
    await recordEvent(unit, { ...event, details: { expiresAt, maxUses, siteName: row.site_name } }, this.#clock);
    unit.changed({ topic: 'enrolment', account, ref: assetId });
  }
}
