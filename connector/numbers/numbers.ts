import { sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { DidCreate, DidEdit, ExtensionRangeCreate, ExtensionRangeEdit } from '#contract/api/numbers.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import type { Store, Work } from '../store/store.ts';
import { type Ends, endsOf } from './ends.ts';

/** Who changes an entry, by which request. */
export interface By {
  actor: EventActor;
  requestId: string;
}

type Kind = 'extension_range' | 'did';
const ASSETS = { extension_range: 'Extension range', did: 'Direct-dial number' } as const;

/** Entries that people make of numbers. Nothing of it is written to a PBX. */
export class Numbers {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Answers the id. @throws DemarcError `api.invalid`, `numbers.overlap` (MVB-3) */
  addRange(wish: ExtensionRangeCreate, by: By): Promise<string> {
    const ends = endsOf(wish.lower, wish.upper, 'upper');
    return this.#store.write(async (unit) => {
      await requirePbx(unit, wish.account, wish.pbx);
      await requireLocation(unit, wish.account, wish.location);
      await requireFree(unit, 'extension_range', wish, ends);
      const row = this.#newRow(unit, wish, ends);
      await unit.db.insertInto('extension_range').values(row).execute();
      await this.#record(unit, 'extension_range', { ...row, action: 'Create', name: shown(ends) }, by);
      return row.id;
    });
  }

  /** @throws DemarcError those of `addRange`, `api.not-found`, `api.stale`, `numbers.from-pbx` */
  async editRange(id: string, wish: ExtensionRangeEdit, match: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await unit.db.selectFrom('extension_range').selectAll().where('id', '=', id).executeTakeFirst();
      if (before === undefined) throw new DemarcError('api.not-found');
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      const ends = endsOf(wish.lower ?? before.lower_end, wish.upper ?? before.upper_end, 'upper');
      const location = wish.location === undefined ? before.location_id : wish.location;
      const properties = changed([
        ['lower', before.lower_end, ends.lower],
        ['upper', before.upper_end, ends.upper],
        ['location', before.location_id, location],
      ]);
      if (properties.length === 0) return;
      requireOurs(before, properties);
      await requireLocation(unit, before.account_id, location);
      await requireFree(unit, 'extension_range', { account: before.account_id, pbx: before.pbx_id, id }, ends);
      const set = { lower_end: ends.lower, upper_end: ends.upper, location_id: location };
      await unit.db
        .updateTable('extension_range')
        .set({ ...set, updated_at: instant(this.#clock), revision: before.revision + 1 })
        .where('id', '=', id)
        .execute();
      await this.#record(unit, 'extension_range', { ...before, action: 'Edit', name: shown(ends), properties }, by);
    });
  }

  /** Answers the id. @throws DemarcError `api.invalid`, `numbers.overlap` */
  addDid(wish: DidCreate, by: By): Promise<string> {
    const ends = endsOf(wish.number, wish.numberTo ?? wish.number, 'numberTo');
    return this.#store.write(async (unit) => {
      await requirePbx(unit, wish.account, wish.pbx);
      await requireLocation(unit, wish.account, wish.location);
      await requireFree(unit, 'did', wish, ends);
      const row = {
        ...this.#newRow(unit, wish, ends),
        number: wish.number,
        number_to: ends.lower === ends.upper ? null : wish.numberTo,
        target: wish.target,
        target_to: null,
      };
      await unit.db.insertInto('did').values(row).execute();
      await this.#record(unit, 'did', { ...row, action: 'Create', name: shown(ends) }, by);
      return row.id;
    });
  }

  /** @throws DemarcError those of `addDid`, `api.not-found`, `api.stale`, `numbers.from-pbx` */
  async editDid(id: string, wish: DidEdit, match: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await unit.db.selectFrom('did').selectAll().where('id', '=', id).executeTakeFirst();
      if (before === undefined) throw new DemarcError('api.not-found');
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      const number = wish.number ?? before.number;
      const to = wish.numberTo === undefined ? before.number_to : wish.numberTo;
      const ends = endsOf(number, to ?? number, 'numberTo');
      const after = {
        number,
        number_to: ends.lower === ends.upper ? null : to,
        target: wish.target === undefined ? before.target : wish.target,
        location_id: wish.location === undefined ? before.location_id : wish.location,
      };
      const properties = changed([
        ['number', before.number, after.number],
        ['numberTo', before.number_to, after.number_to],
        ['target', before.target, after.target],
        ['location', before.location_id, after.location_id],
      ]);
      if (properties.length === 0) return;
      requireOurs(before, properties);
      await requireLocation(unit, before.account_id, after.location_id);
      await requireFree(unit, 'did', { account: before.account_id, pbx: before.pbx_id, id }, ends);
      await unit.db
        .updateTable('did')
        .set({
          ...after,
          lower_end: ends.lower,
          upper_end: ends.upper,
          updated_at: instant(this.#clock),
          revision: before.revision + 1,
        })
        .where('id', '=', id)
        .execute();
      await this.#record(unit, 'did', { ...before, action: 'Edit', name: shown(ends), properties }, by);
    });
  }

  /** @throws DemarcError `api.not-found`, `numbers.from-pbx` */
  async remove(kind: Kind, id: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const row = await unit.db
        .selectFrom(kind)
        .select(['id', 'account_id', 'source', 'lower_end', 'upper_end'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) throw new DemarcError('api.not-found');
      if (row.source !== 'Console') throw new DemarcError('numbers.from-pbx');
      await unit.db.deleteFrom(kind).where('id', '=', id).execute();
      const name = shown({ lower: row.lower_end, upper: row.upper_end });
      await this.#record(unit, kind, { ...row, action: 'Delete', name }, by);
    });
  }

  #newRow(unit: Work, wish: { account: string; pbx: string; location: string | null }, ends: Ends) {
    return {
      id: unit.newId(),
      account_id: wish.account,
      pbx_id: wish.pbx,
      lower_end: ends.lower,
      upper_end: ends.upper,
      source: 'Console',
      location_id: wish.location,
      updated_at: instant(this.#clock),
      revision: 1,
    };
  }

  async #record(
    unit: Work,
    kind: Kind,
    about: {
      id: string;
      account_id: string;
      action: 'Create' | 'Edit' | 'Delete';
      name: string;
      properties?: PropertyChange[];
    },
    by: By,
  ): Promise<void> {
    const word = { Create: 'created', Edit: 'changed', Delete: 'deleted' }[about.action];
    await recordEvent(
      unit,
      {
        account: about.account_id,
        actor: by.actor,
        action: about.action,
        type: 'Service Delivery',
        asset: ASSETS[kind],
        assetId: about.id,
        name: `${kind === 'did' ? 'did' : 'extension-range'}.${word}`,
        message: `${ASSETS[kind]} ${word}: ${about.name}`,
        ...(about.properties && { properties: about.properties }),
        requestId: by.requestId,
      },
      this.#clock,
    );
    unit.changed({ topic: 'numbers', account: about.account_id, ref: about.id });
  }
}

