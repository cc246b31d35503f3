/** What does not go by itself, one query for each kind of it; always within the accounts that the caller may see it in. */
import { sql } from 'kysely';
import { type Matter, MatterKind } from '#contract/api/home.ts';
import { Reason } from '#contract/users.ts';
import { ApplicationType } from '#contract/words.ts';
import { type AlertRow, alertDto, alertsList } from '../alerts/alerts-list.ts';
import type { AlertTexts } from '../alerts/texts/alert-texts.ts';
import { all, type Condition, compileFilter } from '../lists/fields.ts';
import { type GatewayRow, gatewayDto, gatewaysList } from '../lists/gateways.ts';
import { type ApplicationRow, applicationDto, applicationsList } from '../lists/inventory.ts';
import type { ListResource } from '../lists/list.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { SyncRunRow } from '../lists/sync-runs.ts';
import type { Db } from '../store/store.ts';
import { healthOf } from '../trunks/health-store.ts';

/** Lines of one kind that are read; nobody works on more of them at once. */
const KIND_LIMIT = 50;
/** Lines of one answer. */
const LIMIT = 50;

/** Some of them, and how many there are. */
export interface Found {
  matters: Matter[];
  total: number;
}

/** The rules of alerts that other lines here tell of, and earlier. */
const TOLD_OTHERWISE = ['sync-held', 'gateway-offline', 'trunk-down'];

/** Reads the first rows of a list under a condition, with how many there are. */
async function read<Row>(
  db: Db,
  list: Pick<ListResource, 'select' | 'from'>,
  condition: Condition,
  order: Condition,
): Promise<{ rows: Row[]; total: number }> {
  const { rows } = await sql<Row & { list_total: number }>`select ${list.select}, count(*) over () as list_total
    from ${list.from} where ${condition} order by ${order} limit ${KIND_LIMIT}`.execute(db);
  return { rows, total: rows[0]?.list_total ?? 0 };
}

/** Held runs that wait for a decision, and the newest run of a PBX where it did not go well. */
export async function syncMatters(db: Db, within: Condition): Promise<Found> {
  const run = {
    select: sql`r.*, a.name as account_name`,
    from: sql`sync_run as r join account as a on a.id = r.account_id`,
  };
  const held = await read<SyncRunRow & { account_name: string }>(
    db,
    run,
    all([within, sql`r.hold = 'open'`]),
    sql`r.started_at`,
  );
  const newest = sql`(select n.id from sync_run as n where n.account_id = p.account_id and n.pbx_id = p.id
    order by n.started_at desc, n.id desc limit 1)`;
  const bad = await read<SyncRunRow & { account_name: string }>(
    db,
    { ...run, from: sql`pbx as p join sync_run as r on r.id = ${newest} join account as a on a.id = r.account_id` },
    all([within, sql`p.removed_at is null`, sql`r.outcome in ('Failed', 'Partial')`]),
    sql`r.outcome, r.started_at`,
  );
  const matters = [...held.rows, ...bad.rows].map((row): Matter => {
    const reason = optionalJson(Reason, row.reason);
    const kind = row.outcome === 'Held' ? 'sync-held' : row.outcome === 'Failed' ? 'sync-failed' : 'sync-partial';
    return {
      kind,
      id: row.id,
      account: row.account_id,
      accountName: row.account_name,
      gateway: row.gateway_id,
      name: row.pbx_name,
      severity: kind === 'sync-failed' ? 'error' : 'warning',
      message: reason?.message ?? null,
      nextStep: reason?.nextStep ?? null,
      at: row.started_at,
    };
  });
  return { matters, total: held.total + bad.total };
}

const AWAY = { Offline: 'gateway-offline', Stale: 'gateway-stale', 'Never connected': 'gateway-new' } as const;

/** Gateways that are away or silent. */
export async function gatewayMatters(db: Db, within: Condition, now: number): Promise<Found> {
  const founds = await Promise.all(
    (['Offline', 'Stale', 'Never connected'] as const).map(async (word): Promise<Found> => {
      const presence = compileFilter(`presence:eq:${word}`, gatewaysList.fields, now);
      const { rows, total } = await read<GatewayRow>(
        db,
        gatewaysList,
        all([within, presence, sql`a.status = 'Active'`]),
        sql`g.presence_since, g.id`,
      );
      const matters = rows.map((row): Matter => {
        const { presenceSince, presenceReason, lastSeenAt } = gatewayDto(row, now);
        return {
          kind: AWAY[word],
          id: row.id,
          account: row.account_id,
          accountName: row.account_name,
          gateway: row.id,
          name: row.name,
          severity: word === 'Offline' ? 'error' : 'warning',
          message: presenceReason,
          nextStep: null,
          at: presenceSince ?? lastSeenAt,
        };
      });
      return { matters, total };
    }),
  );
  return joined(founds);
}

