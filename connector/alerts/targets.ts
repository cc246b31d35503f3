import { sql } from 'kysely';
import { type AlertContact, AlertLanguage, type AlertWebhook } from '#contract/alerts.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Reason } from '#contract/users.ts';
import type { ListResource } from '../lists/list.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Work } from '../store/store.ts';
import type { TargetRow } from './deliveries.ts';

/** What people call a contact, and programs a webhook. */
export type TargetKind = 'mail' | 'webhook';

/** A row of the list of contacts or webhooks. */
export type TargetListRow = TargetRow & { waiting: number };

/** How many of one kind an account, or a partner, may have. */
const LIMIT = 50;

/** The contacts or the webhooks that a caller may see. */
export const targetsList = (kind: TargetKind): ListResource => ({
  select: sql`t.*, (select count(*) from alert_delivery as d where d.target_id = t.id) as waiting`,
  from: sql`(select * from alert_target where kind = ${sql.lit(kind)}) as t`,
  id: 't.id',
  defaultSort: 'name',
  search: sql`(t.name_lc || ' ' || lower(t.address))`,
  fields: {
    name: { kind: 'text', column: 't.name_lc', lower: true, sort: true },
    account: { kind: 'word', column: 't.account_id', nullable: true },
    lastDeliveredAt: { kind: 'instant', column: 't.last_delivered_at', sort: true, nullable: true },
    failingSince: { kind: 'instant', column: 't.failing_since', sort: true, nullable: true },
  },
});

const common = (row: TargetListRow) => ({
  id: row.id,
  account: row.account_id,
  name: row.name,
  on: row.enabled !== 0,
  lastDeliveredAt: row.last_delivered_at,
  failingSince: row.failing_since,
  failure: optionalJson(Reason, row.failure),
  waiting: row.waiting,
  dropped: row.dropped,
  etag: `"${row.revision}"`,
});

export const contactDto = (row: TargetListRow): AlertContact => ({
  ...common(row),
  email: row.address,
  language: AlertLanguage.catch('en').parse(row.language),
});

export const webhookDto = (row: TargetListRow): AlertWebhook => ({ ...common(row), url: row.address });

/** A contact or webhook to be made, whose address has been judged. */
export interface NewTarget {
  id: string;
  kind: TargetKind;
  partner: string;
  account: string | null;
  name: string;
  address: string;
  language: AlertLanguage;
  secret: string | null;
  on: boolean;
}

/** @throws DemarcError `alert.too-many` */
export async function insertTarget(work: Work, target: NewTarget, now: string): Promise<void> {
  const { account, partner, kind, name } = target;
  const there = await work.db
    .selectFrom('alert_target')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('kind', '=', kind)
    .where('partner_id', '=', partner)
    .where('account_id', account === null ? 'is' : '=', account)
    .executeTakeFirstOrThrow();
  if (there.count >= LIMIT) throw new DemarcError('alert.too-many', `at most ${LIMIT}`);
  await work.db
    .insertInto('alert_target')
    .values({
      id: target.id,
      kind,
      partner_id: partner,
      account_id: account,
      name,
      name_lc: name.toLowerCase(),
      address: target.address,
      language: target.language,
      secret: target.secret,
      enabled: target.on ? 1 : 0,
      revision: 1,
      created_at: now,
      last_delivered_at: null,
      failing_since: null,
      failure: null,
      dropped: 0,
    })
    .execute();
}

/** What of a contact or webhook changes. */
export interface TargetChange {
  name?: string;
  address?: string;
  language?: AlertLanguage;
  secret?: string;
  on?: boolean;
}

/**
 * Changes a contact or webhook. What waits for it goes along to a new address at once; switched off, it is forgotten.
 */
export async function updateTarget(work: Work, id: string, change: TargetChange, now: string): Promise<void> {
  const { name, address, language, secret, on } = change;
  await work.db
    .updateTable('alert_target')
    .set((eb) => ({
      revision: eb('revision', '+', 1),
      ...(name !== undefined && { name, name_lc: name.toLowerCase() }),
      // How telling the old address went says nothing about the new one.
      ...(address !== undefined && { address, failing_since: null, failure: null, last_delivered_at: null }),
      ...(language !== undefined && { language }),
      ...(secret !== undefined && { secret }),
      ...(on !== undefined && { enabled: on ? 1 : 0 }),
    }))
    .where('id', '=', id)
    .execute();
  if (on === false) await forgetWaiting(work, id);
  if (address !== undefined) {
    await work.db.updateTable('alert_delivery').set({ next_at: now }).where('target_id', '=', id).execute();
  }
}

const forgetWaiting = (work: Work, id: string) =>
  work.db.deleteFrom('alert_delivery').where('target_id', '=', id).execute();

export async function removeTarget(work: Work, id: string): Promise<void> {
  await forgetWaiting(work, id);
  await work.db.deleteFrom('alert_target').where('id', '=', id).execute();
}
