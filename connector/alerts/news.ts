import { type Selectable, sql } from 'kysely';
import { AlertLanguage, AlertRuleName, type WebhookBody } from '#contract/alerts.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';
import { alertDetails } from './alerts-list.ts';
import { enqueue } from './deliveries.ts';
import { MAX_NAMED, messageOf, type NewsItem, newsMail } from './mail-text.ts';
import { rulesOf } from './rules-store.ts';
import { english } from './texts/en.ts';

/** How long the first news of an account waits for more, so that a whole site going down is one message. */
export const WINDOW_MS = 2 * 60_000;
/** A reminder that is due within this time goes along with other news. */
const ALONG_MS = 60 * 60_000;

type AlertRow = Selectable<Tables['alert']> & { gateway_name: string };
type Target = Selectable<Tables['alert_target']>;

interface News {
  item: NewsItem;
  /** Whether it is due by itself, or only goes along. */
  due: boolean;
}

/** What there is to tell of an alert now, or undefined. Times in milliseconds since 1970. */
export function newsOf(row: AlertRow, remindHours: number, now: number): News | undefined {
  const rule = AlertRuleName.safeParse(row.rule);
  if (!rule.success || row.finished !== 0) return undefined;
  const muted = row.muted_until !== null && Date.parse(row.muted_until) > now;
  const item = (event: NewsItem['event']): NewsItem => ({
    event,
    id: row.id,
    rule: rule.data,
    severity: row.severity === 'error' ? 'error' : 'warning',
    gateway: { id: row.gateway_id, name: row.gateway_name },
    subject: row.subject_name ?? '',
    details: alertDetails(row.details),
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
  });
  if (row.resolved_at !== null) {
    return { item: item('resolved'), due: !muted && now - Date.parse(row.resolved_at) >= WINDOW_MS };
  }
  if (muted || row.acknowledged_at !== null) return undefined;
  if (row.told_at === null) return { item: item('opened'), due: now - Date.parse(row.opened_at) >= WINDOW_MS };
  if (remindHours === 0) return undefined;
  const left = Date.parse(row.told_at) + remindHours * 3_600_000 - now;
  return left > ALONG_MS ? undefined : { item: item('reminder'), due: left <= 0 };
}

/**
 * Puts what there is to tell into the queue of deliveries, one message for each contact and webhook of an account, in
 * the transaction that notes it as told: nothing is told twice or forgotten, whatever dies.
 * @returns how many messages were made
 */
export async function tellNews(
  store: Store,
  { now, mail, publicUrl }: { now: number; mail: boolean; publicUrl: string },
): Promise<number> {
  const accounts = await store.db
    .selectFrom('alert')
    .innerJoin('account', 'account.id', 'alert.account_id')
    .select(['account.id', 'account.name', 'account.partner_id'])
    .where('alert.finished', '=', 0)
    .groupBy(['account.id', 'account.name', 'account.partner_id'])
    .execute();
  let made = 0;
  for (const account of accounts) {
    const { rules } = await rulesOf(store.db, account.id);
    const rows = await store.db
      .selectFrom('alert')
      .innerJoin('gateway', 'gateway.id', 'alert.gateway_id')
      .selectAll('alert')
      .select('gateway.name as gateway_name')
      .where('alert.account_id', '=', account.id)
      .where('alert.finished', '=', 0)
      .orderBy('alert.id')
      .execute();
    const muted = rows.filter(
      (row) => row.resolved_at !== null && (row.muted_until ?? '') > new Date(now).toISOString(),
    );
    const news = rows.flatMap((row) => (muted.includes(row) ? [] : (newsOf(row, rules.remindHours, now) ?? [])));
    const due = news.some((one) => one.due);
    if (!due && muted.length === 0) continue;
    made += await store.write(async (work) => {
      const targets = await targetsOf(work, account, mail);
      await finish(work, muted);
      if (!due) return 0;
      const items = news.map((one) => one.item);
      if (targets.length > 0) await noteTold(work, items, account.id, now);
      await finish(
        work,
        items.filter((item) => item.event === 'resolved'),
      );
      for (const target of targets) {
        const content = contentFor(work, target, items, { account, now, publicUrl });
        await enqueue(work, target, content, now);
      }
      return targets.length;
    });
  }
  return made;
}

/** Contacts and webhooks of the account and of its partner that are on and can be reached by what is set up. */
async function targetsOf(work: Work, account: { id: string; partner_id: string }, mail: boolean): Promise<Target[]> {
  return work.db
    .selectFrom('alert_target')
    .selectAll()
    .where('enabled', '=', 1)
    .where((eb) =>
      eb.or([
        eb('account_id', '=', account.id),
        eb.and([eb('account_id', 'is', null), eb('partner_id', '=', account.partner_id)]),
      ]),
    )
    .$if(!mail, (query) => query.where('kind', '<>', 'mail'))
    .orderBy('id')
    .execute();
}

async function noteTold(work: Work, items: readonly NewsItem[], account: string, now: number): Promise<void> {
  for (const { id, event } of items) {
    if (event === 'resolved') continue;
    await work.db
      .updateTable('alert')
      .set({ told_at: new Date(now).toISOString() })
      .where('id', '=', id)
      .execute();
    work.changed({ topic: 'alert', account, ref: id });
  }
}

async function finish(work: Work, alerts: readonly { id: string }[]): Promise<void> {
  for (const { id } of alerts) {
    await work.db
      .updateTable('alert')
      .set({ finished: 1 })
      .where('id', '=', id)
      .where(sql.ref('resolved_at'), 'is not', null)
      .execute();
  }
}

function contentFor(
  work: Work,
  target: Target,
  items: readonly NewsItem[],
  { account, now, publicUrl }: { account: { id: string; name: string }; now: number; publicUrl: string },
): { id: string; content: string } {
  const id = work.newId();
  if (target.kind === 'mail') {
    const language = AlertLanguage.catch('en').parse(target.language);
    const mail = newsMail(items, { account: account.name, language, link: `${publicUrl}/alerts` });
    return { id, content: JSON.stringify(mail) };
  }
  const body: WebhookBody = {
    id,
    kind: 'alerts',
    at: new Date(now).toISOString(),
    account: { id: account.id, name: account.name },
    alerts: items.slice(0, MAX_NAMED).map(({ details, ...item }) => ({
      ...item,
      message: messageOf({ ...item, details }, english),
      nextStep: english.nextStep[item.rule],
      link: `${publicUrl}/gateways/${item.gateway.id}`,
    })),
    more: Math.max(0, items.length - MAX_NAMED),
  };
  return { id, content: JSON.stringify(body) };
}
