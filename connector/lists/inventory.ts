import { type Selectable, sql } from 'kysely';
import type { Application, Platform } from '#contract/api.ts';
import { ApplicationReport, type Licence, PlatformReport } from '#contract/sections.ts';
import { ApplicationType, LicenceType, SwaStatus } from '#contract/words.ts';
import type { Tables } from '../store/schema.ts';
import type { Db } from '../store/store.ts';
import { all, type Condition, type Field } from './fields.ts';
import type { ListResource } from './list.ts';
import { swaEdges, swaStatus } from './swa.ts';

/** A row of the list of platforms. */
export type PlatformRow = Selectable<Tables['platform']> & { account_name: string };
/** A row of the list of applications. */
export type ApplicationRow = Selectable<Tables['application']> & {
  account_name: string;
  platform_document: string | null;
};

/** The rule of `swaStatus` over the columns of an application (a property test keeps both alike). */
function swaIs(word: string, now: number): Condition {
  const { pastBefore, soonBefore } = swaEdges(now);
  const type = sql.ref('x.licence_type');
  const ends = sql.ref('x.licence_expires_at');
  const dated = (licence: LicenceType, ...more: Condition[]) =>
    all([sql`${type} = ${licence}`, sql`${ends} is not null`, ...more]);
  const rule: Readonly<Record<SwaStatus, Condition>> = {
    Unknown: sql`(${type} is null or ${dated('Unlicensed')})`,
    'Not Indicated': sql`(${type} is not null and ${ends} is null)`,
    Active: sql`(${dated('Subscription', sql`${ends} >= ${pastBefore}`)} or ${dated('Perpetual', sql`${ends} >= ${soonBefore}`)})`,
    Inactive: dated('Subscription', sql`${ends} < ${pastBefore}`),
    'Expiring soon': dated('Perpetual', sql`${ends} >= ${pastBefore}`, sql`${ends} < ${soonBefore}`),
    Expired: dated('Perpetual', sql`${ends} < ${pastBefore}`),
  };
  return rule[SwaStatus.parse(word)];
}

const any = (conditions: readonly Condition[]): Condition => sql`(${sql.join(conditions, sql` or `)})`;

const swaField: Field = {
  kind: 'computed',
  words: SwaStatus.options,
  compile: (words, now) => any(words.map((word) => swaIs(word, now))),
};

/** Applications of a platform row `p`, under the name `x`. */
const ON_PLATFORM = sql`x.account_id = p.account_id and x.gateway_id = p.gateway_id and x.platform_id = p.platform_id`;

/** The application whose licence stands for the platform: the licence that ends first, then the oldest row. */
const PLATFORM_LICENCE = sql`select x.id from application as x where ${ON_PLATFORM} and x.licence_type is not null
  order by case when x.licence_expires_at is null then 1 else 0 end, x.licence_expires_at, x.id limit 1`;

/** Platforms (INV-6, INV-25). */
export const platformsList: ListResource = {
  select: sql`p.*, a.name as account_name`,
  from: sql`platform as p inner join account as a on a.id = p.account_id`,
  id: 'p.id',
  defaultSort: 'host',
  search: sql`(p.host_lc || ' ' || lower(coalesce(p.platform_type, '')) || ' ' || lower(coalesce(p.system_family, ''))
    || ' ' || lower(p.platform_id) || ' ' || a.name_lc)`,
  fields: {
    account: { kind: 'word', column: 'p.account_id' },
    host: { kind: 'text', column: 'p.host_lc', lower: true, sort: true },
    accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    gateway: { kind: 'word', column: 'p.gateway_id' },
    platformType: { kind: 'text', column: 'p.platform_type', sort: true, nullable: true },
    systemFamily: { kind: 'text', column: 'p.system_family', sort: true, nullable: true },
    reportedAt: { kind: 'instant', column: 'p.reported_at', sort: true },
    applicationType: {
      kind: 'computed',
      words: ApplicationType.options,
      compile: (words) =>
        sql`exists (select 1 from application as x where ${ON_PLATFORM} and x.type in (${sql.join(words)}))`,
    },
    licenceType: {
      kind: 'computed',
      words: LicenceType.options,
      compile: (words) =>
        sql`exists (select 1 from application as x where x.id = (${PLATFORM_LICENCE}) and x.licence_type in (${sql.join(words)}))`,
    },
    swaStatus: {
      kind: 'computed',
      words: SwaStatus.options,
      compile: (words, now) => {
        const licensed = sql`exists (select 1 from application as x where x.id = (${PLATFORM_LICENCE})
          and ${any(words.map((word) => swaIs(word, now)))})`;
        return words.includes('Unknown') ? sql`(${licensed} or not exists (${PLATFORM_LICENCE}))` : licensed;
      },
    },
  },
};

