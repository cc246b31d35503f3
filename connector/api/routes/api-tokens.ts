import { z } from 'zod';
import { ApiToken, ApiTokenCreate } from '#contract/api/access.ts';
import { Id } from '#contract/ids.ts';
import { givableRole } from '../../roles/givable.ts';
import { allow, callerOf, eventActor } from '../access.ts';
import { type Api, accountResource, answers, ById, created, nothing, type Parts } from '../routing.ts';

const tags = ['API tokens'];
/** A token that could make tokens would outlive its own end. */
const forPeople = { callers: 'people' } as const;

/** Tokens by which programs use the API, as `Authorization: Bearer`. */
export function apiTokenRoutes(app: Api, { store, tokens }: Parts): void {
  app.get(
    '/api-tokens',
    {
      config: { access: 'settings:view' },
      schema: {
        summary: 'Tokens of an account, without their secret; without an account those for all of the partner’s',
        tags,
        querystring: z.object({ account: Id.optional() }),
        response: answers(z.object({ items: z.array(ApiToken) })),
      },
    },
    async (request) => {
      const { account } = request.query;
      const { partner } = callerOf(request).actor;
      allow(request, account === undefined ? { partner, account: null } : await accountResource(store.db, account));
      return { items: await tokens.list(partner, account ?? null) };
    },
  );

  app.post(
    '/api-tokens',
    {
      config: { access: 'settings:edit', ...forPeople },
      schema: {
        summary: 'Make a token; its secret is told once',
        tags,
        body: ApiTokenCreate,
        response: created(ApiToken),
      },
    },
    async (request, reply) => {
      const { account, role: ref, ...given } = request.body;
      const { actor } = callerOf(request);
      const { partner } = actor;
      const place = allow(request, account === null ? { partner, account } : await accountResource(store.db, account));
      const { base, id } = await givableRole(store.db, actor, place, ref);
      const token = { ...given, account, partner, role: { base, id } };
      return reply.code(201).send(await tokens.create(token, eventActor(request), request.id));
    },
  );

  app.delete(
    '/api-tokens/:id',
    {
      config: { access: 'settings:edit', ...forPeople },
      schema: { summary: 'Revoke a token, from its next request on', tags, params: ById, response: nothing },
    },
    async (request, reply) => {
      allow(request, await tokens.resource(request.params.id));
      await tokens.revoke(request.params.id, eventActor(request), request.id);
      return reply.code(204).send(null);
    },
  );
}
