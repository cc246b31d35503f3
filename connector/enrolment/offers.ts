import { timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import { type Clock, instant } from '#config/clock.ts';
import type { EnrolmentOffer, EnrolmentRequest, EnrolmentState } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { hashToken, newToken } from '../access/tokens.ts';
import { readCertificateRequest } from '../pki/certificate-request.ts';
import type { Store, Work } from '../store/store.ts';
import type { Certificates } from './certificates.ts';
import { claim, type EnrolmentRow } from './claim.ts';
import { newClaimCode } from './claim-code.ts';
import type { ProvisioningTokens } from './provisioning-tokens.ts';

const OFFER_MS = 15 * 60_000;
/** How long a confirmed gateway may take to fetch its certificate: it may have lost power just then. */
const FETCH_MS = 7 * 86_400_000;
/** How long an offer that ended is remembered, so that its gateway hears "expired" and not "unknown". */
const REMEMBER_MS = 86_400_000;
const POLL_SECONDS = 3;
/** Gateways that wait at a time; a stranger may not fill the disk with them. */
const MAX_WAITING = 5000;

export interface OffersOptions {
  store: Store;
  clock: Clock;
  tokens: ProvisioningTokens;
  certificates: Certificates;
  publicUrl: string;
}

/** The gateway's side of enrolment: it asks, shows the code, and polls until it has its certificate. */
export class Offers {
  readonly #options: OffersOptions;

  constructor(options: OffersOptions) {
    this.#options = options;
  }

  /**
   * Offers a claim code for a certificate request, or repeats the offer that a restarted gateway names. A provisioning
   * token confirms at once.
   * @throws DemarcError `enrolment.bad-request`, `enrolment.bad-token`, `enrolment.owned-elsewhere`, `api.too-many-requests`
   */
  async make(request: EnrolmentRequest): Promise<EnrolmentOffer> {
    const { fingerprint } = await readCertificateRequest(request.csr);
    const { store, clock, tokens } = this.#options;
    return store.write(async (unit) => {
      await this.#forgetOld(unit);
      const resumed = request.resume && (await this.#resumable(unit, request.resume, fingerprint));
      const pollSecret = resumed ? (request.resume?.pollSecret ?? '') : newToken();
      const enrolment = resumed ?? (await this.#insert(unit, request, fingerprint, pollSecret));
      if (request.provisioningToken !== undefined) {
        const token = await tokens.redeem(unit, request.provisioningToken, fingerprint);
        const actor = { id: token.id, name: 'Provisioning token', kind: 'system' } as const;
        const name = token.siteName ?? undefined;
        await claim(unit, { enrolment, account: token.account, name, actor }, clock);
      } else if (!resumed) {
        unit.changed({ topic: 'enrolment', account: null, ref: enrolment.id });
      }
      return this.#offer(enrolment, pollSecret);
    });
  }

  /**
   * What became of an enrolment. A confirmed one gets its certificate, and gets one again when the answer was lost.
   * @throws DemarcError `enrolment.unknown-code` for an unknown enrolment or a wrong secret alike
   */
  async poll(id: string, pollSecret: string): Promise<EnrolmentState> {
    const { store, clock, certificates } = this.#options;
    const row = await store.db.selectFrom('enrolment').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || !sameHash(row.poll_secret_hash, pollSecret))
      throw new DemarcError('enrolment.unknown-code');
    if (row.gateway_id !== null) {
      const identity = await certificates.issueFor(row);
      return identity ? { state: 'confirmed', identity } : refused('identity.revoked');
    }
    if (row.expires_at <= instant(clock)) return refused('enrolment.expired');
    return { state: 'waiting', expiresAt: row.expires_at };
  }

  async #resumable(
    unit: Work,
    { id, pollSecret }: { id: string; pollSecret: string },
    fingerprint: string,
  ): Promise<EnrolmentRow | undefined> {
    const row = await unit.db.selectFrom('enrolment').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || row.fingerprint !== fingerprint || !sameHash(row.poll_secret_hash, pollSecret))
      return undefined;
    return row.gateway_id !== null || row.expires_at > instant(this.#options.clock) ? row : undefined;
  }

  async #insert(unit: Work, request: EnrolmentRequest, fingerprint: string, pollSecret: string): Promise<EnrolmentRow> {
    const now = this.#options.clock.now();
    const row: EnrolmentRow = {
      id: ulid(now),
      code: await this.#freeCode(unit),
      poll_secret_hash: hashToken(pollSecret),
      csr: request.csr,
      fingerprint,
      host_name: request.hostName,
      serial: request.serial ?? null,
      addresses: JSON.stringify(request.addresses),
      version: request.version,
      site_name: request.siteName ?? null,
      expires_at: new Date(now + OFFER_MS).toISOString(),
      created_at: new Date(now).toISOString(),
      gateway_id: null,
      confirmed_at: null,
      confirmed_by: null,
    };
    await unit.db.insertInto('enrolment').values(row).execute();
    return row;
  }

  async #freeCode(unit: Work): Promise<string> {
    for (;;) {
      const code = newClaimCode();
      const taken = await unit.db.selectFrom('enrolment').select('id').where('code', '=', code).executeTakeFirst();
      if (taken === undefined) return code;
    }
  }

  /** @throws DemarcError `api.too-many-requests` when too many wait */
  async #forgetOld({ db }: Work): Promise<void> {
    const now = this.#options.clock.now();
    const before = (ms: number) => new Date(now - ms).toISOString();
    await db
      .deleteFrom('enrolment')
      .where('gateway_id', 'is', null)
      .where('expires_at', '<', before(REMEMBER_MS))
      .execute();
    await db.deleteFrom('enrolment').where('confirmed_at', '<', before(FETCH_MS)).execute();
    const { waiting } = await db
      .selectFrom('enrolment')
      .select(({ fn }) => fn.countAll<number>().as('waiting'))
      .where('gateway_id', 'is', null)
      .where('expires_at', '>', before(0))
      .executeTakeFirstOrThrow();
    if (waiting >= MAX_WAITING) throw new DemarcError('api.too-many-requests');
  }

  #offer(row: EnrolmentRow, pollSecret: string): EnrolmentOffer {
    return {
      id: row.id,
      code: row.code,
      link: new URL(`/claim?code=${row.code}`, this.#options.publicUrl).href,
      pollSecret,
      pollSeconds: POLL_SECONDS,
      expiresAt: row.expires_at,
    };
  }
}

function sameHash(stored: string, secret: string): boolean {
  const [a, b] = [Buffer.from(stored), Buffer.from(hashToken(secret))];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(code: 'enrolment.expired' | 'identity.revoked'): EnrolmentState {
  return { state: 'refused', ...new DemarcError(code).toText() };
}
