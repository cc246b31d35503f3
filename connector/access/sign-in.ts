import type { Clock } from '#config/clock.ts';
import type { LoginRequest } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store } from '../store/store.ts';
import { Attempts, addressKey } from './attempts.ts';
import { verifyPassword } from './passwords.ts';
import { isLockedOut } from './sessions.ts';

const WINDOW_MS = 15 * 60_000;

/** Where a request to sign in came from. */
export interface From {
  address: string;
  requestId: string;
}

/** Checks passwords, with limits on guessing and a record of every outcome. */
export class SignIn {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #byAddress: Attempts;
  readonly #byEmail: Attempts;

  constructor(options: { store: Store; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#byAddress = new Attempts({ clock: options.clock, limit: 30, windowMs: WINDOW_MS });
    this.#byEmail = new Attempts({ clock: options.clock, limit: 10, windowMs: WINDOW_MS });
  }

  /**
   * Gives the person's id. An unknown e-mail takes as long, and is limited and refused in the same words.
   * @throws DemarcError `api.bad-credentials`, `api.too-many-requests`, `account.switched-off`
   */
  async check({ email, password }: LoginRequest, from: From): Promise<string> {
    const emailKey = email.toLowerCase();
    const address = addressKey(from.address);
    this.#byAddress.begin(address);
    this.#byEmail.begin(emailKey);
    const person = await this.#store.db
      .selectFrom('person')
      .select(['id', 'name', 'partner_id', 'password_hash', 'disabled'])
      .where('email_lc', '=', emailKey)
      .executeTakeFirst();
    const hash = person === undefined || person.disabled !== 0 ? null : person.password_hash;
    const good = await verifyPassword(password, hash);
    if (person !== undefined) await this.#record(person, good, from);
    if (!good || person === undefined) throw new DemarcError('api.bad-credentials');
    this.#byAddress.giveBack(address);
    this.#byEmail.giveBack(emailKey);
    if (await isLockedOut(this.#store.db, person.id)) throw new DemarcError('account.switched-off');
    return person.id;
  }

  /** An attempt to use a one-time link counts like a sign-in from the address. @throws DemarcError `api.too-many-requests` */
  countLink(from: From): void {
    this.#byAddress.begin(addressKey(from.address));
  }

  async #record(person: { id: string; name: string; partner_id: string }, good: boolean, from: From): Promise<void> {
    await this.#store.write((unit) =>
      recordEvent(
        unit,
        {
          account: null,
          partner: person.partner_id,
          actor: { id: person.id, name: person.name, kind: 'person' },
          action: 'Sign in',
          type: 'Admin',
          asset: 'Person',
          assetId: person.id,
          name: good ? 'person.signed-in' : 'person.sign-in-failed',
          severity: good ? 'info' : 'warning',
          message: good ? 'Signed in' : 'Signing in failed: wrong password or disabled person',
          details: { address: from.address },
          result: good ? 'SUCCESS' : 'FAILURE',
          requestId: from.requestId,
        },
        this.#clock,
      ),
    );
  }
}
