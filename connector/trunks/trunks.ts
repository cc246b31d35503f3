import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import type { EventActor } from '../history/record-event.ts';
import { recordEvent } from '../history/record-event.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import { type TrunkRow, trunkSettings } from '../lists/trunks.ts';
import type { Store, Work } from '../store/store.ts';

export interface TrunksOptions {
  store: Store;
  clock: Clock;
  log: Log;
  /** Tells a gateway what its trunks are now. */
  tell: (address: GatewayAddress) => Promise<void>;
}

/** Who changes a trunk, by which request. */
export interface By {
  actor: EventActor;
  requestId?: string;
}

/** The trunks of an account: one row each, with the settings as people made them (TRK-6 to TRK-12). */
export class Trunks {
  readonly #options: TrunksOptions;

  constructor(options: TrunksOptions) {
    this.#options = options;
  }

  /**
   * Makes a trunk of the PBX that the settings name; answers its id.
   * @throws DemarcError `api.invalid` for a PBX of another account or gateway, `trunk.name-taken`, `trunk.too-many`
   */
  async create(account: string, settings: TrunkSettings, by: By): Promise<string> {
    const { store, clock } = this.#options;
    const { id, gateway } = await store.write(async (unit) => {
      const gateway = await requirePbxs(unit, account, settings);
      await requireName(unit, account, settings.name);
      await requireRoom(unit, gateway);
      const now = instant(clock);
      const id = unit.newId();
      await unit.db
        .insertInto('trunk')
        .values({
          id,
          account_id: account,
          gateway_id: gateway,
          ...columns(settings),
          created_at: now,
          updated_at: now,
          revision: 1,
        })
        .execute();
      await this.#record(unit, { id, account, gateway, name: settings.name, by, action: 'Create' });
      return { id, gateway };
    });
    await this.#tell(account, gateway);
    return id;
  }

  /**
   * Replaces the settings of a trunk; `match` is the ETag that was read.
   * @throws DemarcError those of `create`, `api.not-found`, `api.stale`
   */
  async replace(id: string, settings: TrunkSettings, match: string, by: By): Promise<void> {
    const { store, clock } = this.#options;
    const { account, gateways } = await store.write(async (unit) => {
      const before = await rowOf(unit, id);
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      const gateway = await requirePbxs(unit, before.account_id, settings);
      await requireSameType(unit, before.pbx_id, settings.pbx);
      await requireName(unit, before.account_id, settings.name, id);
      if (gateway !== before.gateway_id) await requireRoom(unit, gateway);
      const properties = changesOf(trunkSettings(before), settings);
      if (properties.length === 0) return { account: before.account_id, gateways: [] };
      await unit.db
        .updateTable('trunk')
        .set({ gateway_id: gateway, ...columns(settings), updated_at: instant(clock), revision: before.revision + 1 })
        .where('id', '=', id)
        .execute();
      const about = { id, account: before.account_id, name: settings.name, by, action: 'Edit' as const, properties };
      const gateways = [...new Set([gateway, before.gateway_id])];
      for (const one of gateways) await countChange(unit, one);
      await this.#record(unit, { ...about, gateway }, false);
      return { account: before.account_id, gateways };
    });
    for (const gateway of gateways) await this.#tell(account, gateway);
  }

  /** Forgets a trunk; what is set on the PBX stays there. @throws DemarcError `api.not-found` */
  async remove(id: string, by: By): Promise<void> {
    const row = await this.#options.store.write(async (unit) => {
      const before = await rowOf(unit, id);
      await unit.db.deleteFrom('trunk').where('id', '=', id).execute();
      const about = { id, account: before.account_id, gateway: before.gateway_id, name: before.name };
      await this.#record(unit, { ...about, by, action: 'Delete' });
      return before;
    });
    await this.#tell(row.account_id, row.gateway_id);
  }

  /** The change is committed: a gateway that is not told now is told at its next birth. */
  async #tell(account: string, gateway: string): Promise<void> {
    await this.#options.tell({ account, gateway }).catch((error: unknown) => {
      this.#options.log.warn(
        { code: 'trunk.want-not-sent', account, gateway, err: error },
        'trunks wait for the next birth',
      );
    });
  }

  async #record(
    unit: Work,
    about: {
      id: string;
      account: string;
      gateway: string;
      name: string;
      by: By;
      action: 'Create' | 'Edit' | 'Delete';
      properties?: PropertyChange[];
    },
    count = true,
  ): Promise<void> {
    const { id, account, gateway, name, by, action, properties } = about;
    const word = { Create: 'created', Edit: 'changed', Delete: 'deleted' }[action];
    if (count) await countChange(unit, gateway);
    const event = { account, gateway, action, type: 'Service Delivery', asset: 'Trunk', assetId: id } as const;
    await recordEvent(
      unit,
      {
        ...event,
        name: `trunk.${word}`,
        message: `Trunk ${word}: ${name}`,
        actor: by.actor,
        ...(properties && { properties }),
        requestId: by.requestId ?? null,
      },
      this.#options.clock,
    );
    unit.changed({ topic: 'trunk', account, ref: id });
  }
}

