import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { Alert, AlertRuleName } from '#contract/alerts.ts';
import type { ListResource } from '../lists/list.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Tables } from '../store/schema.ts';
import { messageOf } from './mail-text.ts';
import type { AlertDetails } from './rules.ts';
import type { AlertTexts } from './texts/alert-texts.ts';

/** A row of the list of alerts. */
export type AlertRow = Selectable<Tables['alert']> & { account_name: string; gateway_name: string };

const Details = z.record(z.string(), z.union([z.string(), z.number()]));

/** What the rule had found, as it was stored. */
export const alertDetails = (text: string): AlertDetails => optionalJson(Details, text) ?? {};

/** Alerts, the open ones first, the latest first among them. */
export const alertsList: ListResource = {
  select: sql`t.*, a.name as account_name, g.name as gateway_name`,
  // Open ones sort above all that are over, each by its own time.
  from: sql`(select *, case when resolved_at is null then '1' || opened_at else '0' || resolved_at end as newest from alert) as t inner join account as a on a.id = t.account_id inner join gateway as g on g.id = t.gateway_id`,
  id: 't.id',
  defaultSort: '-newest',
  search: sql`(g.name_lc || ' ' || a.name_lc || ' ' || lower(coalesce(t.subject_name, '')) || ' ' || t.rule)`,
  fields: {
    newest: { kind: 'text', column: 't.newest', sort: true },
    gateway: { kind: 'word', column: 't.gateway_id' },
    gatewayName: { kind: 'text', column: 'g.name_lc', lower: true, sort: true },
    accountName: { kind: 'text', column: 'a.name_lc', lower: true, sort: true },
    rule: { kind: 'word', column: 't.rule', words: AlertRuleName.options, sort: true },
    severity: { kind: 'word', column: 't.severity', words: Alert.shape.severity.options },
    state: {
      kind: 'computed',
      words: Alert.shape.state.options,
      compile: (words) =>
        sql`(${sql.join(
          words.map((word) => (word === 'Open' ? sql`t.resolved_at is null` : sql`t.resolved_at is not null`)),
          sql` or `,
        )})`,
    },
    openedAt: { kind: 'instant', column: 't.opened_at', sort: true },
    resolvedAt: { kind: 'instant', column: 't.resolved_at', sort: true, nullable: true },
    acknowledgedAt: { kind: 'instant', column: 't.acknowledged_at', nullable: true },
    mutedUntil: { kind: 'instant', column: 't.muted_until', nullable: true },
  },
};

/** An alert as the API gives it, in the language of whoever reads it. */
export function alertDto(row: AlertRow, texts: AlertTexts): Alert {
  const rule = AlertRuleName.parse(row.rule);
  const gateway = { id: row.gateway_id, name: row.gateway_name };
  const parts = { rule, gateway, subject: row.subject_name ?? '', details: alertDetails(row.details) };
  return {
    id: row.id,
    account: row.account_id,
    accountName: row.account_name,
    gateway: row.gateway_id,
    gatewayName: row.gateway_name,
    rule,
    subject: row.subject,
    subjectName: row.subject_name,
    state: row.resolved_at === null ? 'Open' : 'Resolved',
    severity: Alert.shape.severity.parse(row.severity),
    message: messageOf(parts, texts),
    nextStep: texts.nextStep[rule],
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    mutedUntil: row.muted_until,
    toldAt: row.told_at,
  };
}
