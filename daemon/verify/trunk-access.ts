import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import type { TrunkAccess } from '#sip-trunks/verify/verify.ts';
import type { Sealer } from '../pbxs/entry.ts';
import type { Table } from '../store/table.ts';

const Pem = z.string().max(65_536);

/** What a person enters on site. A value that is left out stays; null takes it away. */
export const AccessChange = z.strictObject({
  password: z.string().min(1).max(256).nullish(),
  /** The authorities that the peer's certificate may come from, in place of those of the system. */
  ca: Pem.nullish(),
  /** Ours for mutual TLS, with its intermediate ones, and its key. */
  certificate: Pem.nullish(),
  key: Pem.nullish(),
});
export type AccessChange = z.infer<typeof AccessChange>;

/** As it is kept: password and key encrypted with the key of this device. */
const StoredAccess = z.object({
  password: z.string().optional(),
  ca: z.string().optional(),
  certificate: z.string().optional(),
  key: z.string().optional(),
});
type StoredAccess = z.infer<typeof StoredAccess>;

/** What may be shown: whether something is there, never what. */
export interface AccessShown {
  hasPassword: boolean;
  hasCa: boolean;
  hasCertificate: boolean;
}

interface AccessStore {
  table(name: string, schema: typeof StoredAccess): Table<StoredAccess>;
}

/** Passwords and certificates of trunks. They are entered on this machine and never leave it. */
export class TrunkAccesses {
  readonly #table: Table<StoredAccess>;
  readonly #sealer: Sealer;
  readonly #listeners = new Set<() => void>();

  constructor(store: AccessStore, sealer: Sealer) {
    this.#table = store.table('trunk-access', StoredAccess);
    this.#sealer = sealer;
  }

  /** For a proof alone. @throws DemarcError `secret.unreadable`, `store.damaged` */
  async open(trunk: string): Promise<TrunkAccess> {
    const stored = (await this.#table.get(trunk)) ?? {};
    const { password, ca, certificate, key } = stored;
    return {
      ...(password === undefined ? {} : { password: this.#sealer.open(password) }),
      trust: {
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { certificate }),
        ...(key === undefined ? {} : { key: this.#sealer.open(key) }),
      },
    };
  }

  /** Called after every change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async shown(trunk: string): Promise<AccessShown> {
    const { password, ca, certificate } = (await this.#table.get(trunk)) ?? {};
    return {
      hasPassword: password !== undefined,
      hasCa: ca !== undefined,
      hasCertificate: certificate !== undefined,
    };
  }

  /** @throws DemarcError `config.invalid` when a PEM cannot be read or the key is of another certificate */
  async change(trunk: string, change: AccessChange): Promise<AccessShown> {
    const before = (await this.#table.get(trunk)) ?? {};
    const next = {
      password: change.password === undefined ? before.password : change.password && this.#sealer.seal(change.password),
      ca: change.ca === undefined ? before.ca : change.ca,
      certificate: change.certificate === undefined ? before.certificate : change.certificate,
      key: change.key === undefined ? before.key : change.key && this.#sealer.seal(change.key),
    };
    const clearKey = change.key ?? (next.key && this.#sealer.open(next.key));
    judge(next.ca ?? undefined, next.certificate ?? undefined, clearKey ?? undefined);
    const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => typeof value === 'string'));
    await this.#table.put(trunk, StoredAccess.parse(kept));
    for (const listener of this.#listeners) listener();
    return this.shown(trunk);
  }
}

function judge(ca: string | undefined, certificate: string | undefined, key: string | undefined): void {
  try {
    const [, own] = [ca, certificate].map((pem) => (pem === undefined ? undefined : new X509Certificate(pem)));
    if ((own === undefined) !== (key === undefined)) throw new Error('certificate and key belong together');
    if (own && key !== undefined && !own.checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is not that of the certificate');
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DemarcError('config.invalid', `certificates of the trunk: ${why}`, { cause: error });
  }
}

/** The trunk that a route names. */
export const TrunkParams = z.object({ id: Id });
