import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { isLockedOut } from '../access/sessions.ts';
import { hashToken } from '../access/tokens.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store, Work } from '../store/store.ts';
import type { ProviderClient, Vouched } from './provider-client.ts';
import { addressOf, type ProviderRow, providerOf } from './providers.ts';

/** From leaving for the provider to coming back. */
export const FLOW_MS = 10 * 60_000;
/** Sign-ins under way at most; beyond that the oldest is forgotten. */
const FLOWS = 2000;

interface Options {
  store: Store;
  clock: Clock;
  client: ProviderClient;
  /** Where the provider sends the browser back to. */
  redirectUri: string;
}

/** Signing in by the partner's provider: out to it and back, bound to one browser, used once. */
export class ProviderSignIn {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Where the browser goes. `browser` is the secret in its cookie, by which it is known again.
   * @throws DemarcError `oidc.not-set-up`, `oidc.unreachable`, `oidc.not-a-provider`
   */
  async begin(provider: string, browser: string, returnTo: string): Promise<string> {
    const { store, clock, client, redirectUri } = this.#options;
    const row = await this.#provider(provider);
    const { url, state, nonce, verifier } = await client.begin(addressOf(row), redirectUri);
    await store.write(async ({ db }) => {
      await db.deleteFrom('oidc_flow').where('expires_at', '<=', instant(clock)).execute();
      const kept = db.selectFrom('oidc_flow').select('state_hash').orderBy('expires_at', 'desc').limit(FLOWS);
      await db.deleteFrom('oidc_flow').where('state_hash', 'not in', kept).execute();
      await db
        .insertInto('oidc_flow')
        .values({
          state_hash: hashToken(state),
          provider_id: provider,
          browser_hash: hashToken(browser),
          nonce,
          verifier,
          return_to: returnTo,
          expires_at: new Date(clock.now() + FLOW_MS).toISOString(),
        })
        .execute();
    });
    return url;
  }

  /**
   * What comes of the return: the person, and where they wanted to go.
   * @throws DemarcError `oidc.*`, `account.switched-off`
   */
  async finish(returned: URL, browser: string, requestId: string) {
    const { store, clock, client } = this.#options;
    const state = returned.searchParams.get('state') ?? '';
    const flow = await store.write(({ db }) =>
      db
        .deleteFrom('oidc_flow')
        .where('state_hash', '=', hashToken(state))
        .where('browser_hash', '=', hashToken(browser))
        .where('expires_at', '>', instant(clock))
        .returningAll()
        .executeTakeFirst(),
    );
    if (flow === undefined) throw new DemarcError('oidc.flow-gone');
    const provider = await this.#provider(flow.provider_id);
    const { verifier, nonce } = flow;
    const vouched = await client.finish(addressOf(provider), returned, { verifier, nonce, state });
    const person = await store.write((unit) => this.#personOf(unit, provider, vouched, requestId));
    if (typeof person !== 'string') throw person;
    if (await isLockedOut(store.db, person)) throw new DemarcError('account.switched-off');
    return { person, returnTo: flow.return_to, provider: { id: provider.id, idToken: vouched.idToken } };
  }

  async #provider(id: string): Promise<ProviderRow> {
    const row = await providerOf(this.#options.store.db, { id });
    if (row === undefined || row.enabled === 0) throw new DemarcError('oidc.not-set-up');
    return row;
  }

  /** The person whom the provider vouches for; a refusal is given back, so that its record is kept. */
  async #personOf(unit: Work, provider: ProviderRow, vouched: Vouched, requestId: string) {
    const found = await linkedPerson(unit, provider, vouched, this.#options.clock);
    const failed = found instanceof DemarcError;
    await recordEvent(
      unit,
      {
        account: null,
        partner: provider.partner_id,
        actor: failed
          ? { id: provider.id, name: provider.name, kind: 'system' }
          : { id: found.id, name: found.name, kind: 'person' },
        action: 'Sign in',
        type: 'Admin',
        asset: 'Person',
        assetId: failed ? provider.id : found.id,
        name: failed ? 'person.sign-in-failed' : 'person.signed-in',
        severity: failed ? 'warning' : 'info',
        message: failed ? `Signing in by ${provider.name} failed: ${found.message}` : `Signed in by ${provider.name}`,
        result: failed ? 'FAILURE' : 'SUCCESS',
        requestId,
      },
      this.#options.clock,
    );
    return failed ? found : found.id;
  }
}

/** By the subject that was linked before; else by the verified e-mail address, which then is linked. Nobody is made. */
async function linkedPerson(
  { db }: Work,
  provider: ProviderRow,
  { subject, email, verified }: Vouched,
  clock: Clock,
): Promise<{ id: string; name: string } | DemarcError> {
  const { partner_id, issuer } = provider;
  const linked = await db
    .selectFrom('oidc_identity')
    .innerJoin('person', 'person.id', 'oidc_identity.person_id')
    .select(['person.id', 'person.name', 'person.disabled'])
    .where('oidc_identity.partner_id', '=', partner_id)
    .where('oidc_identity.issuer', '=', issuer)
    .where('oidc_identity.subject', '=', subject)
    .executeTakeFirst();
  if (linked !== undefined) return linked.disabled === 0 ? linked : new DemarcError('oidc.person-disabled');
  if (email === undefined) return new DemarcError('oidc.email-missing');
  if (!verified) return new DemarcError('oidc.email-not-verified', email);
  const person = await db
    .selectFrom('person')
    .select(['id', 'name', 'disabled'])
    .where('partner_id', '=', partner_id)
    .where('email_lc', '=', email.toLowerCase())
    .executeTakeFirst();
  if (person === undefined) return new DemarcError('oidc.nobody', email);
  if (person.disabled !== 0) return new DemarcError('oidc.person-disabled');
  const other = await db
    .selectFrom('oidc_identity')
    .select('subject')
    .where('person_id', '=', person.id)
    .where('issuer', '=', issuer)
    .executeTakeFirst();
  if (other !== undefined) return new DemarcError('oidc.other-identity', email);
  const row = { partner_id, issuer, subject, person_id: person.id, linked_at: instant(clock) };
  await db.insertInto('oidc_identity').values(row).execute();
  return person;
}
