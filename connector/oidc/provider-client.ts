import { isIP } from 'node:net';
import type * as OpenId from 'openid-client';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const TIMEOUT_S = 10;
const MAX_ANSWER_BYTES = 512 * 1024;
/** What a provider says of itself is asked again after this. */
const KEEP_MS = 10 * 60_000;

/** As which client the connector speaks to which provider. */
export interface ProviderAddress {
  issuer: string;
  clientId: string;
  clientSecret: string | null;
}

/** Whom the provider vouches for. `email` is undefined when it does not tell one, `verified` only by its word. */
export interface Vouched {
  subject: string;
  email: string | undefined;
  verified: boolean;
  idToken: string;
}

const Claims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().max(320).optional().catch(undefined),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** The issuer as an address that is safe to use. @throws DemarcError `oidc.issuer-not-safe` */
export function issuerUrl(issuer: string): URL {
  const url = URL.parse(issuer);
  if (url === null) throw new DemarcError('oidc.issuer-not-safe');
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!safe || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new DemarcError('oidc.issuer-not-safe');
  return url;
}

/** A provider's answer, bounded in size; redirects are not followed. */
const boundedFetch: OpenId.CustomFetch = async (address, { body, headers, method, signal }) => {
  const answer = await fetch(address, {
    headers,
    method,
    redirect: 'manual',
    ...(body !== undefined && body !== null && { body: body as BodyInit }),
    ...(signal !== undefined && { signal }),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new DemarcError('oidc.not-a-provider', 'its answer is too large');
    parts.push(part);
  }
  const empty = [101, 204, 205, 304].includes(answer.status);
  return new Response(empty ? null : Buffer.concat(parts), { status: answer.status, headers: answer.headers });
};

/** What the library or the provider says, as far as it may be repeated. */
function said(thrown: unknown): { code: string; detail: string } {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const error = thrown instanceof Error && 'error' in thrown ? String(thrown.error) : '';
  const description = thrown instanceof Error && 'error_description' in thrown ? String(thrown.error_description) : '';
  const text = [error, description].filter((part) => part !== '' && part !== 'undefined').join(': ');
  return { code, detail: (text || (thrown instanceof Error ? thrown.message : String(thrown))).slice(0, 300) };
}

const UNREACHABLE = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT']);

function discoveryError(thrown: unknown): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  const { code, detail } = said(thrown);
  const away = UNREACHABLE.has(code) || (thrown instanceof TypeError && code === '');
  return new DemarcError(away ? 'oidc.unreachable' : 'oidc.not-a-provider', detail, { cause: thrown });
}

function grantError(thrown: unknown): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  const { code, detail } = said(thrown);
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return new DemarcError('oidc.refused', detail, { cause: thrown });
  const away = UNREACHABLE.has(code) || (thrown instanceof TypeError && code === '');
  return new DemarcError(away ? 'oidc.unreachable' : 'oidc.answer-invalid', detail, { cause: thrown });
}

/** Speaks OpenID Connect Core 1.0: authorization code with PKCE (RFC 7636), ID tokens proven by the provider's keys. */
export class ProviderClient {
  readonly #now: () => number;
  readonly #kept = new Map<string, { config: OpenId.Configuration; until: number }>();

  constructor(options: { now: () => number }) {
    this.#now = options.now;
  }

  /** Asks the provider who it is. @throws DemarcError `oidc.issuer-not-safe`, `oidc.unreachable`, `oidc.not-a-provider` */
  async discover(address: ProviderAddress): Promise<OpenId.Configuration> {
    const url = issuerUrl(address.issuer);
    const key = JSON.stringify(address);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.#now()) return kept.config;
    const openid = await import('openid-client');
    const { clientId, clientSecret } = address;
    try {
      const config = await openid.discovery(
        url,
        clientId,
        {},
        clientSecret === null ? openid.None() : openid.ClientSecretBasic(clientSecret),
        {
          timeout: TIMEOUT_S,
          [openid.customFetch]: boundedFetch,
          // Marked as not for use so that nobody takes it lightly: the address is this machine's own (issuerUrl).
          execute: url.protocol === 'http:' ? [openid.allowInsecureRequests] : [],
        },
      );
      openid.enableNonRepudiationChecks(config);
      if (config.serverMetadata().authorization_endpoint === undefined) {
        throw new DemarcError('oidc.not-a-provider', 'it has no authorization_endpoint');
      }
      // Few providers, ever; an address that is no longer used must not stay for good.
      this.#kept.clear();
      this.#kept.set(key, { config, until: this.#now() + KEEP_MS });
      return config;
    } catch (thrown) {
      throw discoveryError(thrown);
    }
  }

  /** Where the browser goes to sign in, and what must be remembered meanwhile. */
  async begin(address: ProviderAddress, redirectUri: string) {
    const config = await this.discover(address);
    const openid = await import('openid-client');
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url: url.href, verifier, state, nonce };
  }

  /**
   * Turns the browser's return into whom the provider vouches for.
   * @throws DemarcError `oidc.refused`, `oidc.answer-invalid`, `oidc.unreachable`
   */
  async finish(
    address: ProviderAddress,
    returned: URL,
    expected: { verifier: string; state: string; nonce: string },
  ): Promise<Vouched> {
    const config = await this.discover(address);
    const openid = await import('openid-client');
    try {
      const tokens = await openid.authorizationCodeGrant(config, returned, {
        pkceCodeVerifier: expected.verifier,
        expectedState: expected.state,
        expectedNonce: expected.nonce,
        idTokenExpected: true,
      });
      const claims = Claims.parse(tokens.claims());
      // Many providers tell the address only here (OpenID Connect Core section 5.4).
      const told =
        claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? Claims.parse(await openid.fetchUserInfo(config, tokens.access_token, claims.sub))
          : claims;
      const { email, email_verified: verified } = told;
      return { subject: claims.sub, email, verified: verified === true, idToken: tokens.id_token ?? '' };
    } catch (thrown) {
      throw grantError(thrown);
    }
  }

  /** Where the browser goes to sign out there, too; undefined when the provider has no such place. */
  async signOutUrl(address: ProviderAddress, idToken: string, back: string): Promise<string | undefined> {
    const config = await this.discover(address);
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
    const openid = await import('openid-client');
    return openid.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri: back }).href;
  }
}
