import { z } from 'zod';
import type { AlertLanguage, AlertNews } from '#contract/alerts.ts';
import type { AlertDetails } from './rules.ts';
import type { AlertTexts } from './texts/alert-texts.ts';
import { TEXTS } from './texts/texts.ts';

/** One alert of which there is something to tell. */
export interface NewsItem {
  event: AlertNews['event'];
  id: string;
  rule: AlertNews['rule'];
  severity: AlertNews['severity'];
  gateway: { id: string; name: string };
  subject: string;
  details: AlertDetails;
  openedAt: string;
  resolvedAt: string | null;
}

/** A mail without its addresses. */
export const MailText = z.object({ subject: z.string(), text: z.string() });
export type MailText = z.infer<typeof MailText>;

/** Alerts that one mail or webhook names; the rest is counted. */
export const MAX_NAMED = 50;

// Names come from people and devices: nothing of theirs may break a line of ours.
const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
const moment = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

/** What an item says in a language. */
export const messageOf = (
  item: Pick<NewsItem, 'rule' | 'gateway' | 'subject' | 'details'>,
  texts: AlertTexts,
): string =>
  plain(texts.message[item.rule]({ gateway: item.gateway.name, subject: item.subject, details: item.details }));

/** The one mail for everything that there is to tell about an account. */
export function newsMail(
  items: readonly NewsItem[],
  { account, language, link }: { account: string; language: AlertLanguage; link: string },
): MailText {
  const texts = TEXTS[language];
  const of = (event: NewsItem['event']) => items.filter((item) => item.event === event);
  const groups = [
    [texts.opened, of('opened')],
    [texts.reminder, of('reminder')],
    [texts.resolved, of('resolved')],
  ] as const;
  const named = new Set(items.slice(0, MAX_NAMED));
  const parts = groups.flatMap(([heading, group]) => {
    if (group.length === 0) return [];
    const shown = group.filter((item) => named.has(item));
    const rest = group.length - shown.length;
    return [
      heading(group.length),
      ...shown.map((item) => paragraph(item, texts)),
      ...(rest > 0 ? [`  ${texts.more(rest)}`] : []),
    ];
  });
  const text = [plain(account), ...parts, `${texts.link}: ${link}`, `--\n${texts.footer}`].join('\n\n');
  return { subject: `[Demarc] ${subjectOf(items, texts)} (${plain(account)})`, text: `${text}\n` };
}

/** The mail that the test button sends. */
export function testMail(language: AlertLanguage, link: string): MailText {
  const texts = TEXTS[language];
  const text = [texts.testBody, `${texts.link}: ${link}`, `--\n${texts.footer}`].join('\n\n');
  return { subject: `[Demarc] ${texts.testSubject}`, text: `${text}\n` };
}

function subjectOf(items: readonly NewsItem[], texts: AlertTexts): string {
  const [only] = items;
  if (only !== undefined && items.length === 1) {
    const message = messageOf(only, texts);
    if (only.event === 'opened') return message;
    return only.event === 'resolved' ? texts.resolvedOne(message) : texts.reminderOne(message);
  }
  const resolved = items.filter((item) => item.event === 'resolved').length;
  return texts.many(items.length - resolved, resolved);
}

function paragraph(item: NewsItem, texts: AlertTexts): string {
  const lines = [`* ${messageOf(item, texts)}`, `  ${texts.openSince}: ${moment(item.openedAt)}`];
  if (item.resolvedAt !== null) lines.push(`  ${texts.closedAt}: ${moment(item.resolvedAt)}`);
  else lines.push(`  ${texts.next}: ${texts.nextStep[item.rule]}`);
  return lines.join('\n');
}