const columns = (settings: TrunkSettings) => ({
  pbx_id: settings.pbx,
  name: settings.name,
  name_lc: settings.name.toLowerCase(),
  host_lc: settings.host.toLowerCase(),
  port: settings.port,
  settings: JSON.stringify(settings),
});

/** A gateway is told all its trunks in one document: as many as fit into a message with room to spare. */
const MAX_TRUNKS = 30;

async function requireRoom(unit: Work, gateway: string): Promise<void> {
  const { n } = await unit.db
    .selectFrom('trunk')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('gateway_id', '=', gateway)
    .executeTakeFirstOrThrow();
  if (n >= MAX_TRUNKS) throw new DemarcError('trunk.too-many', String(MAX_TRUNKS));
}

/** The gateway that has the PBXs. @throws InvalidField when they are not this account's, or of two gateways */
async function requirePbxs(unit: Work, account: string, { pbx, secondaryPbx }: TrunkSettings): Promise<string> {
  const gatewayOf = async (id: string, fieldName: string) => {
    const found = await unit.db
      .selectFrom('pbx')
      .select('gateway_id')
      .where('id', '=', id)
      .where('account_id', '=', account)
      .where('removed_at', 'is', null)
      .executeTakeFirst();
    if (found === undefined) throw new InvalidField(fieldName, 'is no PBX of this account');
    return found.gateway_id;
  };
  const gateway = await gatewayOf(pbx, 'pbx');
  if (secondaryPbx === null) return gateway;
  if (secondaryPbx === pbx) throw new InvalidField('secondaryPbx', 'must be another PBX than the first');
  if ((await gatewayOf(secondaryPbx, 'secondaryPbx')) !== gateway) {
    throw new InvalidField('secondaryPbx', 'must be reached by the same gateway as the first');
  }
  return gateway;
}

/** What is set on a PBX of one family means nothing on another (TRK-4). @throws InvalidField */
async function requireSameType(unit: Work, before: string, after: string): Promise<void> {
  if (after === before) return;
  const rows = await unit.db.selectFrom('pbx').select('type').where('id', 'in', [before, after]).execute();
  if (new Set(rows.map(({ type }) => type)).size > 1) {
    throw new InvalidField('pbx', 'must be of the same family as before; add another trunk for another family');
  }
}

async function requireName(unit: Work, account: string, name: string, except?: string): Promise<void> {
  const taken = await unit.db
    .selectFrom('trunk')
    .select('id')
    .where('account_id', '=', account)
    .where('name_lc', '=', name.toLowerCase())
    .executeTakeFirst();
  if (taken !== undefined && taken.id !== except) throw new DemarcError('trunk.name-taken', name);
}

async function rowOf(
  unit: Work,
  id: string,
): Promise<Omit<TrunkRow, 'pbx_name' | 'pbx_type' | 'pbx_removed_at' | 'health'>> {
  const row = await unit.db.selectFrom('trunk').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new DemarcError('api.not-found', 'trunk');
  return row;
}

const countChange = (unit: Work, gateway: string) =>
  unit.db
    .updateTable('gateway')
    .set((eb) => ({ trunks_revision: eb('trunks_revision', '+', 1) }))
    .where('id', '=', gateway)
    .execute();

/** What changed, property by property, for the history (EVT-20). */
function changesOf(before: TrunkSettings, after: TrunkSettings): PropertyChange[] {
  return Object.keys(TrunkSettings.shape).flatMap((property) => {
    const [a, b] = [before[property as keyof TrunkSettings], after[property as keyof TrunkSettings]];
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ property, before: a, after: b }];
  });
}
