import { AlertLanguage } from '#contract/alerts.ts';
import { enqueue } from '../alerts/deliveries.ts';
import type { MailText } from '../alerts/mail-text.ts';
import type { Work } from '../store/store.ts';
import { contactsOf } from './contacts.ts';

interface Words {
  subject: string;
  by: string;
  product: string;
  link: string;
  footer: string;
}

const WORDS: Readonly<Record<AlertLanguage, Words>> = {
  en: {
    subject: 'Problem reported',
    by: 'Reported by',
    product: 'Product',
    link: 'Look at it here',
    footer: 'You get this mail as a support contact.',
  },
  de: {
    subject: 'Problem gemeldet',
    by: 'Gemeldet von',
    product: 'Produkt',
    link: 'Hier ansehen',
    footer: 'Sie erhalten diese Mail als Support-Kontakt.',
  },
  fr: {
    subject: 'Problème signalé',
    by: 'Signalé par',
    product: 'Produit',
    link: 'Le consulter ici',
    footer: 'Vous recevez ce message comme contact de support.',
  },
};

/** A problem as it was reported. */
export interface Report {
  id: string;
  title: string;
  report: string;
  product: string;
  reporter: { name: string; email: string };
}

// What people wrote may have lines of its own in the body, and none in the subject.
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
const lines = (text: string): string => text.replaceAll(/[^\P{Cc}\n]+/gu, ' ').trim();

/** The mail that tells of a problem when it is reported (CON-1). */
export function reportMail(
  report: Report,
  { account, language, link }: { account: string; language: AlertLanguage; link: string },
): MailText {
  const words = WORDS[language];
  const { name, email } = report.reporter;
  const facts = [`${words.by}: ${oneLine(name)} <${oneLine(email)}>`, `${words.product}: ${oneLine(report.product)}`];
  const text = [oneLine(account), oneLine(report.title), facts.join('\n'), lines(report.report)];
  return {
    subject: `[Demarc] ${words.subject}: ${oneLine(report.title)} (${oneLine(account)})`,
    text: `${[...text, `${words.link}: ${link}`, `--\n${words.footer}`].join('\n\n')}\n`,
  };
}

/** Puts the mail for each support contact into the queue, in the transaction that keeps the report. */
export async function mailReport(
  work: Work,
  account: string,
  report: Report,
  { publicUrl, now }: { publicUrl: string; now: number },
): Promise<void> {
  const row = await work.db
    .selectFrom('account')
    .select(['id', 'name', 'partner_id'])
    .where('id', '=', account)
    .executeTakeFirstOrThrow();
  const link = `${publicUrl}/support-logs?open=${report.id}`;
  for (const contact of await contactsOf(work, row)) {
    const language = AlertLanguage.catch('en').parse(contact.language);
    const mail = reportMail(report, { account: row.name, language, link });
    await enqueue(work, contact, { id: work.newId(), content: JSON.stringify(mail) }, now);
  }
}
