import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Permission } from '#contract/access.ts';
import { ProviderSignOut, SignInButton, SignInProviderPut, SignInSettings } from '#contract/api/access.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { Attempts, addressKey } from '../access/attempts.ts';
import { may } from '../access/may.ts';
import { newToken } from '../access/tokens.ts';
import { allow, callerOf, eventActor } from '../api/access.ts';
import { setSessionCookie } from '../api/guard.ts';
import { type Api, answers, IfMatch, matchOf, nothing, type Parts } from '../api/routing.ts';
import { ProviderClient } from './provider-client.ts';
import { FLOW_MS, ProviderSignIn } from './provider-sign-in.ts';
import { addressOf, deleteProvider, providerDto, providerOf, putProvider } from './providers.ts';

const tags = ['Sign-in'];
/** Lax: the browser comes back from another site, and must be known again. */
const COOKIE = '__Host-demarc-oidc';
const ATTRIBUTES = { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: FLOW_MS / 1000 } as const;
const CALLBACK = '/api/v1/auth/provider-callback';
const WINDOW_MS = 15 * 60_000;

/** A page of ours to come back to; anything else is the first page. */
export function pageOf(to: string | undefined, origin: string): string {
  if (to === undefined || !/^\/(?![/\\])/.test(to)) return '/';
  const url = URL.parse(to, origin);
  return url === null || url.origin !== origin ? '/' : `${url.pathname}${url.search}`;
}

/** Signing in by OpenID Connect, and its settings. */
export function oidcRoutes(app: Api, { store, clock, sessions, publicUrl, log }: Parts): void {
  const { origin } = new URL(publicUrl);
  const redirectUri = new URL(CALLBACK, publicUrl).href;
  const signedOut = new URL('/', publicUrl).href;
  const client = new ProviderClient({ now: () => clock.now() });
  const signIn = new ProviderSignIn({ store, clock, client, redirectUri });
  const attempts = new Attempts({ clock, limit: 60, windowMs: WINDOW_MS });
  const open = { access: 'public' } as const;

  /** People come here by a link, not by a program: what went wrong is told on a page of the console. */
  function problem(request: FastifyRequest, reply: FastifyReply, thrown: unknown) {
    const error = toDemarcError(thrown);
    const level = error.status >= 500 ? 'error' : 'info';
    log[level]({ code: error.code, detail: error.detail, request: request.id }, 'a sign-in by the provider failed');
    const told = new URLSearchParams({ code: error.code, request: request.id });
    return reply.redirect(`/sign-in/problem#${told}`, 302);
  }

  app.get(
    '/auth/providers',
    {
      config: open,
      schema: {
        summary: 'Where people may sign in instead of here',
        tags,
        response: answers(z.object({ items: z.array(SignInButton) })),
      },
    },
    async () => ({
      items: await store.db.selectFrom('oidc_provider').select(['id', 'name']).where('enabled', '=', 1).execute(),
    }),
  );

  app.get(
    '/auth/providers/:id/start',
    {
      config: open,
      schema: {
        summary: 'Leave for a provider to sign in there (a page for browsers)',
        tags,
        params: z.object({ id: Id }),
        querystring: z.object({ to: z.string().max(500).optional() }),
      },
    },
    async (request, reply) => {
      try {
        attempts.begin(addressKey(request.ip));
        const known = request.cookies[COOKIE];
        const browser = known !== undefined && /^[\w-]{43}$/.test(known) ? known : newToken();
        const url = await signIn.begin(request.params.id, browser, pageOf(request.query.to, origin));
        return reply.setCookie(COOKIE, browser, ATTRIBUTES).redirect(url, 302);
      } catch (thrown) {
        return problem(request, reply, thrown);
      }
    },
  );

  app.get(
    '/auth/provider-callback',
    { config: open, schema: { summary: 'Come back from a provider (a page for browsers)', tags } },
    async (request, reply) => {
      try {
        const browser = request.cookies[COOKIE] ?? '';
        const returned = new URL(request.url, redirectUri);
        const { person, provider, returnTo } = await signIn.finish(returned, browser, request.id);
        attempts.giveBack(addressKey(request.ip));
        const { id } = await sessions.start(person, {
          address: request.ip,
          agent: request.headers['user-agent'],
          provider,
        });
        return setSessionCookie(reply, id).clearCookie(COOKIE, ATTRIBUTES).redirect(returnTo, 302);
      } catch (thrown) {
        return problem(request, reply, thrown);
      }
    },
  );

  app.get(
    '/auth/provider-sign-out',
    {
      config: { access: 'signed-in' },
      schema: {
        summary: 'Where to sign out at the provider that vouched for this session',
        tags,
        response: answers(ProviderSignOut),
      },
    },
    async (request) => {
      const row = await store.db
        .selectFrom('session')
        .innerJoin('oidc_provider', 'oidc_provider.id', 'session.oidc_provider_id')
        .selectAll('oidc_provider')
        .select('session.oidc_id_token')
        .where('session.id_hash', '=', callerOf(request).sessionHash)
        .executeTakeFirst();
      if (row === undefined || row.sign_out === 0) return { address: null };
      // Whoever signs out must not be held up by a provider that is away.
      const address = await client
        .signOutUrl(addressOf(row), row.oidc_id_token ?? '', signedOut)
        .catch(() => undefined);
      return { address: address ?? null };
    },
  );

  const own = (request: FastifyRequest) => ({ partner: callerOf(request).actor.partner, account: null });
  const edit = { access: 'settings:edit', callers: 'people' } as const;
  const by = (request: FastifyRequest) => ({ actor: eventActor(request), requestId: request.id });

  /** Who sets the provider says who everybody is: that takes every right there is. */
  function allowAll(request: FastifyRequest): string {
    const place = allow(request, own(request));
    const { actor } = callerOf(request);
    if (!Permission.options.every((right) => may(actor, right, place))) throw new DemarcError('oidc.every-right');
    return place.partner;
  }

  async function settings(partner: string): Promise<SignInSettings> {
    const row = await providerOf(store.db, { partner });
    return { provider: row ? providerDto(row) : null, redirectAddress: redirectUri, signedOutAddress: signedOut };
  }

  app.get(
    '/sign-in-provider',
    {
      config: { access: 'settings:view' },
      schema: { summary: 'Where the partner’s people may sign in', tags, response: answers(SignInSettings) },
    },
    async (request) => settings(allow(request, own(request)).partner),
  );

  app.put(
    '/sign-in-provider',
    {
      config: edit,
      schema: {
        summary: 'Set where the partner’s people may sign in; If-Match is "0" for the first time',
        tags,
        headers: IfMatch,
        body: SignInProviderPut,
        response: answers(SignInSettings),
      },
    },
    async (request) => {
      const partner = allowAll(request);
      const match = matchOf(request.headers);
      const { issuer, clientId } = request.body;
      if (request.body.on) await client.discover({ issuer, clientId, clientSecret: null });
      await putProvider({ store, clock }, { partner, match, put: request.body }, by(request));
      return settings(partner);
    },
  );

  app.delete(
    '/sign-in-provider',
    { config: edit, schema: { summary: 'Take sign-in by the provider away', tags, response: nothing } },
    async (request, reply) => {
      await deleteProvider({ store, clock }, allowAll(request), by(request));
      return reply.code(204).send(null);
    },
  );
}
