import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Role } from '#contract/access.ts';
import { AlertLanguage } from '#contract/alerts.ts';
import { LoginRequest, Me, RedeemRequest, SetupRequest, SignInLink } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { type Actor, permissionsIn, reaches } from '../../access/may.ts';
import type { Session } from '../../access/sessions.ts';
import { redeemSetup } from '../../access/setup.ts';
import { createSignInToken, redeemSignInToken } from '../../access/sign-in-links.ts';
import { recordEvent } from '../../history/record-event.ts';
import { callerOf, eventActor } from '../access.ts';
import { clearSessionCookie, setSessionCookie } from '../guard.ts';
import { type Api, accountResource, answers, nothing, type Parts } from '../routing.ts';

const tags = ['Sign-in'];

/** The role with the most rights that the person holds in the account, or (account null) anywhere. */
function roleIn(actor: Actor, account: string | null): Role {
  const held = actor.grants.filter((grant) => account === null || grant.account === null || grant.account === account);
  return Role.options.find((role) => held.some((grant) => grant.role === role)) ?? 'User';
}

/** Who the caller is in an account, or (null) wherever they may do the most. */
export function meOf(
  { actor, language, csrf }: Pick<Session, 'actor' | 'language' | 'csrf'>,
  account: string | null,
): Me {
  const role = roleIn(actor, account);
  const held = actor.grants.find((grant) => grant.role === role && (account === null || grant.account === account));
  return {
    id: actor.id,
    name: actor.name,
    email: actor.email,
    role,
    roleName: held?.custom?.name ?? role,
    permissions: permissionsIn(actor, account),
    language: AlertLanguage.nullable().catch(null).parse(language),
    csrf,
  };
}

/** Setting up, signing in and out, and who am I. */
export function authRoutes(app: Api, { store, clock, sessions, signIn, publicUrl }: Parts): void {
  const open = { access: 'public' } as const;

  async function start(person: string, request: FastifyRequest): Promise<{ id: string; me: Me }> {
    const { id } = await sessions.start(person, { address: request.ip, agent: request.headers['user-agent'] });
    const session = await sessions.find(id);
    if (session === undefined) throw new DemarcError('api.not-signed-in');
    return { id, me: meOf(session, null) };
  }

  app.post(
    '/auth/setup',
    {
      config: open,
      schema: { summary: 'Redeem the one-time set-up link', tags, body: SetupRequest, response: answers(Me) },
    },
    async (request, reply) => {
      signIn.countLink({ address: request.ip, requestId: request.id });
      const person = await redeemSetup({ store, clock }, request.body, request.id);
      const session = await start(person, request);
      return setSessionCookie(reply, session.id).send(session.me);
    },
  );

  app.post(
    '/auth/login',
    { config: open, schema: { summary: 'Sign in', tags, body: LoginRequest, response: answers(Me) } },
    async (request, reply) => {
      const person = await signIn.check(request.body, { address: request.ip, requestId: request.id });
      const session = await start(person, request);
      return setSessionCookie(reply, session.id).send(session.me);
    },
  );

  app.post(
    '/auth/sign-in-links',
    {
      config: { access: 'signed-in' },
      schema: { summary: 'Make a link that signs you in once elsewhere', tags, response: answers(SignInLink) },
    },
    async (request) => {
      const { token, expiresAt } = await createSignInToken({ store, clock }, callerOf(request).actor.id);
      const link = new URL('/sign-in', publicUrl);
      link.hash = new URLSearchParams({ token }).toString();
      return { link: link.href, expiresAt };
    },
  );

  app.post(
    '/auth/redeem',
    {
      config: open,
      schema: { summary: 'Sign in with a one-time link', tags, body: RedeemRequest, response: answers(Me) },
    },
    async (request, reply) => {
      signIn.countLink({ address: request.ip, requestId: request.id });
      const person = await redeemSignInToken({ store, clock }, request.body.token, request.id);
      const session = await start(person, request);
      return setSessionCookie(reply, session.id).send(session.me);
    },
  );

  app.post(
    '/auth/logout',
    { config: { access: 'signed-in' }, schema: { summary: 'Sign out', tags, response: nothing } },
    async (request, reply) => {
      const { actor, sessionHash } = callerOf(request);
      await store.write((unit) =>
        recordEvent(
          unit,
          {
            account: null,
            partner: actor.partner,
            actor: eventActor(request),
            action: 'Sign in',
            type: 'Admin',
            asset: 'Person',
            assetId: actor.id,
            name: 'person.signed-out',
            message: 'Signed out',
            requestId: request.id,
          },
          clock,
        ),
      );
      await sessions.end(sessionHash);
      return clearSessionCookie(reply).code(204).send(null);
    },
  );

  app.get(
    '/me',
    {
      config: { access: 'signed-in', callers: 'all' },
      schema: {
        summary: 'The signed-in person, with their rights in an account',
        tags,
        querystring: z.object({ account: Id.optional() }),
        response: answers(Me),
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { actor } = caller;
      const { account } = request.query;
      if (account !== undefined) {
        const resource = await accountResource(store.db, account);
        if (resource === undefined || !reaches(actor, resource)) throw new DemarcError('api.not-found');
      }
      return meOf(caller, account ?? null);
    },
  );
}
