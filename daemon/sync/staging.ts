import type { UserRecord } from '#contract/users.ts';
import { contentHash } from './diff.ts';
import { withShared } from './normalise.ts';
import { Occurrences } from './occurrences.ts';
import type { StoredUser } from './records.ts';
import type { Shelf } from './shelf.ts';

/** The generation that a run builds, with what must be known of all users together. Memory: about 60 bytes a user. */
export class Staging {
  readonly #generation: Shelf<StoredUser>;
  readonly #keys = new Occurrences();
  readonly #emails = new Occurrences();
  readonly #extensions = new Occurrences();
  #size = 0;

  constructor(generation: Shelf<StoredUser>) {
    this.#generation = generation;
  }

  get size(): number {
    return this.#size;
  }

  /** @returns false when the key is there already: then the record is not taken */
  async add(user: UserRecord, kept = false): Promise<boolean> {
    const seen = this.#keys.add(user.key) > 0;
    if (seen && (await this.#generation.get(user.key)) !== undefined) return false;
    // One mailbox: providers do not tell upper from lower case in the local part.
    if (user.email !== undefined) this.#emails.add(user.email.toLowerCase());
    if (user.extension !== undefined) this.#extensions.add(user.extension);
    this.#size += 1;
    const stored: StoredUser = { user, hash: contentHash(user) };
    if (kept) stored.kept = true;
    await this.#generation.put(user.key, stored);
    return true;
  }

  entries(): AsyncGenerator<[string, StoredUser]> {
    return this.#generation.entries();
  }

  /** The entries with the irregularities that two users share; what they change is written back. Once, after the last `add`. */
  async *finished(): AsyncGenerator<[string, StoredUser]> {
    for await (const [key, stored] of this.#generation.entries()) {
      const { email, extension } = stored.user;
      const user = withShared(stored.user, {
        email: email !== undefined && this.#emails.count(email.toLowerCase()) > 1,
        extension: extension !== undefined && this.#extensions.count(extension) > 1,
      });
      // Nearly all of them: what the whole of the users tells changed nothing, so the hash is what it was.
      if (user.irregularities.join() === stored.user.irregularities.join()) {
        yield [key, stored];
        continue;
      }
      const finished: StoredUser = { ...stored, user, hash: contentHash(user) };
      await this.#generation.put(key, finished);
      yield [key, finished];
    }
    await this.#generation.flush();
  }
}
