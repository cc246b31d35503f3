import type { MailSettings } from '#config/connector-settings.ts';
import type { Log } from '#config/log.ts';
import type { AlertLanguage } from '#contract/alerts.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { mailCarrier } from '../alerts/mail.ts';

const LIMIT_MS = 20_000;

interface Words {
  subject: string;
  text(name: string, by: string, link: string, days: number): string;
}

const WORDS: Readonly<Record<AlertLanguage, { first: Words; again: Words }>> = {
  en: {
    first: {
      subject: 'Your access to Demarc',
      text: (name, by, link, days) =>
        `Hello ${name},\n\n${by} has given you access to Demarc. Choose a password here:\n\n${link}\n\nThe link works once, within ${days} days.\n`,
    },
    again: {
      subject: 'A new password for Demarc',
      text: (name, by, link, days) =>
        `Hello ${name},\n\n${by} has made a link with which you can choose a new password:\n\n${link}\n\nThe link works once, within ${days} days. If you did not ask for it, leave it: your password stays as it is.\n`,
    },
  },
  de: {
    first: {
      subject: 'Ihr Zugang zu Demarc',
      text: (name, by, link, days) =>
        `Guten Tag ${name},\n\n${by} hat Ihnen Zugang zu Demarc gegeben. Wählen Sie hier Ihr Passwort:\n\n${link}\n\nDer Link funktioniert einmal, innerhalb von ${days} Tagen.\n`,
    },
    again: {
      subject: 'Ein neues Passwort für Demarc',
      text: (name, by, link, days) =>
        `Guten Tag ${name},\n\n${by} hat einen Link erzeugt, mit dem Sie ein neues Passwort wählen können:\n\n${link}\n\nDer Link funktioniert einmal, innerhalb von ${days} Tagen. Wenn Sie nicht darum gebeten haben, lassen Sie ihn liegen: Ihr Passwort bleibt, wie es ist.\n`,
    },
  },
  fr: {
    first: {
      subject: 'Votre accès à Demarc',
      text: (name, by, link, days) =>
        `Bonjour ${name},\n\n${by} vous a donné accès à Demarc. Choisissez votre mot de passe ici :\n\n${link}\n\nLe lien fonctionne une fois, pendant ${days} jours.\n`,
    },
    again: {
      subject: 'Un nouveau mot de passe pour Demarc',
      text: (name, by, link, days) =>
        `Bonjour ${name},\n\n${by} a créé un lien qui vous permet de choisir un nouveau mot de passe :\n\n${link}\n\nLe lien fonctionne une fois, pendant ${days} jours. Si vous ne l’avez pas demandé, n’en faites rien : votre mot de passe reste le même.\n`,
    },
  },
};

/** A link for a password, as it is mailed. */
export interface InvitationMail {
  id: string;
  to: { name: string; email: string };
  language: AlertLanguage;
  by: string;
  link: string;
  days: number;
  /** The first link of somebody new. */
  first: boolean;
}

/**
 * Mails the link. Where that did not work, whoever asked can pass it on themselves: `refused` for good (RFC 5321, section
 * 4.2.1: a reply of 5xx), or not now.
 */
export type SendInvitation = (mail: InvitationMail) => Promise<'sent' | 'refused' | 'not now'>;

// Names are people's own: none of theirs may begin a line or a link of ours.
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();

/** Sends by the operator's mail server; undefined when there is none. */
export function invitationMailer({ settings, log }: { settings: MailSettings | undefined; log: Log }) {
  if (settings === undefined) return undefined;
  const carry = mailCarrier(settings);
  const send: SendInvitation = async ({ id, to, language, by, link, days, first }) => {
    const words = WORDS[language][first ? 'first' : 'again'];
    const content = JSON.stringify({ subject: words.subject, text: words.text(plain(to.name), plain(by), link, days) });
    try {
      await carry({ name: plain(to.name), address: to.email }, { id, content }, AbortSignal.timeout(LIMIT_MS));
      return 'sent';
    } catch (thrown) {
      const error = toDemarcError(thrown);
      log.warn(
        { code: 'person.mail-not-sent', reason: error.code, detail: error.detail },
        'an invitation was not mailed',
      );
      return error.code === 'alert.mail-refused' ? 'refused' : 'not now';
    }
  };
  return send;
}
