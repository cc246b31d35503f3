import { z } from 'zod';
import { IntegrationAdd, IntegrationKind, IntegrationSwitch, IntegrationsPanel } from '#contract/api/integrations.ts';
import { Id } from '#contract/ids.ts';
import { Integrations } from '../../integrations/integrations.ts';
import { integrationsPanel } from '../../integrations/panel.ts';
import { deleteLeftBehind } from '../../pbxs/left-behind.ts';
import { allow, eventActor } from '../access.ts';
import { type Api, accountResource, allowRow, answers, ById, created, nothing, type Parts } from '../routing.ts';

const tags = ['Integrations'];

/** The panel of integrations of an account. */
export function integrationRoutes(app: Api, { store, clock }: Parts): void {
  const integrations = new Integrations({ store, clock });
  const panel = (account: string) => integrationsPanel(store.db, account, clock.now());

  app.get(
    '/integrations',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'The integrations of an account with their status, and the catalogue',
        tags,
        querystring: z.object({ account: Id }),
        response: answers(IntegrationsPanel),
      },
    },
    async (request) => {
      const { account } = allow(request, await accountResource(store.db, request.query.account));
      return panel(account);
    },
  );

  app.post(
    '/integrations',
    {
      config: { access: 'integrations:add' },
      schema: {
        summary: 'Add an integration from the catalogue',
        tags,
        body: IntegrationAdd,
        response: created(IntegrationsPanel),
      },
    },
    async (request, reply) => {
      const { account } = allow(request, await accountResource(store.db, request.body.account));
      await integrations.add(account, request.body.kind, { actor: eventActor(request), requestId: request.id });
      return reply.code(201).send(await panel(account));
    },
  );

  app.delete(
    '/integrations',
    {
      config: { access: 'integrations:delete' },
      schema: {
        summary: 'Take an integration that is not set up off the list',
        tags,
        querystring: z.object({ account: Id, kind: IntegrationKind }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const { account } = allow(request, await accountResource(store.db, request.query.account));
      await integrations.remove(account, request.query.kind, { actor: eventActor(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/integrations/:id/switch',
    {
      config: { access: 'integrations:edit' },
      schema: {
        summary: 'Switch the integration of a gateway or PBX on or off; off is the way to deleting it',
        tags,
        params: ById,
        body: IntegrationSwitch,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const gateway = store.db.selectFrom('gateway').select(['account_id', 'name']).where('id', '=', id);
      const pbx = store.db
        .selectFrom('pbx')
        .select(['account_id', 'name'])
        .where('id', '=', id)
        .where('removed_at', 'is', null);
      const found = (await gateway.executeTakeFirst()) ?? (await pbx.executeTakeFirst());
      const { account_id: account, name } = await allowRow(request, store.db, found);
      const by = { actor: eventActor(request), requestId: request.id };
      await integrations.turn({ account, id, name }, request.body.on, by);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/pbxs/:id',
    {
      config: { access: 'integrations:delete' },
      schema: {
        summary: 'Delete a PBX that no gateway has any more, with its users and numbers',
        tags,
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const found = await store.db
        .selectFrom('pbx')
        .select(['account_id'])
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .executeTakeFirst();
      const { account_id: account } = await allowRow(request, store.db, found);
      await deleteLeftBehind({ store, clock }, { account, id, actor: eventActor(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );
}
