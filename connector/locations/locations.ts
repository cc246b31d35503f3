import { type Clock, instant } from '#config/clock.ts';
import { LocationAddress, type LocationEdit, type LocationsCreate } from '#contract/api/locations.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { recordEvent } from '../history/record-event.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import { readOne } from '../lists/list.ts';
import { gatewaysOf, type LocationRow, locationsList } from '../lists/locations.ts';
import type { By } from '../numbers/numbers.ts';
import type { Store, Work } from '../store/store.ts';

/** The places of accounts (MVB-6 to MVB-8). */
export class Locations {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** All of the names or none; answers the ids. @throws DemarcError `location.name-taken` with the name */
  create({ account, names }: LocationsCreate, by: By): Promise<string[]> {
    return this.#store.write(async (unit) => {
      const ids: string[] = [];
      for (const name of names) {
        await requireName(unit, account, name);
        const id = unit.newId();
        await unit.db
          .insertInto('location')
          .values({
            id,
            account_id: account,
            name,
            name_lc: name.toLowerCase(),
            city_lc: '',
            address: JSON.stringify(LocationAddress.parse({})),
            updated_at: instant(this.#clock),
            revision: 1,
          })
          .execute();
        await this.#record(unit, { id, account, name, action: 'Create' }, by);
        ids.push(id);
      }
      return ids;
    });
  }

  /** Sets name, address and gateways anew. @throws DemarcError `api.not-found`, `api.stale`, `api.invalid`, `location.name-taken` */
  async replace(id: string, wish: LocationEdit, match: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await unit.db.selectFrom('location').selectAll().where('id', '=', id).executeTakeFirst();
      if (before === undefined) throw new DemarcError('api.not-found');
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      await requireName(unit, before.account_id, wish.name, id);
      const address = JSON.stringify(wish.address);
      const properties: PropertyChange[] = [];
      if (wish.name !== before.name) properties.push({ property: 'name', before: before.name, after: wish.name });
      if (address !== before.address) {
        properties.push({ property: 'address', before: JSON.parse(before.address), after: wish.address });
      }
      properties.push(...(await this.#settle(unit, before.account_id, id, wish.gateways)));
      if (properties.length === 0) return;
      await unit.db
        .updateTable('location')
        .set({
          name: wish.name,
          name_lc: wish.name.toLowerCase(),
          city_lc: wish.address.city.toLowerCase(),
          address,
          updated_at: instant(this.#clock),
          revision: before.revision + 1,
        })
        .where('id', '=', id)
        .execute();
      await this.#record(unit, { id, account: before.account_id, name: wish.name, action: 'Edit', properties }, by);
    });
  }

  /** @throws DemarcError `api.not-found`, `location.in-use` with what refers to it (MVB-7) */
  async remove(id: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const row = await readOne<LocationRow>(unit.db, locationsList, id);
      if (row === undefined) throw new DemarcError('api.not-found');
      const gateways = gatewaysOf(row).length;
      const references = [
        [gateways, 'gateway', 'gateways'],
        [row.ranges, 'extension range', 'extension ranges'],
        [row.dids, 'direct-dial entry', 'direct-dial entries'],
      ] as const;
      const used = references.flatMap(([n, one, many]) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]));
      if (used.length > 0) throw new DemarcError('location.in-use', `${row.name}: ${used.join(', ')}`);
      await unit.db.deleteFrom('gateway_location').where('location_id', '=', id).execute();
      await unit.db.deleteFrom('location').where('id', '=', id).execute();
      await this.#record(unit, { id, account: row.account_id, name: row.name, action: 'Delete' }, by);
    });
  }

  /** Puts exactly these gateways at the place; gives what changed. @throws InvalidField */
  async #settle({ db }: Work, account: string, location: string, wanted: readonly string[]): Promise<PropertyChange[]> {
    const gateways = await db
      .selectFrom('gateway')
      .leftJoin('gateway_location', 'gateway_location.gateway_id', 'gateway.id')
      .select(['gateway.id', 'gateway.name', 'gateway_location.location_id'])
      .where('gateway.account_id', '=', account)
      .where('gateway.released_at', 'is', null)
      .execute();
    const known = new Map(gateways.map((gateway) => [gateway.id, gateway]));
    for (const id of wanted) {
      if (!known.has(id)) throw new InvalidField('gateways', 'holds one that is no gateway of this account');
    }
    const before = gateways.filter((gateway) => gateway.location_id === location);
    const after = gateways.filter(({ id }) => wanted.includes(id));
    const names = (some: typeof gateways) => some.map(({ name }) => name).sort();
    if (names(before).join('\n') === names(after).join('\n')) return [];
    await db.deleteFrom('gateway_location').where('location_id', '=', location).execute();
    for (const { id } of after) {
      await db
        .insertInto('gateway_location')
        .values({ gateway_id: id, account_id: account, location_id: location })
        .onConflict((conflict) => conflict.column('gateway_id').doUpdateSet({ location_id: location }))
        .execute();
    }
    return [{ property: 'gateways', before: names(before), after: names(after) }];
  }

  async #record(
    unit: Work,
    about: {
      id: string;
      account: string;
      name: string;
      action: 'Create' | 'Edit' | 'Delete';
      properties?: PropertyChange[];
    },
    by: By,
  ): Promise<void> {
    const word = { Create: 'created', Edit: 'changed', Delete: 'deleted' }[about.action];
    await recordEvent(
      unit,
      {
        account: about.account,
        actor: by.actor,
        action: about.action,
        type: 'Service Delivery',
        asset: 'Location',
        assetId: about.id,
        name: `location.${word}`,
        message: `Location ${word}: ${about.name}`,
        ...(about.properties && { properties: about.properties }),
        requestId: by.requestId,
      },
      this.#clock,
    );
    unit.changed({ topic: 'location', account: about.account, ref: about.id });
  }
}

async function requireName({ db }: Work, account: string, name: string, own = ''): Promise<void> {
  const other = await db
    .selectFrom('location')
    .select('id')
    .where('account_id', '=', account)
    .where('name_lc', '=', name.toLowerCase())
    .where('id', '<>', own)
    .executeTakeFirst();
  if (other !== undefined) throw new DemarcError('location.name-taken', name);
}
