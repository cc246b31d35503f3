import { type Clock, instant } from '#config/clock.ts';
import type { Db, Store } from '../store/store.ts';
import { grantsOf } from './actors.ts';
import type { Actor } from './may.ts';
import { hashToken, newToken } from './tokens.ts';

/** A session ends after 12 hours, or after one hour without a request. */
export const SESSION_MS = { absolute: 12 * 3_600_000, idle: 3_600_000 } as const;
/** `seen_at` is written at most this often. */
const SEEN_EVERY_MS = 60_000;

/** A session that is valid now, with the person's rights as they are now. */
export interface Session {
  hash: string;
  csrf: string;
  actor: Actor;
  /** In which the person wants to be told things; null when they did not say. */
  language: string | null;
}

/** From where a session was started, for its person to recognise. */
export interface SessionOrigin {
  address: string;
  agent: string | undefined;
  /** The provider that vouched for the person, with its word. */
  provider?: { id: string; idToken: string };
}

/** What a person belongs to and may use: an account that is switched off counts for nothing (ACC-17). */
function activeMemberships(db: Db, person: string) {
  return db
    .selectFrom('membership')
    .leftJoin('account', 'account.id', 'membership.account_id')
    .select(['account_id', 'role'])
    .where('person_id', '=', person)
    .where((is) => is.or([is('account_id', 'is', null), is('account.status', '<>', 'Deactivated')]))
    .execute();
}

/** Whether every account that the person belongs to is switched off. One who belongs nowhere is not locked out by that. */
export async function isLockedOut(db: Db, person: string): Promise<boolean> {
  if ((await activeMemberships(db, person)).length > 0) return false;
  const any = await db.selectFrom('membership').select('id').where('person_id', '=', person).executeTakeFirst();
  return any !== undefined;
}

/** Sign-in sessions: a random id in the browser's cookie, only its hash in the store. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ended = new Set<(hash: string) => void>();

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** Starts a session; the id is told only here. */
  async start(person: string, origin?: SessionOrigin): Promise<{ id: string; csrf: string }> {
    const id = newToken();
    const csrf = newToken();
    const now = instant(this.#clock);
    const expires = new Date(this.#clock.now() + SESSION_MS.absolute).toISOString();
    await this.#store.write(({ db }) =>
      db
        .insertInto('session')
        .values({
          id_hash: hashToken(id),
          public_id: newToken().slice(0, 16),
          person_id: person,
          csrf,
          created_at: now,
          seen_at: now,
          expires_at: expires,
          address: origin?.address ?? null,
          agent: origin?.agent?.slice(0, 300) ?? null,
          oidc_provider_id: origin?.provider?.id ?? null,
          oidc_id_token: origin?.provider?.idToken ?? null,
        })
        .execute(),
    );
    return { id, csrf };
  }

  /** The sessions of a person that have not ended, the newest first. */
  async list(person: string) {
    const now = this.#clock.now();
    const rows = await this.#store.db
      .selectFrom('session')
      .select(['id_hash', 'public_id', 'address', 'agent', 'created_at', 'seen_at', 'expires_at'])
      .where('person_id', '=', person)
      .where('expires_at', '>', new Date(now).toISOString())
      .where('seen_at', '>', new Date(now - SESSION_MS.idle).toISOString())
      .orderBy('created_at', 'desc')
      .execute();
    return rows;
  }

  /** Ends sessions of a person: the one with this public id, or all but the one to keep; tells how many. */
  async endOf(person: string, which: { publicId: string } | { keep: string | null }): Promise<number> {
    const gone = await this.#store.write(({ db }) => {
      const query = db.deleteFrom('session').where('person_id', '=', person).returning('id_hash');
      if ('publicId' in which) return query.where('public_id', '=', which.publicId).execute();
      return (which.keep === null ? query : query.where('id_hash', '<>', which.keep)).execute();
    });
    for (const { id_hash } of gone) for (const listener of this.#ended) listener(id_hash);
    return gone.length;
  }

  /** The session of a cookie; undefined when there is none, it has ended, or its person is disabled or locked out. */
  async find(id: string): Promise<Session | undefined> {
    return this.#find(hashToken(id), true);
  }

  /** The same by its hash, for a stream that stays open: looking does not keep the session alive. */
  async look(hash: string): Promise<Session | undefined> {
    return this.#find(hash, false);
  }

  async end(hash: string): Promise<void> {
    await this.#store.write(({ db }) => db.deleteFrom('session').where('id_hash', '=', hash).execute());
    for (const listener of this.#ended) listener(hash);
  }

  /** Calls back when a session is ended by its person; returns the way to stop it. */
  onEnd(listener: (hash: string) => void): () => void {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }

  async #find(hash: string, touch: boolean): Promise<Session | undefined> {
    // Asked with every request and before every look at the changes, so it is one query: a row for each membership.
    const rows = await this.#store.db
      .selectFrom('session')
      .innerJoin('person', 'person.id', 'session.person_id')
      .leftJoin('membership', 'membership.person_id', 'person.id')
      .leftJoin('account', 'account.id', 'membership.account_id')
      .leftJoin('role', 'role.id', 'membership.role_id')
      .select(['session.csrf', 'session.seen_at', 'session.expires_at'])
      .select(['person.id', 'person.name', 'person.email', 'person.partner_id', 'person.disabled'])
      .select('person.language')
      .select(['membership.account_id', 'membership.role', 'membership.role_id', 'account.status'])
      .select(['role.name as role_name', 'role.minus'])
      .where('session.id_hash', '=', hash)
      .execute();
    const [row] = rows;
    const now = this.#clock.now();
    if (row === undefined || row.disabled !== 0) return undefined;
    const idleMs = now - Date.parse(row.seen_at);
    if (now >= Date.parse(row.expires_at) || idleMs >= SESSION_MS.idle) return undefined;
    if (touch && idleMs >= SEEN_EVERY_MS) {
      await this.#store.write(({ db }) =>
        db
          .updateTable('session')
          .set({ seen_at: instant(this.#clock) })
          .where('id_hash', '=', hash)
          .execute(),
      );
    }
    const actor = {
      id: row.id,
      name: row.name,
      email: row.email,
      partner: row.partner_id,
      grants: grantsOf(rows),
    };
    if (actor.grants.length === 0 && (await isLockedOut(this.#store.db, row.id))) return undefined;
    return { hash, csrf: row.csrf, actor, language: row.language };
  }
}
