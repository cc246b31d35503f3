import { type Clock, instant } from '#config/clock.ts';
import type { PersonInvite } from '#contract/api/access.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PropertyChange } from '#contract/events.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Place, StoredRole } from '../roles/givable.ts';
import type { Store, Work } from '../store/store.ts';
import { makePasswordLink } from './password-links.ts';
import { type PersonRow, personAt } from './people-list.ts';

/** Who does it, for history and for the entry of the person. */
export interface By {
  actor: EventActor;
  requestId: string;
}

/** What of a person changes at a place; rights were judged before. */
export interface PersonChange {
  name?: string | undefined;
  role?: StoredRole | undefined;
  status?: 'Active' | 'Disabled' | undefined;
}

/** A secret that is told once. */
export interface MadeLink {
  token: string;
  expiresAt: string;
}

/** The people who sign in: invited, changed and removed, with a record of each. */
export class People {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /**
   * Adds a person to a place. Somebody who is known keeps what they sign in with; somebody new gets a link for a password.
   * @throws DemarcError `person.email-taken`, `person.already-here`
   */
  async invite(
    place: Place,
    given: Pick<PersonInvite, 'name' | 'email' | 'language'>,
    role: StoredRole,
    by: By,
  ): Promise<{ id: string; link: MadeLink | null }> {
    return this.#store.write(async (unit) => {
      const known = await this.#known(unit, place, given.email);
      const id = known?.id ?? unit.newId();
      if (known === undefined) {
        await unit.db
          .insertInto('person')
          .values({
            id,
            partner_id: place.partner,
            name: given.name,
            email: given.email,
            email_lc: given.email.toLowerCase(),
            password_hash: null,
            created_at: instant(this.#clock),
            disabled: 0,
            language: given.language,
          })
          .execute();
      } else if (known.removed) {
        // Comes back as somebody new: what they once signed in with counts no more.
        await unit.db
          .updateTable('person')
          .set({ name: given.name, language: given.language, password_hash: null, disabled: 0 })
          .where('id', '=', id)
          .execute();
      }
      await this.#hold(unit, place, id, role);
      await this.#touch(unit, id, by);
      const link =
        known === undefined || known.removed || !known.settled
          ? await makePasswordLink(unit, this.#clock, id, by.actor.id)
          : null;
      const message = `${given.name} was added as ${role.name}`;
      await this.#record(unit, place, { id, action: 'Create', name: 'person.invited', message }, by);
      return { id, link };
    });
  }

