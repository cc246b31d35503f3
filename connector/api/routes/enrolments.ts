import { z } from 'zod';
import {
  EnrolmentConfirm,
  EnrolmentConfirmed,
  PendingEnrolment,
  ProvisioningToken,
  ProvisioningTokenCreate,
} from '#contract/api.ts';
import { ClaimCode, Id } from '#contract/ids.ts';
import { allow, eventActor, scope } from '../access.ts';
import { type Api, accountResource, answers, created, nothing, type Parts } from '../routing.ts';

const tags = ['Enrolment'];

const ByCode = z.object({ code: ClaimCode });
const OfAccount = z.object({ account: Id });

/** The admin's side of claiming gateways: by the code on their screen, or by tokens for many. */
export function enrolmentRoutes(app: Api, { store, enrolments }: Parts): void {
  app.get(
    '/enrolments/code/:code',
    {
      config: { access: 'integrations:add' },
      schema: {
        summary: 'The gateway that waits with this code',
        tags,
        params: ByCode,
        response: answers(PendingEnrolment),
      },
    },
    async (request) => {
      scope(request);
      return enrolments.pending(request.params.code, eventActor(request));
    },
  );

  app.post(
    '/enrolments/:code/confirm',
    {
      config: { access: 'integrations:add' },
      schema: {
        summary: 'Take the waiting gateway into an account',
        tags,
        params: ByCode,
        body: EnrolmentConfirm,
        response: answers(EnrolmentConfirmed),
      },
    },
    async (request) => {
      allow(request, await accountResource(store.db, request.body.account));
      return enrolments.confirm(request.params.code, request.body, eventActor(request));
    },
  );

  app.get(
    '/provisioning-tokens',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'Provisioning tokens of an account, without their secret',
        tags,
        querystring: OfAccount,
        response: answers(z.object({ items: z.array(ProvisioningToken) })),
      },
    },
    async (request) => {
      const { account } = allow(request, await accountResource(store.db, request.query.account));
      return { items: await enrolments.listTokens(account) };
    },
  );

  app.post(
    '/provisioning-tokens',
    {
      config: { access: 'integrations:add' },
      schema: {
        summary: 'Make a provisioning token; its secret is told once',
        tags,
        body: ProvisioningTokenCreate,
        response: created(ProvisioningToken),
      },
    },
    async (request, reply) => {
      allow(request, await accountResource(store.db, request.body.account));
      return reply.code(201).send(await enrolments.createToken(request.body, eventActor(request)));
    },
  );

  app.delete(
    '/provisioning-tokens/:id',
    {
      config: { access: 'integrations:delete' },
      schema: { summary: 'End a provisioning token', tags, params: z.object({ id: Id }), response: nothing },
    },
    async (request, reply) => {
      const { id } = request.params;
      const row = await store.db
        .selectFrom('provisioning_token')
        .select('account_id')
        .where('id', '=', id)
        .executeTakeFirst();
      const resource = row && (await accountResource(store.db, row.account_id));
      const { account } = allow(request, resource);
      await enrolments.deleteToken(account, id, eventActor(request));
      return reply.code(204).send(null);
    },
  );
}
