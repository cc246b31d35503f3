import { setImmediate as breathe } from 'node:timers/promises';
import { type Selectable, sql } from 'kysely';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { AlertLanguage } from '#contract/alerts.ts';
import type { UserManaged } from '#contract/api/users.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { type Actor, rightsOf } from '../access/may.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import { all, type Condition } from '../lists/fields.ts';
import type { SendInvitation } from '../people/invitation-mail.ts';
import { People } from '../people/people.ts';
import type { Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { type Person, peopleOf } from './people.ts';
import type { By } from './users.ts';

const LOOK_EVERY_MS = 15_000;
const RETRY_MS = 5 * 60_000;
/** Tries of one mail, over two days: then it is given up, and stands in the history. */
const MAX_TRIES = 12;
const SLICE = 500;
const DAY_MS = 86_400_000;

type MailKind = 'welcome' | 'reset';
type Mail = Selectable<Tables['user_mail']>;
type Addressee = Pick<Selectable<Tables['directory_user']>, 'id' | 'name' | 'email' | 'email_lc' | 'role' | 'status'>;

interface Parts {
  store: Store;
  clock: Clock;
  log: Log;
  /** The console's address, for links. */
  publicUrl: string;
  /** Undefined without a mail server. */
  send: SendInvitation | undefined;
}

/**
 * Mails that bring users a link for a password: welcome mails to those who are not registered (USR-11, USR-24), links for a
 * new one to those who are (USR-23). They are queued on disk and sent one after the other; a link is made when its mail is
 * sent, so that no secret waits anywhere.
 */
export class UserMails {
  readonly #parts: Parts;
  readonly #people: People;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = { ...parts, log: parts.log.child({ part: 'user-mails' }) };
    this.#people = new People(parts);
  }

  start(): void {
    this.#timer = setInterval(() => this.#turn(), LOOK_EVERY_MS).unref();
    this.#turn();
  }

  /** Resolves when no mail is on its way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#running;
  }

  /**
   * Queues a mail for each of the users who can get one; the others are skipped: without an address, inactive, registered
   * already (or not yet), and those who hold more than whoever asks.
   * @throws DemarcError `user.no-mail`
   */
  async queue(
    wish: { account: string; kind: MailKind; which: readonly Condition[]; by: Actor; mayAssign: boolean },
    { actor, requestId }: By,
  ): Promise<UserManaged> {
    const { store, clock, send } = this.#parts;
    if (send === undefined) throw new DemarcError('user.no-mail');
    const { account, kind, which, by, mayAssign } = wish;
    const result = await store.write(async (unit) => {
      const { rows } = await sql<Addressee>`select u.id, u.name, u.email, u.email_lc, u.role, u.status
        from directory_user as u where ${all([sql`u.account_id = ${account}`, ...which])}`.execute(unit.db);
      const now = instant(clock);
      let changed = 0;
      for (let from = 0; from < rows.length; from += SLICE) {
        const slice = rows.slice(from, from + SLICE);
        const emails = slice.flatMap(({ email_lc }) => email_lc ?? []);
        const people = await peopleOf(unit, account, emails, by);
        const values = slice
          .filter((user) => isMeant(user, kind, people.get(user.email_lc ?? ''), mayAssign))
          .map(({ id }) => ({ id: unit.newId(), account_id: account, user_id: id, kind }))
          .map((mail) => ({
            ...mail,
            person_id: actor.id,
            person_name: actor.name,
            created_at: now,
            next_at: now,
            attempts: 0,
          }));
        if (values.length > 0) {
          await unit.db
            .insertInto('user_mail')
            .values(values)
            .onConflict((conflict) => conflict.columns(['user_id', 'kind']).doUpdateSet({ next_at: now, attempts: 0 }))
            .execute();
        }
        changed += values.length;
        await breathe();
      }
      if (changed > 0) {
        const what = kind === 'welcome' ? 'Welcome mails' : 'Links for a new password';
        await recordEvent(
          unit,
          {
            account,
            actor,
            requestId,
            action: 'Edit',
            type: 'Admin',
            asset: 'User',
            assetId: account,
            name: kind === 'welcome' ? 'user.welcome-queued' : 'user.reset-queued',
            message: `${what} are sent to ${changed} users`,
            details: { users: changed },
          },
          clock,
        );
      }
      return { matched: rows.length, changed, skipped: rows.length - changed };
    });
    this.#turn();
    return result;
  }

  #turn(): void {
    if (this.#parts.send === undefined || this.#stopping.signal.aborted) return;
    this.#running ??= this.#work()
      .catch((error: unknown) => {
        this.#parts.log.error({ code: 'user.mails-failed', err: error }, 'mails to users wait for the next look');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const mail = await this.#parts.store.db
        .selectFrom('user_mail')
        .selectAll()
        .where('next_at', '<=', instant(this.#parts.clock))
        .orderBy('next_at')
        .limit(1)
        .executeTakeFirst();
      if (mail === undefined) return;
      await this.#bring(mail);
    }
  }

  /** One mail: made, sent, and taken out of the queue; what fails is tried again later, or given up and told. */
  async #bring(mail: Mail): Promise<void> {
    const { store, clock, log } = this.#parts;
    let reason: string | undefined;
    try {
      const outcome = await this.#send(mail);
      if (outcome === 'sent') return await this.#drop(mail.id);
      if (outcome === 'refused') return await this.#giveUp(mail, 'the mail server refuses it');
      reason = 'the mail server did not take it';
    } catch (thrown) {
      const error = toDemarcError(thrown);
      // What is no trouble of the moment will not be better later.
      if (error.code !== 'internal') return this.#giveUp(mail, error.message);
      log.warn({ code: 'user.mail-failed', user: mail.user_id, err: thrown }, 'a mail to a user is tried again');
      reason = error.message;
    }
    if (mail.attempts + 1 >= MAX_TRIES) return this.#giveUp(mail, reason);
    const next_at = new Date(clock.now() + RETRY_MS * 2 ** Math.min(mail.attempts, 6)).toISOString();
    await store.write(({ db }) =>
      db
        .updateTable('user_mail')
        .set({ attempts: mail.attempts + 1, next_at })
        .where('id', '=', mail.id)
        .execute(),
    );
  }

  /** @throws DemarcError those of an invitation */
  async #send(mail: Mail): ReturnType<SendInvitation> {
    const { store, clock, publicUrl, send } = this.#parts;
    const user = await store.db
      .selectFrom('directory_user')
      .innerJoin('account', 'account.id', 'directory_user.account_id')
      .select(['directory_user.name', 'directory_user.email', 'directory_user.email_lc', 'directory_user.role'])
      .select(['account.partner_id', 'account.language'])
      .where('directory_user.id', '=', mail.user_id)
      .where('directory_user.account_id', '=', mail.account_id)
      .executeTakeFirst();
    // Gone in the meantime, or without an address: nobody is left to get it.
    if (user === undefined || user.email === null || send === undefined) return 'sent';
    const { name, email } = user;
    const place = { partner: user.partner_id, account: mail.account_id };
    const actor: EventActor = { id: mail.person_id, name: mail.person_name, kind: 'person' };
    const by = { actor, requestId: mail.id };
    const known = await store.db
      .selectFrom('person')
      .innerJoin('membership', 'membership.person_id', 'person.id')
      .select(['person.id', 'person.password_hash', 'person.language'])
      .where('person.email_lc', '=', user.email_lc ?? '')
      .where('membership.account_id', '=', mail.account_id)
      .executeTakeFirst();
    // What somebody chose for themselves counts before what their account has.
    const language = AlertLanguage.catch(AlertLanguage.catch('en').parse(user.language)).parse(known?.language);
    const base = user.role === 'Account Admin' ? 'Account Admin' : 'User';
    const role = { base, id: null, name: base, rights: rightsOf({ role: base }) } as const;
    const link =
      known === undefined
        ? (await this.#people.invite(place, { name, email, language }, role, by)).link
        : await this.#people.link(place, known.id, by);
    // Somebody who has a password from another account needs no link.
    if (link === null) return 'sent';
    const address = new URL('/password', publicUrl);
    address.hash = new URLSearchParams({ token: link.token }).toString();
    return send({
      id: mail.id,
      to: { name, email },
      language,
      by: mail.person_name,
      link: address.href,
      days: Math.round((Date.parse(link.expiresAt) - clock.now()) / DAY_MS),
      first: known === undefined || known.password_hash === null,
    });
  }

  async #drop(id: string): Promise<void> {
    await this.#parts.store.write(async (unit) => {
      const mail = await unit.db.deleteFrom('user_mail').where('id', '=', id).returningAll().executeTakeFirst();
      if (mail === undefined) return;
      if (mail.kind === 'welcome') await this.#revive(unit.db, mail);
      unit.changed({ topic: 'users', account: mail.account_id, ref: mail.user_id });
    });
  }

  /** A new welcome mail makes the cloud's half of a PBX's user anew (USR-32). */
  async #revive(db: Store['db'], { user_id }: Mail): Promise<void> {
    const user = await db
      .updateTable('directory_user')
      .set((is) => ({ status: 'Active', revision: is('revision', '+', 1) }))
      .where('id', '=', user_id)
      .where('status', '=', 'PBX only')
      .returning(['account_id', 'pbx_id', 'source_key'])
      .executeTakeFirst();
    if (user === undefined || user.pbx_id === null) return;
    await db
      .updateTable('user_edit')
      .set({ status: 'Active' })
      .where('account_id', '=', user.account_id)
      .where('pbx_id', '=', user.pbx_id)
      .where('source_key', '=', user.source_key)
      .execute();
  }

  async #giveUp(mail: Mail, reason: string): Promise<void> {
    const { store, clock } = this.#parts;
    await store.write(async (unit) => {
      await unit.db.deleteFrom('user_mail').where('id', '=', mail.id).execute();
      await recordEvent(
        unit,
        {
          account: mail.account_id,
          actor: { id: mail.person_id, name: mail.person_name, kind: 'person' },
          action: 'Edit',
          type: 'Admin',
          asset: 'User',
          assetId: mail.user_id,
          name: 'user.mail-failed',
          severity: 'warning',
          message: `A mail to a user could not be sent: ${reason}`.slice(0, 1000),
          result: 'FAILURE',
        },
        clock,
      );
    });
  }
}

/** Whether a user is one for whom the mail is. */
function isMeant(user: Addressee, kind: MailKind, person: Person | undefined, mayAssign: boolean): boolean {
  if (user.email_lc === null || user.status === 'Inactive') return false;
  if (person !== undefined && !person.within) return false;
  if (kind === 'reset') return person?.registered === true;
  if (person === undefined && user.role === 'Account Admin' && !mayAssign) return false;
  return person?.registered !== true;
}
