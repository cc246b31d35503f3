import { Application, ListQuery, Page, Platform } from '#contract/api.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import {
  type ApplicationRow,
  applicationDto,
  applicationsList,
  type PlatformRow,
  platformDtos,
  platformsList,
} from '../../lists/inventory.ts';
import { readAll, readList } from '../../lists/list.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import { listRoutes } from '../list-routes.ts';
import { type Api, answers, type Parts, visibleBy } from '../routing.ts';

const tags = ['Inventory'];

const platformColumns: CsvColumn<Platform>[] = [
  { heading: 'Account', value: (row) => row.accountName },
  { heading: 'Host', value: (row) => row.host.value },
  { heading: 'Platform type', value: (row) => row.platformType.value },
  { heading: 'Platform name', value: (row) => row.platformName.value },
  { heading: 'Application types', value: (row) => row.applicationTypes.join(', ') },
  { heading: 'System family', value: (row) => row.systemFamily.value },
  { heading: 'Licence', value: (row) => row.licence?.type },
  { heading: 'Licence ends', value: (row) => row.licence?.expiresAt },
  { heading: 'Version', value: (row) => row.version.value },
  { heading: 'SWA status', value: (row) => row.swaStatus },
  { heading: 'Memory in bytes', value: (row) => row.memory.value },
  { heading: 'Processor', value: (row) => row.processor.value },
  { heading: 'Platform ID', value: (row) => row.platformId },
  { heading: 'Reported', value: (row) => row.reportedAt },
];

const applicationColumns: CsvColumn<Application>[] = [
  { heading: 'Account', value: (row) => row.accountName },
  { heading: 'Platform', value: (row) => row.platformName },
  { heading: 'Application type', value: (row) => row.type },
  { heading: 'Name', value: (row) => row.name },
  { heading: 'Version', value: (row) => row.version.value },
  { heading: 'Licence', value: (row) => row.licence?.type },
  { heading: 'Licence ID', value: (row) => row.licence?.id },
  { heading: 'Licence ends', value: (row) => row.licence?.expiresAt },
  { heading: 'SWA status', value: (row) => row.swaStatus },
  { heading: 'Portal', value: (row) => (row.hasPortal ? 'yes' : 'no') },
  { heading: 'Reported', value: (row) => row.reportedAt },
];

/** Platforms and applications; the software assurance status is that of today. */
export function inventoryRoutes(app: Api, parts: Parts): void {
  const { store, clock } = parts;
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

  listRoutes<ApplicationRow, Application>(app, parts, {
    path: '/applications',
    words: 'applications',
    tags,
    access: 'inventory:view',
    list: applicationsList,
    item: Application,
    itemOf: applicationDto,
    within: 'x.account_id',
    columns: applicationColumns,
  });

  app.get(
    '/platforms.csv',
    { config, schema: { summary: 'Export platforms as CSV', tags, querystring: CsvQuery, response: csvAnswer } },
    async (request, reply) => {
      const within = await visibleBy(request, store.db, 'p.account_id', request.query.account);
      const now = clock.now();
      const pages = readAll<PlatformRow, PlatformRow>(
        store.db,
        platformsList,
        within,
        request.query,
        now,
        (row) => row,
      );
      async function* platforms(): AsyncGenerator<Platform[]> {
        for await (const rows of pages) yield await platformDtos(store.db, rows, now);
      }
      return sendCsv(reply, 'platforms.csv', platforms(), platformColumns, request.query.bom);
    },
  );
}
