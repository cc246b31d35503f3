import { sql } from 'kysely';
import { AlertRuleName } from '#contract/alerts.ts';
import { Notification, NotificationState } from '#contract/api/notifications.ts';
import { CommandState, isFinal } from '#contract/commands.ts';
import { Reason } from '#contract/users.ts';
import { alertDetails } from '../alerts/alerts-list.ts';
import { messageOf } from '../alerts/mail-text.ts';
import type { AlertTexts } from '../alerts/texts/alert-texts.ts';
import { all, type Condition } from '../lists/fields.ts';
import type { ListResource } from '../lists/list.ts';
import { optionalJson } from '../lists/stored-json.ts';

/** How long things are told of after they happened; an alert for as long as it is open. */
export const TELL_MS = 30 * 86_400_000;

export interface NotificationRow {
  id: string;
  kind: string;
  account_id: string;
  account_name: string;
  gateway_id: string | null;
  gateway_name: string | null;
  name: string;
  state: string;
  severity: string;
  subject_name: string | null;
  details: string | null;
  reason: string | null;
  command_state: string | null;
  output: string | null;
  applied: number | null;
  wanted: number | null;
  at: string;
  read: number;
}

const states = (words: readonly CommandState[]) => sql.join(words.map((word) => sql.lit(word)));
const FINAL = states(CommandState.options.filter(isFinal));

/**
 * The notifications of one person: they are the alerts and the person's own commands and imports as these stand now, so
 * that none can be missed or be wrong; only what the person did with them is kept beside.
 */
export function notificationsList(
  person: string,
  seen: { alerts: Condition; commands: Condition; imports: Condition },
  now: number,
): ListResource {
  const since = new Date(now - TELL_MS).toISOString();
  const alerts = sql`select t.id, 'alert' as kind, t.account_id, t.gateway_id, t.rule as name,
      case when t.resolved_at is null then 'Open' else 'Resolved' end as state, t.severity, t.subject_name, t.details,
      null as reason, null as command_state, null as output, 0 as applied, 0 as wanted, t.opened_at as at, t.opened_at as news_at
    from alert as t where ${all([seen.alerts, sql`(t.resolved_at is null or t.opened_at >= ${since})`])}`;
  const commands = sql`select c.id, 'command' as kind, c.account_id, c.gateway_id, c.name,
      case when c.state = 'succeeded' then 'Done' when c.state = 'canceled' then 'Canceled'
        when c.state in (${FINAL}) then 'Failed' else 'In progress' end as state,
      case when c.state in (${FINAL}) and c.state not in ('succeeded', 'canceled') then 'error' else 'info' end as severity,
      null as subject_name, null as details, c.reason, c.state as command_state, c.output,
      0 as applied, 0 as wanted,
      case when c.state in (${FINAL}) then c.updated_at else c.issued_at end as at,
      case when c.state in (${FINAL}) then c.updated_at end as news_at
    from command as c where ${all([seen.commands, sql`c.issuer_id = ${person}`, sql`c.issued_at >= ${since}`])}`;
  // One that nobody has begun to apply lies open in front of the person anyway.
  const imports = sql`select i.id, 'import' as kind, i.account_id, null as gateway_id, i.file_name as name,
      case when i.state = 'applying' then 'In progress' else 'Done' end as state, 'info' as severity,
      null as subject_name, null as details, null as reason, null as command_state, null as output, i.applied, i.wanted,
      i.updated_at as at, case when i.state = 'applying' then null else i.updated_at end as news_at
    from import_job as i where ${all([
      seen.imports,
      sql`i.person_id = ${person}`,
      sql`i.updated_at >= ${since}`,
      sql`(i.state <> 'open' or i.applied > 0)`,
    ])}`;
  const read = sql`case when n.news_at is null or n.news_at <= coalesce(m.read_at, '') or n.news_at <= coalesce(
    (select w.read_at from notification_mark as w where w.person_id = ${person} and w.ref = ''), '') then 1 else 0 end`;
  return {
    select: sql`n.*`,
    from: sql`(select n.*, ${read} as read, a.name as account_name, a.name_lc as account_lc, g.name as gateway_name,
        g.name_lc as gateway_lc
      from (${alerts} union all ${commands} union all ${imports}) as n
      inner join account as a on a.id = n.account_id left join gateway as g on g.id = n.gateway_id
      left join notification_mark as m on m.person_id = ${person} and m.ref = n.id
      where m.deleted_at is null) as n`,
    id: 'n.id',
    defaultSort: '-at',
    search: sql`(coalesce(n.gateway_lc, '') || ' ' || n.account_lc || ' ' || n.name || ' ' || lower(coalesce(n.subject_name, '')))`,
    fields: {
      at: { kind: 'instant', column: 'n.at', sort: true },
      kind: { kind: 'word', column: 'n.kind', words: Notification.shape.kind.options },
      state: { kind: 'word', column: 'n.state', words: NotificationState.options },
      severity: { kind: 'word', column: 'n.severity', words: Notification.shape.severity.options },
      gateway: { kind: 'word', column: 'n.gateway_id' },
      read: {
        kind: 'computed',
        words: ['yes', 'no'],
        compile: (words) => sql`n.read in (${sql.join(words.map((word) => (word === 'yes' ? 1 : 0)))})`,
      },
    },
  };
}

export function notificationDto(row: NotificationRow, texts: AlertTexts): Notification {
  const told = row.kind === 'alert' ? ofAlert(row, texts) : { message: null, reason: optionalJson(Reason, row.reason) };
  return Notification.parse({
    id: row.id,
    kind: row.kind,
    account: row.account_id,
    accountName: row.account_name,
    gateway: row.gateway_id,
    gatewayName: row.gateway_name,
    name: row.name,
    state: row.state,
    severity: row.severity,
    ...told,
    command:
      row.command_state === null
        ? null
        : { state: row.command_state, output: row.output === null ? null : JSON.parse(row.output) },
    users: row.kind === 'import' ? { applied: row.applied, wanted: row.wanted } : null,
    at: row.at,
    read: row.read === 1,
  });
}

function ofAlert(row: NotificationRow, texts: AlertTexts): Pick<Notification, 'message' | 'reason'> {
  const rule = AlertRuleName.parse(row.name);
  const gateway = { id: row.gateway_id ?? '', name: row.gateway_name ?? '' };
  const subject = row.subject_name ?? '';
  const message = messageOf({ rule, gateway, subject, details: alertDetails(row.details ?? '{}') }, texts);
  return { message, reason: { code: `alert.${rule}`, message, nextStep: texts.nextStep[rule] } };
}
