import { sql } from 'kysely';
import { Command, DecisionRequest, HeldUser, ListQuery, Page, SyncRun } from '#contract/api.ts';
import { commandDto } from '../../commands/command-dto.ts';
import { readList, readOne } from '../../lists/list.ts';
import {
  type HeldUserRow,
  heldUserDto,
  heldUsersList,
  type SyncRunRow,
  syncRunDto,
  syncRunsList,
  syncRunWithNotesDto,
} from '../../lists/sync-runs.ts';
import { eventActor } from '../access.ts';
import { listRoutes } from '../list-routes.ts';
import { type Api, accepted, allowRow, answers, ById, type Parts } from '../routing.ts';

const tags = ['Sync runs'];

/** Sync runs, and the decision on those that were Held. */
export function syncRunRoutes(app: Api, parts: Parts): void {
  const { store, clock, holds } = parts;
  const find = (id: string) => readOne<SyncRunRow>(store.db, syncRunsList, id);

  listRoutes<SyncRunRow, SyncRun>(app, parts, {
    path: '/sync-runs',
    words: 'sync runs',
    tags,
    access: 'integrations:view',
    list: syncRunsList,
    item: SyncRun,
    itemOf: syncRunDto,
    within: 'r.account_id',
  });

  app.get(
    '/sync-runs/:id',
    {
      config: { access: 'integrations:view' },
      schema: { summary: 'One sync run', tags, params: ById, response: answers(SyncRun) },
    },
    async (request) => syncRunWithNotesDto(await allowRow(request, store.db, await find(request.params.id))),
  );

  app.get(
    '/sync-runs/:id/held-users',
    {
      config: { access: 'users:view' },
      schema: {
        summary: 'The users that a Held run would remove',
        tags,
        params: ById,
        querystring: ListQuery.omit({ account: true }),
        response: answers(Page(HeldUser)),
      },
    },
    async (request) => {
      const run = await allowRow(request, store.db, await find(request.params.id));
      const within = { condition: sql`h.run_id = ${run.id}`, indexed: true };
      const page = await readList<HeldUserRow>(store.db, heldUsersList, within, request.query, clock.now());
      return { items: page.rows.map(heldUserDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.post(
    '/sync-runs/:id/decision',
    {
      config: { access: 'integrations:edit' },
      schema: {
        summary: 'Confirm (remove) or reject (keep) the removals of a Held run',
        tags,
        params: ById,
        body: DecisionRequest,
        response: accepted(Command),
      },
    },
    async (request, reply) => {
      const run = await allowRow(request, store.db, await find(request.params.id));
      const command = await holds.decide(run.id, request.body.action, eventActor(request), request.id);
      return reply.code(202).send(commandDto(command));
    },
  );
}
