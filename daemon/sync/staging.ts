import type { IrregularityCounts, UserRecord } from '#contract/users.ts';
import type { Generation } from './generation.ts';
import { Occurrences } from './occurrences.ts';
import { noIrregularities } from './records.ts';
import { withShared } from './shared.ts';
import { UserRow } from './user-row.ts';

/** The generation that a run builds, with what must be known of all users together. Memory: about 60 bytes a user. */
export class Staging {
  readonly #generation: Generation;
  readonly #keys = new Occurrences();
  readonly #emails = new Occurrences();
  readonly #extensions = new Occurrences();
  #size = 0;
  /** How many are kept against the PBX. */
  kept = 0;
  /** How many users have each irregularity; those that users share are right when `finished` is. */
  readonly irregularities: IrregularityCounts = noIrregularities();

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes a user; undefined when the key is there already. A promise only where the store has to be asked about that. */
  add(user: UserRecord, kept = false): UserRow | undefined | Promise<UserRow | undefined> {
    return this.#keys.add(user.key) === 0 ? this.#put(user, kept) : this.#unlessThere(user, kept);
  }

  /** To be awaited now and then. @throws DemarcError `store.full` */
  room(): Promise<void> | undefined {
    return this.#generation.room();
  }

  pages(): AsyncGenerator<[string, UserRow][]> {
    return this.#generation.pages();
  }

  /**
   * All users with the irregularities that two of them share; what that changes is written back and told. Once, after the
   * last `add`.
   */
  async *finished(onChanged?: (row: UserRow) => Promise<void> | undefined): AsyncGenerator<[string, UserRow][]> {
    const isAnyShared = this.#emails.anyTwice || this.#extensions.anyTwice;
    for await (const page of this.#generation.pages()) {
      if (isAnyShared) {
        for (const entry of page) {
          const row = this.#finish(entry[1]);
          if (row === entry[1]) continue;
          entry[1] = row;
          this.#generation.put(entry[0], row);
          await onChanged?.(row);
        }
        await this.#generation.room();
      }
      yield page;
    }
    await this.#generation.flush();
  }

  async #unlessThere(user: UserRecord, kept: boolean): Promise<UserRow | undefined> {
    return (await this.#generation.has(user.key)) ? undefined : this.#put(user, kept);
  }

  #put(user: UserRecord, kept: boolean): UserRow {
    // One mailbox: providers do not tell upper from lower case in the local part.
    if (user.email !== undefined) this.#emails.add(user.email.toLowerCase());
    if (user.extension !== undefined) this.#extensions.add(user.extension);
    this.#size += 1;
    if (kept) this.kept += 1;
    for (const irregularity of user.irregularities) {
      if (irregularity === 'no-email' || irregularity === 'invalid-email') this.#count(irregularity);
    }
    // A user of an earlier run brings what was shared then.
    const row = UserRow.of(kept ? withShared(user, { email: false, extension: false }) : user, kept);
    this.#generation.put(user.key, row);
    return row;
  }

  #finish(row: UserRow): UserRow {
    const [mailbox, number] = [row.field('email'), row.field('extension')];
    const email = mailbox !== undefined && this.#emails.count(mailbox.toLowerCase()) > 1;
    const extension = number !== undefined && this.#extensions.count(number) > 1;
    // Nearly all of them: what the whole of the users tells changes nothing.
    if (!email && !extension) return row;
    if (email) this.#count('email-not-unique');
    if (extension) this.#count('duplicate-extension');
    return UserRow.of(withShared(row.user, { email, extension }), row.kept);
  }

  #count(irregularity: keyof IrregularityCounts): void {
    this.irregularities[irregularity] = (this.irregularities[irregularity] ?? 0) + 1;
  }
}
