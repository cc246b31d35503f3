import { z } from 'zod';
import type { Id } from '#contract/ids.ts';
import { createLoginGuard, type LoginGuard, loginFingerprint } from '#pbx-adapters/login-guard.ts';
import type { Table } from '../store/table.ts';

const GuardState = z.object({ fingerprint: z.string(), refusals: z.int() });

export interface GuardStore {
  table(name: string, schema: typeof GuardState): Table<z.infer<typeof GuardState>>;
}

interface Held {
  fingerprint: string;
  guard: Promise<LoginGuard>;
}

/** One login guard a PBX, for everything that logs in to it; counts are kept over restarts. */
export class LoginGuards {
  readonly #table: Table<z.infer<typeof GuardState>>;
  readonly #deviceKey: string | Buffer;
  readonly #held = new Map<Id, Held>();

  /** `deviceKey` never leaves the device: log-ins are recognised by a hash with it. */
  constructor(store: GuardStore, deviceKey: string | Buffer) {
    this.#table = store.table('login-guards', GuardState);
    this.#deviceKey = deviceKey;
  }

  /** The same guard for the same name and secrets. @throws DemarcError `store.damaged` */
  of(id: Id, user: string, secrets: string): Promise<LoginGuard> {
    const fingerprint = loginFingerprint(user, secrets, this.#deviceKey);
    const known = this.#held.get(id);
    if (known?.fingerprint === fingerprint) return known.guard;
    const held: Held = { fingerprint, guard: this.#load(id, fingerprint, () => this.#held.get(id) === held) };
    this.#held.set(id, held);
    held.guard.catch(() => this.#held.delete(id));
    return held.guard;
  }

  async forget(id: Id): Promise<void> {
    this.#held.delete(id);
    await this.#table.remove(id);
  }

  /** What an older log-in still learns must not overwrite the count of the one in force. */
  async #load(id: Id, fingerprint: string, inForce: () => boolean): Promise<LoginGuard> {
    return createLoginGuard({
      fingerprint,
      state: await this.#table.get(id),
      save: async (state) => {
        if (inForce()) await this.#table.put(id, state);
      },
    });
  }
}
