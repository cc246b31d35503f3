import { Application, ListQuery, Page, Platform } from '#contract/api.ts';
import {
  type ApplicationRow,
  applicationDto,
  applicationsList,
  type PlatformRow,
  platformDtos,
  platformsList,
} from '../../lists/inventory.ts';
import { readList } from '../../lists/list.ts';
import { type Api, answers, type Parts, visibleBy } from '../routing.ts';

const tags = ['Inventory'];

/** Platforms and applications; the software assurance status is that of today. */
export function inventoryRoutes(app: Api, { store, clock }: Parts): void {
  const config = { access: 'inventory:view' } as const;

  app.get(
    '/platforms',
    { config, schema: { summary: 'List platforms', tags, querystring: ListQuery, response: answers(Page(Platform)) } },
    async (request) => {
      const within = await visibleBy(request, store.db, 'p.account_id', request.query.account);
      const now = clock.now();
      const page = await readList<PlatformRow>(store.db, platformsList, within, request.query, now);
      const items = await platformDtos(store.db, page.rows, now);
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/applications',
    {
      config,
      schema: { summary: 'List applications', tags, querystring: ListQuery, response: answers(Page(Application)) },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 'x.account_id', request.query.account);
      const now = clock.now();
      const page = await readList<ApplicationRow>(store.db, applicationsList, within, request.query, now);
      const items = page.rows.map((row) => applicationDto(row, now));
      return { items, nextCursor: page.nextCursor, total: page.total };
    },
  );
}