const shown = ({ lower, upper }: Ends): string => (lower === upper ? lower : `${lower} – ${upper}`);

const changed = (values: readonly (readonly [string, unknown, unknown])[]): PropertyChange[] =>
  values.flatMap(([property, before, after]) => (before === after ? [] : [{ property, before, after }]));

/** What a PBX tells is its own; only where it is may be said here. @throws DemarcError `numbers.from-pbx` */
function requireOurs({ source }: { source: string }, properties: readonly PropertyChange[]): void {
  if (source === 'Console' || properties.every(({ property }) => property === 'location')) return;
  throw new DemarcError('numbers.from-pbx');
}

async function requirePbx(unit: Work, account: string, id: string): Promise<void> {
  const found = await unit.db
    .selectFrom('pbx')
    .select('id')
    .where('id', '=', id)
    .where('account_id', '=', account)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (found === undefined) throw new InvalidField('pbx', 'is no PBX of this account');
}

async function requireLocation(unit: Work, account: string, id: string | null): Promise<void> {
  if (id === null) return;
  const found = await unit.db
    .selectFrom('location')
    .select('id')
    .where('id', '=', id)
    .where('account_id', '=', account)
    .executeTakeFirst();
  if (found === undefined) throw new InvalidField('location', 'is no location of this account');
}

/** Blocks of one PBX never share a number (MVB-3). @throws DemarcError `numbers.overlap` with the other one */
async function requireFree(
  { db }: Work,
  kind: Kind,
  { account, pbx, id }: { account: string; pbx: string; id?: string },
  { lower, upper }: Ends,
): Promise<void> {
  const other = await db
    .selectFrom(kind)
    .select(['lower_end', 'upper_end'])
    .where('account_id', '=', account)
    .where('pbx_id', '=', pbx)
    .where('id', '<>', id ?? '')
    .where(sql<number>`length(lower_end)`, '=', lower.length)
    .where('lower_end', '<=', upper)
    .where('upper_end', '>=', lower)
    .limit(1)
    .executeTakeFirst();
  if (other === undefined) return;
  throw new DemarcError('numbers.overlap', shown({ lower: other.lower_end, upper: other.upper_end }));
}
