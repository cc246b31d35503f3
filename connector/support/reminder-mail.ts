import type { AlertLanguage } from '#contract/alerts.ts';
import type { MailText } from '../alerts/mail-text.ts';

/** Logs that one mail names; the rest is counted. */
const MOST = 50;

interface Words {
  subject: (count: number) => string;
  lead: string;
  since: string;
  more: (count: number) => string;
  link: string;
  footer: string;
}

const WORDS: Readonly<Record<AlertLanguage, Words>> = {
  en: {
    subject: (count) => (count === 1 ? '1 support log is open' : `${count} support logs are open`),
    lead: 'These problems were reported and are not settled:',
    since: 'reported',
    more: (count) => `and ${count} more`,
    link: 'Settle them here',
    footer: 'You get this mail as a support contact, every three days while a log is open.',
  },
  de: {
    subject: (count) => (count === 1 ? '1 Problemmeldung ist offen' : `${count} Problemmeldungen sind offen`),
    lead: 'Diese Probleme wurden gemeldet und sind noch nicht erledigt:',
    since: 'gemeldet',
    more: (count) => `und ${count} weitere`,
    link: 'Hier bearbeiten',
    footer: 'Sie erhalten diese Mail als Support-Kontakt, alle drei Tage, solange eine Meldung offen ist.',
  },
  fr: {
    subject: (count) => (count === 1 ? '1 signalement est ouvert' : `${count} signalements sont ouverts`),
    lead: 'Ces problèmes ont été signalés et ne sont pas réglés :',
    since: 'signalé',
    more: (count) => `et ${count} autres`,
    link: 'Les traiter ici',
    footer: 'Vous recevez ce message comme contact de support, tous les trois jours tant qu’un signalement est ouvert.',
  },
};

// Titles come from people: nothing of theirs may break a line of ours.
const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

/** The mail that reminds of open support logs. */
export function reminderMail(
  logs: readonly { title: string; created_at: string }[],
  { account, language, link }: { account: string; language: AlertLanguage; link: string },
): MailText {
  const words = WORDS[language];
  const lines = logs
    .slice(0, MOST)
    .map(({ title, created_at }) => `* ${plain(title)} (${words.since} ${created_at.slice(0, 10)})`);
  const rest = logs.length - lines.length;
  const list = [...lines, ...(rest > 0 ? [`  ${words.more(rest)}`] : [])].join('\n');
  const text = [plain(account), words.lead, list, `${words.link}: ${link}`, `--\n${words.footer}`].join('\n\n');
  return { subject: `[Demarc] ${words.subject(logs.length)} (${plain(account)})`, text: `${text}\n` };
}
