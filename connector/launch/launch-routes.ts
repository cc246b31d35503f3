import { sql } from 'kysely';
import { z } from 'zod';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { sections } from '#contract/sections.ts';
import {
  Launch,
  LaunchCreate,
  LaunchIssued,
  LaunchLine,
  LaunchRedeem,
  LaunchRedeemed,
  Tunnel,
} from '#contract/tunnels.ts';
import { callerOf } from '../api/access.ts';
import { type Api, allowRow, answers, ById, created, nothing, type Parts, visibleBy } from '../api/routing.ts';
import { launchesList } from '../lists/launches.ts';
import { readList } from '../lists/list.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Tables } from '../store/schema.ts';
import { launchDto } from './launch-log.ts';

const tags = ['Remote access'];

const OfGateway = { gateway: Id.optional() };
const Query = ListQuery.extend(OfGateway);
const TunnelQuery = ListQuery.pick({ account: true, limit: true }).extend(OfGateway);

/** Tunnels as the gateways tell them, and launches: issued, redeemed, listed, ended. */
export function launchRoutes(app: Api, { store, clock, launches: desk }: Parts): void {
  const gatewayRow = (id: string) =>
    store.db
      .selectFrom('gateway')
      .select(['id', 'account_id'])
      .where('id', '=', id)
      .where('released_at', 'is', null)
      .executeTakeFirst();
  const launchById = (id: string) => store.db.selectFrom('launch').selectAll().where('id', '=', id).executeTakeFirst();

  app.get(
    '/tunnels',
    {
      config: { access: 'inventory:view' },
      schema: {
        summary: 'The tunnels of the gateways, as these told them',
        tags,
        querystring: TunnelQuery,
        response: answers(Page(Tunnel)),
      },
    },
    async (request) => {
      const { account, gateway, limit } = request.query;
      const within = await visibleBy(request, store.db, 's.account_id', account);
      let rows = store.db
        .selectFrom('section as s')
        .innerJoin('gateway as g', 'g.id', 's.gateway_id')
        .select(['s.document', 'g.id', 'g.account_id', 'g.name', 'g.online'])
        .where('s.section', '=', 'tunnels')
        .where('g.released_at', 'is', null)
        .where(sql<boolean>`${within.condition}`);
      if (gateway !== undefined) rows = rows.where('g.id', '=', gateway);
      const found = await rows.orderBy('g.id').limit(limit).execute();
      const items = found.flatMap((row): Tunnel[] => {
        const document = optionalJson(sections.tunnels, row.document);
        const common = {
          gateway: row.id,
          account: row.account_id,
          gatewayName: row.name,
          off: document?.off ?? false,
          online: row.online === 1,
        };
        return document?.tunnels.map((tunnel) => ({ ...tunnel, ...common })) ?? [];
      });
      return { items, nextCursor: null, total: items.length };
    },
  );

  app.post(
    '/launches',
    {
      config: { access: 'support:launch' },
      schema: {
        summary: 'Launch a system; the link is good once, for the caller, for a minute',
        tags,
        body: LaunchCreate,
        response: created(LaunchIssued),
      },
    },
    async (request, reply) => {
      const gateway = await allowRow(request, store.db, await gatewayRow(request.body.gateway));
      const { id, name } = callerOf(request).actor;
      const issued = await desk.issue({
        account: gateway.account_id,
        input: request.body,
        person: { id, name },
        requestId: request.id,
      });
      return reply.code(201).send(issued);
    },
  );

  app.post(
    '/launches/redeem',
    {
      config: { access: 'signed-in', callers: 'all', rateLimit: { max: 30, timeWindow: '1 minute' } },
      schema: {
        summary: 'Turn the secret of a link into the way to its session',
        tags,
        body: LaunchRedeem,
        response: answers(LaunchRedeemed),
      },
    },
    async (request) => desk.redeem(request.body.token, callerOf(request).actor.id),
  );

  app.get(
    '/launches',
    {
      config: { access: 'events:view' },
      schema: { summary: 'List launches', tags, querystring: Query, response: answers(Page(Launch)) },
    },
    async (request) => {
      const { account, gateway, ...wanted } = request.query;
      const within = await visibleBy(request, store.db, 'l.account_id', account);
      const filter = [wanted.filter ?? [], gateway === undefined ? [] : `gateway:eq:${gateway}`].flat();
      const page = await readList<Tables['launch']>(store.db, launchesList, within, { ...wanted, filter }, clock.now());
      return { items: page.rows.map(launchDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/launches/:id/requests',
    {
      config: { access: 'events:view' },
      schema: {
        summary: 'What was asked for in a session; no bodies, no cookies, no query',
        tags,
        params: ById,
        response: answers(z.object({ items: z.array(LaunchLine) })),
      },
    },
    async (request) => {
      const launch = await allowRow(request, store.db, await launchById(request.params.id));
      const items = await store.db
        .selectFrom('launch_request')
        .select(['n', 'at', 'method', 'path', 'status', 'bytes'])
        .where('launch_id', '=', launch.id)
        .orderBy('n')
        .limit(5000)
        .execute();
      return { items };
    },
  );

  app.post(
    '/launches/:id/end',
    {
      config: { access: 'support:launch' },
      schema: { summary: 'End a session now', tags, params: ById, response: nothing },
    },
    async (request, reply) => {
      const launch = await allowRow(request, store.db, await launchById(request.params.id));
      if (!desk.end(launch.id, callerOf(request).actor)) throw new DemarcError('launch.ended');
      return reply.code(204).send(null);
    },
  );
}
