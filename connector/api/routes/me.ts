import { z } from 'zod';
import { AlertLanguage } from '#contract/alerts.ts';
import {
  OwnSession,
  PasswordChange,
  PasswordLink,
  PasswordLinkRedeem,
  Profile,
  ProfileEdit,
} from '#contract/api/access.ts';
import { Me, RedeemRequest } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Attempts } from '../../access/attempts.ts';
import { hashPassword, verifyPassword } from '../../access/passwords.ts';
import { isLockedOut } from '../../access/sessions.ts';
import { recordEvent } from '../../history/record-event.ts';
import { lookAtPasswordLink, redeemPasswordLink } from '../../people/password-links.ts';
import { tellPlaces } from '../../people/tell-places.ts';
import { callerOf, eventActor } from '../access.ts';
import { setSessionCookie } from '../guard.ts';
import { type Api, answers, nothing, type Parts } from '../routing.ts';
import { meOf } from './auth.ts';

const tags = ['Own profile'];
const WINDOW_MS = 15 * 60_000;

/** What everybody may do about themselves, whatever their role (ROL-1). */
export function meRoutes(app: Api, { store, clock, sessions }: Parts): void {
  const guesses = new Attempts({ clock, limit: 10, windowMs: WINDOW_MS });
  const config = { access: 'signed-in' } as const;

  async function profile(person: string): Promise<Profile> {
    const row = await store.db
      .selectFrom('person')
      .select(['name', 'email', 'language', 'password_hash', 'manager'])
      .where('id', '=', person)
      .executeTakeFirstOrThrow();
    const roles = await store.db
      .selectFrom('membership')
      .leftJoin('account', 'account.id', 'membership.account_id')
      .leftJoin('role', 'role.id', 'membership.role_id')
      .select(['membership.account_id', 'membership.role', 'role.name as role_name', 'account.name as account_name'])
      .where('person_id', '=', person)
      .orderBy('account.name')
      .limit(200)
      .execute();
    return {
      name: row.name,
      email: row.email,
      language: AlertLanguage.nullable().catch(null).parse(row.language),
      hasPassword: row.password_hash !== null,
      roles: roles.map((held) => ({
        account: held.account_id,
        accountName: held.account_name,
        roleName: held.role_name ?? held.role,
      })),
    };
  }

  app.get(
    '/me/profile',
    { config, schema: { summary: 'Your profile', tags, response: answers(Profile) } },
    async (request) => profile(callerOf(request).actor.id),
  );

  app.patch(
    '/me/profile',
    {
      config,
      schema: { summary: 'Change your name or language', tags, body: ProfileEdit, response: answers(Profile) },
    },
    async (request) => {
      const { id, partner, name: before } = callerOf(request).actor;
      const { name, language } = request.body;
      if (name === undefined && language === undefined) return profile(id);
      await store.write(async (unit) => {
        await unit.db
          .updateTable('person')
          .set((eb) => ({
            ...(name !== undefined && { name }),
            ...(language !== undefined && { language }),
            // Whoever edits the person has seen the old name; the language is nobody else's.
            ...(name !== undefined && { revision: eb('revision', '+', 1) }),
          }))
          .where('id', '=', id)
          .execute();
        if (name === undefined || name === before) return;
        const what = { action: 'Edit', type: 'Admin', asset: 'Person', assetId: id } as const;
        const whose = { account: null, partner, actor: eventActor(request), requestId: request.id };
        const properties = [{ property: 'name', before, after: name }];
        const message = 'Changed the own name';
        await recordEvent(unit, { ...what, ...whose, name: 'person.changed', message, properties }, clock);
        await tellPlaces(unit, id, partner);
      });
      return profile(id);
    },
  );

  app.post(
    '/me/password',
    {
      config,
      schema: {
        summary: 'Change your password; your other sessions end',
        tags,
        body: PasswordChange,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { actor, sessionHash } = callerOf(request);
      // A session that was left open must not become a password by guessing.
      guesses.begin(actor.id);
      const { password_hash: stored } = await store.db
        .selectFrom('person')
        .select('password_hash')
        .where('id', '=', actor.id)
        .executeTakeFirstOrThrow();
      if (stored === null) throw new DemarcError('person.no-password');
      if (!(await verifyPassword(request.body.current, stored))) throw new DemarcError('person.wrong-password');
      guesses.giveBack(actor.id);
      const hash = await hashPassword(request.body.next);
      await store.write(async (unit) => {
        await unit.db.updateTable('person').set({ password_hash: hash }).where('id', '=', actor.id).execute();
        await unit.db.deleteFrom('person_link').where('person_id', '=', actor.id).execute();
        const what = { action: 'Edit', type: 'Admin', asset: 'Person', assetId: actor.id } as const;
        const whose = { account: null, partner: actor.partner, actor: eventActor(request), requestId: request.id };
        const message = 'Changed the own password';
        await recordEvent(unit, { ...what, ...whose, name: 'person.password-changed', message }, clock);
      });
      await sessions.endOf(actor.id, { keep: sessionHash });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/me/sessions',
    {
      config,
      schema: { summary: 'Your sessions', tags, response: answers(z.object({ items: z.array(OwnSession) })) },
    },
    async (request) => {
      const { actor, sessionHash } = callerOf(request);
      const rows = await sessions.list(actor.id);
      return {
        items: rows.map((row) => ({
          id: row.public_id ?? '',
          current: row.id_hash === sessionHash,
          address: row.address,
          browser: row.agent,
          startedAt: row.created_at,
          seenAt: row.seen_at,
          expiresAt: row.expires_at,
        })),
      };
    },
  );

  app.delete(
    '/me/sessions/:session',
    {
      config,
      schema: {
        summary: 'End one of your sessions; "others" ends all but this one',
        tags,
        params: z.object({ session: z.string().min(1).max(64) }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const { actor, sessionHash } = callerOf(request);
      const { session } = request.params;
      const ended = await sessions.endOf(
        actor.id,
        session === 'others' ? { keep: sessionHash } : { publicId: session },
      );
      if (ended === 0 && session !== 'others') throw new DemarcError('api.not-found');
      return reply.code(204).send(null);
    },
  );
}

/** Links by which a person sets a password: the first, or a new one (ACC-30). */
export function passwordLinkRoutes(app: Api, { store, clock, sessions, signIn }: Parts): void {
  const config = { access: 'public' } as const;
  const links = ['Sign-in'];

  app.post(
    '/auth/password-links/look',
    {
      config,
      schema: {
        summary: 'Whose link for a password this is',
        tags: links,
        body: RedeemRequest,
        response: answers(PasswordLink),
      },
    },
    async (request) => {
      signIn.countLink({ address: request.ip, requestId: request.id });
      return lookAtPasswordLink({ store, clock }, request.body.token);
    },
  );

  app.post(
    '/auth/password-links/redeem',
    {
      config,
      schema: {
        summary: 'Set a password by a link, and sign in',
        tags: links,
        body: PasswordLinkRedeem,
        response: answers(Me),
      },
    },
    async (request, reply) => {
      signIn.countLink({ address: request.ip, requestId: request.id });
      const person = await redeemPasswordLink({ store, clock }, request.body, request.id);
      if (await isLockedOut(store.db, person)) throw new DemarcError('account.switched-off');
      const { id } = await sessions.start(person, { address: request.ip, agent: request.headers['user-agent'] });
      const session = await sessions.find(id);
      if (session === undefined) throw new DemarcError('api.not-signed-in');
      return setSessionCookie(reply, id).send(meOf(session, null));
    },
  );
}