/** Applications (INV-32). */
export const applicationsList: ListResource = {
  select: sql`x.*, a.name as account_name, p.document as platform_document`,
  from: sql`application as x inner join account as a on a.id = x.account_id
    left join platform as p on ${ON_PLATFORM}`,
  id: 'x.id',
  defaultSort: 'type',
  search: sql`(x.type || ' ' || lower(coalesce(x.version, '')) || ' ' || coalesce(p.host_lc, '') || ' ' || a.name_lc)`,
  fields: {
    account: { kind: 'word', column: 'x.account_id' },
    platform: { kind: 'text', column: 'p.host_lc', lower: true, sort: true, nullable: true },
    type: { kind: 'word', column: 'x.type', words: ApplicationType.options, sort: true },
    accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    gateway: { kind: 'word', column: 'x.gateway_id' },
    platformId: { kind: 'text', column: 'x.platform_id', nullable: true },
    version: { kind: 'text', column: 'x.version', sort: true, nullable: true },
    licenceType: { kind: 'word', column: 'x.licence_type', words: LicenceType.options, nullable: true },
    licenceExpiresAt: { kind: 'instant', column: 'x.licence_expires_at', sort: true, nullable: true },
    reportedAt: { kind: 'instant', column: 'x.reported_at', sort: true },
    swaStatus: swaField,
  },
};

/** The licence that ends first; one without a date only when there is no other. */
function firstToEnd(licences: readonly Licence[]): Licence | null {
  const end = (licence: Licence) => licence.expiresAt ?? '9999';
  return licences.reduce<Licence | null>((best, one) => (best === null || end(one) < end(best) ? one : best), null);
}

/** Platforms with the types and the licence of what runs on them, which is read in one query. */
export async function platformDtos(db: Db, rows: readonly PlatformRow[], now: number): Promise<Platform[]> {
  if (rows.length === 0) return [];
  const gateways = [...new Set(rows.map((row) => row.gateway_id))];
  const found = await db
    .selectFrom('application')
    .select(['account_id', 'gateway_id', 'platform_id', 'document'])
    .where('account_id', 'in', [...new Set(rows.map((row) => row.account_id))])
    .where('gateway_id', 'in', gateways)
    .execute();
  const keyOf = (row: { account_id: string; gateway_id: string; platform_id: string | null }) =>
    `${row.account_id}/${row.gateway_id}/${row.platform_id}`;
  const applications = Map.groupBy(found, keyOf);
  return rows.map((row) =>
    platformDto(
      row,
      (applications.get(keyOf(row)) ?? []).map(({ document }) => ApplicationReport.parse(JSON.parse(document))),
      now,
    ),
  );
}

function platformDto(row: PlatformRow, applications: readonly ApplicationReport[], now: number): Platform {
  const report = PlatformReport.parse(JSON.parse(row.document));
  const licence = firstToEnd(applications.flatMap((application) => application.licence ?? []));
  return {
    id: row.id,
    account: row.account_id,
    accountName: row.account_name,
    gateway: row.gateway_id,
    platformId: row.platform_id,
    host: report.hostName,
    platformType: report.platformType,
    platformName: report.platformName,
    systemFamily: report.systemFamily,
    version: report.version,
    memory: report.memory,
    processor: report.processor,
    partitions: report.partitions,
    applicationTypes: [...new Set(applications.map((application) => application.type))].toSorted(),
    licence,
    swaStatus: swaStatus(licence, now),
    portals: applications
      .filter(({ hasPortal }) => hasPortal)
      .map(({ name, type, pbx }) => ({ name: name ?? type, pbx: pbx ?? null })),
    reportedAt: row.reported_at,
  };
}

export function applicationDto(row: ApplicationRow, now: number): Application {
  const report = ApplicationReport.parse(JSON.parse(row.document));
  const platform = row.platform_document === null ? null : PlatformReport.parse(JSON.parse(row.platform_document));
  return {
    id: row.id,
    account: row.account_id,
    accountName: row.account_name,
    gateway: row.gateway_id,
    platformId: row.platform_id,
    platformName: platform?.hostName.value ?? null,
    type: report.type,
    name: report.name ?? null,
    version: report.version,
    licence: report.licence,
    swaStatus: swaStatus(report.licence, now),
    hasPortal: report.hasPortal,
    pbx: report.pbx ?? null,
    reportedAt: row.reported_at,
  };
}
