import { z } from 'zod';
import { instant } from '#config/clock.ts';
import { DryRun, DryRunRequest, Trunk, TrunkPlan, TrunkSettings } from '#contract/trunks.ts';
import { PbxType } from '#contract/words.ts';
import { planTrunk } from '#sip-trunks/plan/plan.ts';
import { dryRun } from '#sip-trunks/trunk/numbers.ts';
import { quirksOf } from '#sip-trunks/trunk/quirks.ts';
import { formCsv } from '#sip-trunks/worksheet/csv.ts';
import { worksheetHtml } from '#sip-trunks/worksheet/html.ts';
import { type TrunkRow, trunkDto, trunkSettings, trunksList } from '../../lists/trunks.ts';
import { pbxFacts } from '../../trunks/pbx-facts.ts';
import { allow, eventActor } from '../access.ts';
import { listRoutes, oneRoute } from '../list-routes.ts';
import {
  type Api,
  accountResource,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
} from '../routing.ts';

const tags = ['Trunks'];

const Create = z.strictObject({ account: z.string().max(64), settings: TrunkSettings });

/** SIP trunks: what is set, the worksheet that says it to a PBX, and where a number would go. */
export function trunkRoutes(app: Api, parts: Parts): void {
  const { store, clock, trunks } = parts;
  const planOf = async (row: TrunkRow): Promise<TrunkPlan> => {
    const trunk = trunkSettings(row);
    const facts = await pbxFacts(store.db, row.account_id, row.gateway_id);
    const pbx = facts.get(row.pbx_id);
    const second = trunk.secondaryPbx === null ? undefined : facts.get(trunk.secondaryPbx);
    const type = PbxType.parse(row.pbx_type);
    return planTrunk({
      type,
      trunk,
      pbx: { name: row.pbx_name, version: pbx?.version },
      ...(second && { secondary: { name: second.name, host: second.address } }),
      plusQuirk: quirksOf(type, pbx?.version).find(({ id }) => id === 'trunk-plus')?.text,
    });
  };

  const of = { path: '/trunks', tags, access: 'integrations:view', list: trunksList, item: Trunk } as const;
  listRoutes<TrunkRow, Trunk>(app, parts, { ...of, words: 'SIP trunks', itemOf: trunkDto, within: 't.account_id' });
  const { allowed, known } = oneRoute<TrunkRow, Trunk>(app, parts, { ...of, words: 'SIP trunk', itemOf: trunkDto });

  app.post(
    '/trunks',
    {
      config: { access: 'integrations:add' },
      schema: { summary: 'Add a SIP trunk', tags, body: Create, response: created(Trunk) },
    },
    async (request, reply) => {
      const { account, settings } = request.body;
      allow(request, await accountResource(store.db, account));
      const id = await trunks.create(account, settings, { actor: eventActor(request), requestId: request.id });
      return reply
        .code(201)
        .header('location', `/api/v1/trunks/${id}`)
        .send(await known(id));
    },
  );

  app.put(
    '/trunks/:id',
    {
      config: { access: 'integrations:edit' },
      schema: {
        summary: 'Set a SIP trunk anew; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: TrunkSettings,
        response: answers(Trunk),
      },
    },
    async (request, reply) => {
      const { id } = await allowed(request, request.params.id);
      const match = matchOf(request.headers);
      await trunks.replace(id, request.body, match, { actor: eventActor(request), requestId: request.id });
      const trunk = await known(id);
      return reply.header('etag', trunk.etag).send(trunk);
    },
  );

  app.delete(
    '/trunks/:id',
    {
      config: { access: 'integrations:delete' },
      schema: { summary: 'Delete a SIP trunk here; the PBX keeps what is set', tags, params: ById, response: nothing },
    },
    async (request, reply) => {
      const { id } = await allowed(request, request.params.id);
      await trunks.remove(id, { actor: eventActor(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/trunks/:id/plan',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'Everything that has to be set for a trunk',
        tags,
        params: ById,
        response: answers(TrunkPlan),
      },
    },
    async (request) => planOf(await allowed(request, request.params.id)),
  );

  app.get(
    '/trunks/:id/worksheet.html',
    {
      config: { access: 'integrations:view' },
      schema: { summary: 'The plan as a page that prints', tags, params: ById, response: answers(z.string()) },
    },
    async (request, reply) => {
      const row = await allowed(request, request.params.id);
      const account = await store.db
        .selectFrom('account')
        .select('name')
        .where('id', '=', row.account_id)
        .executeTakeFirstOrThrow();
      const head = { trunk: row.name, pbx: row.pbx_name, account: account.name, madeAt: instant(clock) };
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-disposition', 'attachment; filename="worksheet.html"')
        .serializer((body: unknown) => String(body))
        .send(worksheetHtml(await planOf(row), head));
    },
  );

  app.get(
    '/trunks/:id/worksheet/:form',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'One step of the plan as CSV, for PBXs that import forms',
        tags,
        params: ById.extend({ form: z.string().regex(/^[a-z-]{1,40}$/) }),
        response: answers(z.string()),
      },
    },
    async (request, reply) => {
      const row = await allowed(request, request.params.id);
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${request.params.form}.csv"`)
        .serializer((body: unknown) => String(body))
        .send(formCsv(await planOf(row), request.params.form));
    },
  );

  app.post(
    '/trunks/:id/numbers',
    {
      config: { access: 'integrations:view' },
      schema: {
        summary: 'Where a number would go, and as what, without calling anybody',
        tags,
        params: ById,
        body: DryRunRequest,
        response: answers(DryRun),
      },
    },
    async (request) => {
      const row = await allowed(request, request.params.id);
      const { number, direction } = request.body;
      const { numbers } = trunkSettings(row);
      const { country } = await store.db
        .selectFrom('account')
        .select('country')
        .where('id', '=', row.account_id)
        .executeTakeFirstOrThrow();
      return dryRun(number, direction, direction === 'to-pbx' ? numbers.toPbx : numbers.toFarEnd, { country });
    },
  );
}