  /** @throws DemarcError `api.not-found`, `api.stale` */
  async change(place: Place, id: string, match: string, change: PersonChange, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await personAt(unit.db, place, id);
      if (match !== `"${before.revision}"`) throw new DemarcError('api.stale');
      const properties = changesOf(before, change);
      if (properties.length === 0) return;
      if (change.name !== undefined) {
        await unit.db.updateTable('person').set({ name: change.name }).where('id', '=', id).execute();
      }
      if (change.status !== undefined) {
        const disabled = change.status === 'Disabled' ? 1 : 0;
        await unit.db.updateTable('person').set({ disabled }).where('id', '=', id).execute();
        if (disabled === 1) await dropCredentials(unit, id, false);
      }
      if (change.role !== undefined) await this.#hold(unit, place, id, change.role);
      await this.#touch(unit, id, by);
      const message = `Person changed: ${change.name ?? before.name}`;
      await this.#record(unit, place, { id, action: 'Edit', name: 'person.changed', message, properties }, by);
    });
  }

  /** Takes a person away from a place; one who belongs nowhere any more cannot sign in. @throws DemarcError `api.not-found` */
  async remove(place: Place, id: string, by: By): Promise<void> {
    await this.#store.write(async (unit) => {
      const before = await personAt(unit.db, place, id);
      if (place.account === null) {
        await unit.db.updateTable('person').set({ manager: 0 }).where('id', '=', id).execute();
        await unit.db
          .deleteFrom('membership')
          .where('person_id', '=', id)
          .where((is) => is.or([is('account_id', 'is', null), is('role', '=', 'Account Manager')]))
          .execute();
      } else {
        await unit.db
          .deleteFrom('membership')
          .where('person_id', '=', id)
          .where('account_id', '=', place.account)
          .execute();
      }
      await this.#touch(unit, id, by);
      const gone = await unit.db
        .updateTable('person')
        .set({ disabled: 1, password_hash: null })
        .where('id', '=', id)
        .where('manager', '=', 0)
        .where('id', 'not in', (others) => others.selectFrom('membership').select('person_id'))
        .executeTakeFirst();
      if (gone.numUpdatedRows > 0n) await dropCredentials(unit, id, true);
      const message = `${before.name} was removed`;
      await this.#record(unit, place, { id, action: 'Delete', name: 'person.removed', message }, by);
    });
  }

  /** A new link for a password; the old password works until it is used. @throws DemarcError `api.not-found` */
  async link(place: Place, id: string, by: By): Promise<MadeLink> {
    return this.#store.write(async (unit) => {
      const person = await personAt(unit.db, place, id);
      const link = await makePasswordLink(unit, this.#clock, id, by.actor.id);
      const message = `A link to set a password was made for ${person.name}`;
      await this.#record(unit, place, { id, action: 'Edit', name: 'person.link-made', message }, by);
      return link;
    });
  }

  /** Whoever has this e-mail address, when they may be added to the place. */
  async #known(unit: Work, place: Place, email: string) {
    const person = await unit.db
      .selectFrom('person')
      .select(['id', 'partner_id', 'password_hash', 'disabled', 'manager'])
      .where('email_lc', '=', email.toLowerCase())
      .executeTakeFirst();
    if (person === undefined) return undefined;
    if (person.partner_id !== place.partner) throw new DemarcError('person.email-taken');
    const held = await unit.db
      .selectFrom('membership')
      .select('account_id')
      .where('person_id', '=', person.id)
      .execute();
    const everywhere = person.manager === 1 && place.account === null;
    if (everywhere || held.some(({ account_id }) => account_id === null || account_id === place.account)) {
      throw new DemarcError('person.already-here');
    }
    const linked = await unit.db
      .selectFrom('oidc_identity')
      .select('subject')
      .where('person_id', '=', person.id)
      .executeTakeFirst();
    const removed = person.disabled !== 0 && held.length === 0 && person.manager === 0;
    return { id: person.id, removed, settled: person.password_hash !== null || linked !== undefined };
  }

  /** Gives the role at the place, in place of the one held there. */
  async #hold(unit: Work, { account }: Place, person: string, role: StoredRole): Promise<void> {
    const { db } = unit;
    if (account === null) {
      const manager = role.base === 'Account Manager';
      await db
        .updateTable('person')
        .set({ manager: manager ? 1 : 0 })
        .where('id', '=', person)
        .execute();
      await db
        .deleteFrom('membership')
        .where('person_id', '=', person)
        .where((is) => is.or([is('account_id', 'is', null), ...(manager ? [] : [is('role', '=', 'Account Manager')])]))
        .execute();
      if (manager) return;
    } else {
      await db.deleteFrom('membership').where('person_id', '=', person).where('account_id', '=', account).execute();
    }
    const held = { id: unit.newId(), person_id: person, account_id: account, role: role.base, role_id: role.id };
    await db.insertInto('membership').values(held).execute();
  }

  async #touch({ db }: Work, person: string, { actor }: By): Promise<void> {
    await db
      .updateTable('person')
      .set((eb) => ({
        updated_at: instant(this.#clock),
        updated_by: actor.name,
        revision: eb('revision', '+', 1),
      }))
      .where('id', '=', person)
      .execute();
  }

  async #record(
    unit: Work,
    { partner, account }: Place,
    event: {
      id: string;
      action: 'Create' | 'Edit' | 'Delete';
      name: string;
      message: string;
      properties?: PropertyChange[];
    },
    { actor, requestId }: By,
  ): Promise<void> {
    const { id, properties, ...told } = event;
    const whose = { account, partner: account === null ? partner : null };
    await recordEvent(
      unit,
      {
        ...told,
        ...whose,
        type: 'Admin',
        asset: 'Person',
        assetId: id,
        actor,
        requestId,
        ...(properties && { properties }),
      },
      this.#clock,
    );
    unit.changed({ topic: 'person', ...whose, ref: id });
  }
}

/** Ends everything that a person could come in by; `forgotten` also unlinks them from the sign-in provider. */
async function dropCredentials({ db }: Work, person: string, forgotten: boolean): Promise<void> {
  await db.deleteFrom('session').where('person_id', '=', person).execute();
  await db.deleteFrom('person_link').where('person_id', '=', person).execute();
  await db.deleteFrom('sign_in_link').where('person_id', '=', person).execute();
  if (forgotten) await db.deleteFrom('oidc_identity').where('person_id', '=', person).execute();
}

function changesOf(before: PersonRow, { name, role, status }: PersonChange): PropertyChange[] {
  const found: PropertyChange[] = [];
  const was = before.disabled === 0 ? 'Active' : 'Disabled';
  if (name !== undefined && name !== before.name) found.push({ property: 'name', before: before.name, after: name });
  if (status !== undefined && status !== was) found.push({ property: 'status', before: was, after: status });
  const held = before.role_name ?? before.role ?? 'Account Manager';
  if (role !== undefined && (role.id !== before.role_id || role.name !== held)) {
    found.push({ property: 'role', before: held, after: role.name });
  }
  return found;
}
