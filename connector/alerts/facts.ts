/** What the store knows of gateways, as the rules of alerts look at it. */
import { z } from 'zod';
import { OutboxState } from '#contract/envelope.ts';
import { CheckResult, PbxLink } from '#contract/sections.ts';
import { Reason } from '#contract/users.ts';
import { backlogNow } from '../lists/backlog.ts';
import { optionalJson } from '../lists/stored-json.ts';
import { presenceOf } from '../presence/presence.ts';
import type { Db } from '../store/store.ts';
import { trunkFacts } from '../trunks/health-facts.ts';
import { COMMAND_MS, type GatewayFacts, type PbxSyncFacts } from './rules.ts';

/** The few fields of the section documents that matter here. */
const Links = z.object({ links: z.array(PbxLink.pick({ id: true, syncMinutes: true, lastSuccessAt: true })) });
const Health = z.object({
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).optional(),
  checks: z.array(CheckResult.pick({ id: true, status: true })),
});

/** The facts of a gateway with what is remembered of its losses, to be written back when it has changed. */
export interface Loaded {
  facts: GatewayFacts;
  /** Records dropped on the gateway and messages quarantined here, as they stand now. */
  lostNow: number;
  mark: { lost: number; raisedAt: number | null } | undefined;
}

/** A page of gateways in the order of their ids: those after one id, or those named. */
export type Choice = { after: string; limit: number } | { ids: readonly string[] };

const time = (at: string | null): number | null => {
  const parsed = at === null || at === '' ? Number.NaN : Date.parse(at);
  return Number.isNaN(parsed) ? null : parsed;
};

/** Reads a page of gateways with all that the rules need. */
export async function loadFacts(db: Db, choice: Choice, now: number): Promise<Loaded[]> {
  const page = await db
    .selectFrom('gateway')
    .innerJoin('account', 'account.id', 'gateway.account_id')
    .leftJoin('alert_mark', 'alert_mark.gateway_id', 'gateway.id')
    .selectAll('gateway')
    .select(['account.status', 'alert_mark.lost', 'alert_mark.raised_at'])
    .where((eb) => ('ids' in choice ? eb('gateway.id', 'in', choice.ids) : eb('gateway.id', '>', choice.after)))
    .orderBy('gateway.id')
    .$if('limit' in choice, (query) => query.limit('limit' in choice ? choice.limit : 0))
    .execute();
  const ids = page.map((row) => row.id);
  if (ids.length === 0) return [];
  const sections = await sectionsOf(db, ids);
  const pbxs = Map.groupBy(await pbxRows(db, ids), (row) => row.gateway_id);
  const commands = await commandsOf(db, ids, now);
  const trunks = await trunkFacts(db, ids);
  return page.map((row) => {
    const { links, health } = sections.get(row.id) ?? {};
    const told = optionalJson(OutboxState, row.outbox);
    const view = presenceOf(row, now);
    const drops = Object.values(told?.drops ?? {}).reduce((sum, count) => sum + count, 0);
    const check = health?.checks.find(({ id }) => id === 'disk.space')?.status;
    const facts: GatewayFacts = {
      account: row.account_id,
      gateway: row.id,
      watched: row.status === 'Active' && row.released_at === null,
      presence: view.presence,
      presenceSince: time(view.since),
      certificateExpiresAt: time(row.certificate_expires_at),
      backlog: backlogNow(told, row.acked_seq),
      lost: row.lost ?? 0,
      lostAt: time(row.raised_at),
      disk: health?.disk ?? null,
      diskCheck: check === undefined || check === 'skipped' ? null : check,
      pbxs: pbxFacts(pbxs.get(row.id) ?? [], links ?? []),
      trunks: trunks.get(row.id) ?? [],
      commands: commands.get(row.id) ?? [],
    };
    const mark = row.lost === null ? undefined : { lost: row.lost, raisedAt: time(row.raised_at) };
    return { facts, lostNow: drops + row.quarantined, mark };
  });
}

interface Sections {
  links?: z.infer<typeof Links>['links'];
  health?: z.infer<typeof Health>;
}

async function sectionsOf(db: Db, ids: readonly string[]): Promise<Map<string, Sections>> {
  const rows = await db
    .selectFrom('section')
    .innerJoin('gateway', (join) =>
      join.onRef('gateway.account_id', '=', 'section.account_id').onRef('gateway.id', '=', 'section.gateway_id'),
    )
    .select(['section.gateway_id', 'section.section', 'section.document'])
    .where('gateway.id', 'in', ids)
    .where('section.section', 'in', ['pbxs', 'health'])
    .execute();
  const found = new Map<string, Sections>();
  for (const { gateway_id, section, document } of rows) {
    const known = found.get(gateway_id) ?? {};
    if (section === 'pbxs') {
      const links = optionalJson(Links, document)?.links;
      found.set(gateway_id, { ...known, ...(links && { links }) });
    } else {
      const health = optionalJson(Health, document);
      found.set(gateway_id, { ...known, ...(health && { health }) });
    }
  }
  return found;
}

const pbxRows = (db: Db, ids: readonly string[]) =>
  db
    .selectFrom('pbx')
    .innerJoin('gateway', (join) =>
      join.onRef('gateway.account_id', '=', 'pbx.account_id').onRef('gateway.id', '=', 'pbx.gateway_id'),
    )
    .select(['pbx.id', 'pbx.gateway_id', 'pbx.name', 'pbx.created_at'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('sync_run')
            .select('sync_run.id')
            .whereRef('sync_run.gateway_id', '=', 'pbx.gateway_id')
            .whereRef('sync_run.pbx_id', '=', 'pbx.id')
            .where('sync_run.hold', '=', 'open'),
        )
        .as('held'),
    )
    .where('gateway.id', 'in', ids)
    .execute();

/** A PBX counts as long as its gateway names it; one that was taken out of the settings is waited for by nobody. */
function pbxFacts(rows: Awaited<ReturnType<typeof pbxRows>>, links: NonNullable<Sections['links']>): PbxSyncFacts[] {
  const byId = new Map(links.map((link) => [link.id, link]));
  return rows.flatMap(({ id, name, created_at, held }) => {
    const link = byId.get(id);
    if (link === undefined) return [];
    const { syncMinutes, lastSuccessAt } = link;
    const knownSince = Date.parse(created_at);
    return [{ id, name, syncMinutes, lastSuccessAt: time(lastSuccessAt), knownSince, held: Boolean(held) }];
  });
}

async function commandsOf(db: Db, ids: readonly string[], now: number): Promise<Map<string, GatewayFacts['commands']>> {
  const rows = await db
    .selectFrom('command')
    .select(['gateway_id', 'name', 'state', 'reason'])
    .where('gateway_id', 'in', ids)
    .where('updated_at', '>=', new Date(now - COMMAND_MS).toISOString())
    .where('state', 'in', ['succeeded', 'failed', 'timed_out'])
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  const found = new Map<string, GatewayFacts['commands'][number][]>();
  for (const { gateway_id, name, state, reason } of rows) {
    const known = found.get(gateway_id) ?? [];
    if (known.some((one) => one.name === name)) continue;
    const message = optionalJson(Reason, reason)?.message ?? '';
    found.set(gateway_id, [...known, { name, failed: state !== 'succeeded', message }]);
  }
  return found;
}