/** Trunks of which an end is down, by the end that has been down for longest. */
export async function trunkMatters(db: Db, within: Condition): Promise<Found> {
  const { rows, total } = await read<{
    id: string;
    account_id: string;
    account_name: string;
    gateway_id: string;
    name: string;
    since: string | null;
    document: string;
  }>(
    db,
    {
      select: sql`t.id, t.account_id, a.name as account_name, t.gateway_id, t.name, h.since, h.document`,
      // Of a trunk with several ends the one that has been down for longest.
      from: sql`trunk as t join trunk_health as h on h.trunk_id = t.id and h."end" = (select d."end"
        from trunk_health as d where d.trunk_id = t.id and d.state = 'down' order by d.since, d."end" limit 1)
        join account as a on a.id = t.account_id`,
    },
    within,
    sql`h.since, t.id`,
  );
  const matters = rows.map((row): Matter => {
    const { host, port, last } = healthOf(row);
    const answer =
      last === null ? null : last.status === null ? last.failure : `${last.status} ${last.reason ?? ''}`.trim();
    return {
      kind: 'trunk-down',
      id: row.id,
      account: row.account_id,
      accountName: row.account_name,
      gateway: row.gateway_id,
      name: row.name,
      severity: 'error',
      message: `${host}:${port}${answer === null ? '' : `, ${answer}`}`,
      nextStep: null,
      at: row.since,
    };
  });
  return { matters, total };
}

/** Open alerts that nobody has acknowledged, of which no other line tells. */
export async function alertMatters(db: Db, within: Condition, texts: AlertTexts): Promise<Found> {
  const open = sql`t.resolved_at is null and t.acknowledged_at is null and t.rule not in (${sql.join(TOLD_OTHERWISE)})`;
  const { rows, total } = await read<AlertRow>(db, alertsList, all([within, open]), sql`t.severity, t.opened_at`);
  const matters = rows
    .map((row) => alertDto(row, texts))
    .map(
      (alert): Matter => ({
        kind: 'alert',
        id: alert.id,
        account: alert.account,
        accountName: alert.accountName,
        gateway: alert.gateway,
        name: alert.subjectName ?? alert.gatewayName,
        severity: alert.severity,
        message: alert.message,
        nextStep: alert.nextStep,
        at: alert.openedAt,
      }),
    );
  return { matters, total };
}

/** Applications whose software assurance is over or about to be. */
export async function licenceMatters(db: Db, within: Condition, now: number): Promise<Found> {
  const ending = compileFilter('swaStatus:in:Expired,Expiring soon', applicationsList.fields, now);
  const { rows, total } = await read<ApplicationRow>(
    db,
    applicationsList,
    all([within, ending]),
    sql`x.licence_expires_at, x.id`,
  );
  const matters = rows.map((row): Matter => {
    const application = applicationDto(row, now);
    const over = application.swaStatus === 'Expired';
    return {
      kind: over ? 'swa-expired' : 'swa-expiring',
      id: row.id,
      account: row.account_id,
      accountName: row.account_name,
      gateway: row.gateway_id,
      name: application.platformName ?? '',
      severity: over ? 'error' : 'warning',
      message: null,
      nextStep: null,
      at: application.licence?.expiresAt ?? null,
      application: ApplicationType.parse(row.type),
    };
  });
  return { matters, total };
}

const joined = (founds: readonly Found[]): Found => ({
  matters: founds.flatMap(({ matters }) => matters),
  total: founds.reduce((sum, { total }) => sum + total, 0),
});

/** All together: first what comes first by its kind, then what has lasted longest. */
export function inOrder(founds: readonly Found[]): { matters: Matter[]; more: number } {
  const { matters, total } = joined(founds);
  const rank = MatterKind.options;
  const first = matters
    .toSorted((a, b) => rank.indexOf(a.kind) - rank.indexOf(b.kind) || (a.at ?? '9').localeCompare(b.at ?? '9'))
    .slice(0, LIMIT);
  return { matters: first, more: total - first.length };
}
