import { z } from 'zod';
import { Gateway, GatewayDetail } from '#contract/api.ts';
import { type SectionName, sections } from '#contract/sections.ts';
import { type GatewayRow, gatewayDto, gatewaysList } from '../../lists/gateways.ts';
import { readOne } from '../../lists/list.ts';
import { optionalJson } from '../../lists/stored-json.ts';
import type { Db } from '../../store/store.ts';
import { allow, eventActor } from '../access.ts';
import { listRoutes } from '../list-routes.ts';
import { type Api, accountResource, allowRow, answers, ById, nothing, type Parts } from '../routing.ts';

const tags = ['Gateways'];

/** The latest document of a section with the time it was received; null when none came yet. */
async function sectionOf<S extends z.ZodType>(db: Db, gateway: GatewayRow, name: SectionName, schema: S) {
  const row = await db
    .selectFrom('section')
    .select(['document', 'received_at'])
    .where('account_id', '=', gateway.account_id)
    .where('gateway_id', '=', gateway.id)
    .where('section', '=', name)
    .executeTakeFirst();
  const document = optionalJson(schema, row?.document ?? null);
  return row === undefined || document === null ? null : { document, receivedAt: row.received_at };
}

async function detailOf(db: Db, row: GatewayRow, now: number): Promise<GatewayDetail> {
  const [own, pbxs, health] = await Promise.all([
    sectionOf(db, row, 'gateway', sections.gateway),
    sectionOf(db, row, 'pbxs', sections.pbxs),
    sectionOf(db, row, 'health', sections.health),
  ]);
  return {
    ...gatewayDto(row, now),
    hostName: own?.document.hostName ?? row.host_name,
    serial: own?.document.serial ?? row.serial,
    fingerprint: row.fingerprint,
    addresses: own?.document.addresses ?? [],
    timeZone: own?.document.timeZone ?? null,
    virtual: own?.document.virtual ?? null,
    capabilities: optionalJson(z.array(z.string()), row.capabilities) ?? [],
    links: pbxs?.document.links ?? [],
    linksAt: pbxs?.receivedAt ?? null,
    checks: health?.document.checks ?? [],
    checkedAt: health?.document.checkedAt ?? null,
    update: own?.document.update ?? null,
    updateAt: own?.receivedAt ?? null,
  };
}

/** Gateways of customers. */
export function gatewayRoutes(app: Api, parts: Parts): void {
  const { store, clock, enrolments } = parts;
  listRoutes<GatewayRow, Gateway>(app, parts, {
    path: '/gateways',
    words: 'gateways',
    tags,
    access: 'support:view',
    list: gatewaysList,
    item: Gateway,
    itemOf: gatewayDto,
    within: 'g.account_id',
  });

  app.get(
    '/gateways/:id',
    {
      config: { access: 'support:view' },
      schema: {
        summary: 'One gateway with all that is known of it',
        tags,
        params: ById,
        response: answers(GatewayDetail),
      },
    },
    async (request) => {
      const found = await readOne<GatewayRow>(store.db, gatewaysList, request.params.id);
      return detailOf(store.db, await allowRow(request, store.db, found), clock.now());
    },
  );

  app.delete(
    '/gateways/:id',
    {
      config: { access: 'integrations:delete' },
      schema: {
        summary:
          'Release a gateway: its certificate ends, another account may claim it. With reset=revert it also resets itself as soon as it hears of that',
        tags,
        params: ById,
        querystring: z.object({ reset: z.literal('revert').optional() }),
        response: nothing,
      },
    },
    async (request, reply) => {
      const found = await readOne<GatewayRow>(store.db, gatewaysList, request.params.id);
      const row = await allowRow(request, store.db, found);
      const reset = request.query.reset !== undefined;
      if (reset) allow(request, await accountResource(store.db, row.account_id), 'support:reset');
      await enrolments.release(row.account_id, row.id, eventActor(request), { reset });
      return reply.code(204).send(null);
    },
  );
}
