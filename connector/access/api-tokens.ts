import type { Selectable } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import { Permission, Role } from '#contract/access.ts';
import type { ApiToken, ApiTokenCreate } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';
import { actorOf, minusOf } from './actors.ts';
import { type Actor, may, rightsOf } from './may.ts';
import { hashToken, newToken } from './tokens.ts';

/** Begins every token, so that one that was published by mistake is found by those who search for such. */
const PREFIX = 'dmc_';
const LIMIT = 100;
const USED_EVERY_MS = 60_000;

type Row = Selectable<Tables['api_token']> & { role_name: string | null; minus: string | null };

/** Tokens by which programs use the API: kept as a hash, of one role, expiring. */
export class ApiTokens {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /**
   * Who a token stands for; undefined when there is none or it has expired. A token may what its role says, and never more
   * than whoever made it may now: when they leave, it ends.
   */
  async find(token: string, address: string): Promise<Actor | undefined> {
    if (!token.startsWith(PREFIX)) return undefined;
    const now = this.#clock.now();
    const row = await this.#rows().where('api_token.token_hash', '=', hashToken(token)).executeTakeFirst();
    const actor = row && (await this.#standsFor(row));
    if (actor === undefined) return undefined;
    if (row && (row.used_at === null || now - Date.parse(row.used_at) >= USED_EVERY_MS))
      await this.#used(row.id, address);
    return actor;
  }

  /** The same by its id, for what goes on after a request: undefined when it may nothing any more. */
  async actor(id: string): Promise<Actor | undefined> {
    const row = await this.#rows().where('api_token.id', '=', id).executeTakeFirst();
    return row && this.#standsFor(row);
  }

  async #standsFor(row: Row): Promise<Actor | undefined> {
    if (row.expires_at <= instant(this.#clock)) return undefined;
    const maker = await actorOf(this.#store.db, row.made_by);
    const role = Role.safeParse(row.role);
    if (maker === undefined || maker.partner !== row.partner_id || !role.success) return undefined;
    if (row.role_id !== null && row.minus === null) return undefined;
    const resource = { partner: row.partner_id, account: row.account_id };
    const own = rightsOf({ role: role.data, ...(row.minus !== null && { minus: minusOf(row.minus) }) });
    const held = own.filter((permission) => may(maker, permission, resource));
    if (held.length === 0) return undefined;
    const minus = Permission.options.filter((permission) => !held.includes(permission));
    const grants = [{ account: row.account_id, role: role.data, minus }];
    return {
      id: row.id,
      name: `${row.name} (token of ${row.made_by_name})`,
      email: '',
      partner: row.partner_id,
      grants,
    };
  }

  /** Those of one account, or (null) those for all of the partner's. */
  async list(partner: string, account: string | null): Promise<ApiToken[]> {
    const rows = await this.#rows()
      .where('api_token.partner_id', '=', partner)
      .where('api_token.account_id', account === null ? 'is' : '=', account)
      .orderBy('api_token.created_at', 'desc')
      .execute();
    return rows.map((row) => this.#dto(row));
  }

  /** Whose a token is, as `may` judges it. */
  async resource(id: string): Promise<{ partner: string; account: string | null } | undefined> {
    const row = await this.#rows().where('api_token.id', '=', id).executeTakeFirst();
    return row && { partner: row.partner_id, account: row.account_id };
  }

  /** The only time that the token itself is told. The role was judged before. @throws DemarcError `token.too-many` */
  async create(
    given: Omit<ApiTokenCreate, 'role'> & { partner: string; role: { base: Role; id: string | null } },
    actor: EventActor,
    requestId: string,
  ): Promise<ApiToken> {
    const token = `${PREFIX}${newToken()}`;
    const { partner, account, name, role } = given;
    const id = await this.#store.write(async (unit) => {
      const there = await unit.db
        .selectFrom('api_token')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('partner_id', '=', partner)
        .where('account_id', account === null ? 'is' : '=', account)
        .executeTakeFirstOrThrow();
      if (there.count >= LIMIT) throw new DemarcError('token.too-many', `at most ${LIMIT}`);
      const made = unit.newId();
      await unit.db
        .insertInto('api_token')
        .values({
          id: made,
          partner_id: partner,
          account_id: account,
          name,
          token_hash: hashToken(token),
          role: role.base,
          role_id: role.id,
          made_by: actor.id,
          made_by_name: actor.name,
          created_at: instant(this.#clock),
          expires_at: new Date(this.#clock.now() + given.validDays * 86_400_000).toISOString(),
          used_at: null,
          used_from: null,
        })
        .execute();
      await this.#record(unit, { id: made, partner, account, name }, 'Create', actor, requestId);
      return made;
    });
    const row = await this.#rows().where('api_token.id', '=', id).executeTakeFirstOrThrow();
    return { ...this.#dto(row), token };
  }

  /** Takes effect with the next request. @throws DemarcError `api.not-found` */
  async revoke(id: string, actor: EventActor, requestId: string): Promise<void> {
    await this.#store.write(async (unit) => {
      const row = await unit.db.deleteFrom('api_token').where('id', '=', id).returningAll().executeTakeFirst();
      if (row === undefined) throw new DemarcError('api.not-found');
      const { partner_id: partner, account_id: account, name } = row;
      await this.#record(unit, { id, partner, account, name }, 'Delete', actor, requestId);
    });
  }

  #rows() {
    return this.#store.db
      .selectFrom('api_token')
      .leftJoin('role', 'role.id', 'api_token.role_id')
      .selectAll('api_token')
      .select(['role.name as role_name', 'role.minus']);
  }

  async #used(id: string, address: string): Promise<void> {
    await this.#store.write(({ db }) =>
      db
        .updateTable('api_token')
        .set({ used_at: instant(this.#clock), used_from: address })
        .where('id', '=', id)
        .execute(),
    );
  }

  #dto(row: Row): ApiToken {
    const base = Role.catch('User').parse(row.role);
    return {
      id: row.id,
      account: row.account_id,
      name: row.name,
      role: row.role_id ?? base,
      roleName: row.role_id === null ? base : (row.role_name ?? base),
      madeBy: row.made_by_name,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      expired: row.expires_at <= instant(this.#clock),
      usedAt: row.used_at,
      usedFrom: row.used_from,
    };
  }

  async #record(
    unit: Work,
    token: { id: string; partner: string; account: string | null; name: string },
    action: 'Create' | 'Delete',
    actor: EventActor,
    requestId: string,
  ): Promise<void> {
    const made = action === 'Create';
    const event = { action, type: 'Admin', asset: 'API token', assetId: token.id, actor, requestId } as const;
    const name = made ? 'api-token.created' : 'api-token.revoked';
    const message = `API token ${made ? 'made' : 'revoked'}: ${token.name}`;
    const whose = { account: token.account, partner: token.account === null ? token.partner : null };
    await recordEvent(unit, { ...event, ...whose, name, message }, this.#clock);
  }
}
