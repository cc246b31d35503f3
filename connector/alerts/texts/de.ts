import type { AlertTexts } from './alert-texts.ts';

const free = (details: Readonly<Record<string, string | number>>): string =>
  details['percent'] === undefined ? '' : ` (noch ${details['percent']} % oder ${details['mebibytes']} MiB frei)`;
const day = (at: string | number | undefined): string => String(at ?? '').slice(0, 10);

const ends: Readonly<Record<string, string>> = {
  'far-end': 'die Gegenstelle',
  pbx: 'die Telefonanlage',
  'secondary-pbx': 'die zweite Telefonanlage',
};

export const german: AlertTexts = {
  message: {
    'gateway-offline': ({ gateway }) => `Gateway ${gateway} ist offline`,
    'sync-missed': ({ gateway, subject, details }) =>
      `Die Benutzer von ${subject} (Gateway ${gateway}) wurden seit mehr als ${details['minutes']} Minuten nicht abgeglichen`,
    'sync-held': ({ gateway, subject }) =>
      `Ein Abgleich von ${subject} (Gateway ${gateway}) ist angehalten, weil er viele Benutzer entfernen würde`,
    'certificate-expiring': ({ gateway, details }) =>
      `Das Zertifikat von Gateway ${gateway} wurde nicht erneuert und gilt nur noch bis ${day(details['until'])}`,
    'disk-low': ({ gateway, details }) => `Die Festplatte von Gateway ${gateway} ist fast voll${free(details)}`,
    'queue-growing': ({ gateway, details }) =>
      `Gateway ${gateway} ist online, wird aber seine Warteschlange nicht los (${details['records']} Einträge, der älteste ${details['minutes']} Minuten alt)`,
    'records-lost': ({ gateway, details }) =>
      `Gateway ${gateway} hat Einträge verloren oder unlesbare gesendet (bisher ${details['lost']})`,
    'command-failed': ({ gateway, subject, details }) =>
      `Der Befehl ${subject} ist auf Gateway ${gateway} fehlgeschlagen${details['reason'] ? `: ${details['reason']}` : ''}`,
    'trunk-down': ({ gateway, subject, details }) =>
      `Der SIP-Trunk ${subject} ist vom Gateway ${gateway} aus gestört: ${ends[details['end'] ?? '']} (${details['what']})`,
  },
  nextStep: {
    'gateway-offline':
      'Strom und Internetzugang des Standorts prüfen. Nichts geht verloren: Die Daten warten dort, bis die Verbindung wieder da ist.',
    'sync-missed':
      'Das Gateway öffnen, die letzten Abgleiche ansehen und die Verbindung zu dieser Telefonanlage testen.',
    'sync-held': 'Den Abgleich öffnen, ansehen, wer entfernt würde, und bestätigen oder ablehnen.',
    'certificate-expiring':
      'Das Gateway online bringen; es erneuert sein Zertifikat selbst. Nach dem Ablauf muss es neu angemeldet werden.',
    'disk-low':
      'Auf dem Gateway Platz schaffen oder die Festplatte vergrößern; meist sind alte Protokolle und Pakete die Ursache.',
    'queue-growing': 'Den Selbsttest des Gateways starten und die Geschwindigkeit des Internetzugangs prüfen.',
    'records-lost':
      'Das Gateway öffnen, die Zähler für verworfene und zurückgestellte Meldungen ansehen und einen vollen Abgleich starten.',
    'command-failed': 'Den Befehl öffnen; sein Ergebnis sagt, was zu tun ist.',
    'trunk-down': 'Den Trunk öffnen und prüfen: jeder Schritt sagt, was nicht stimmt und was zu tun ist.',
  },
  opened: (count) => (count === 1 ? 'Neue Warnung' : `${count} neue Warnungen`),
  reminder: (count) => (count === 1 ? 'Weiterhin offen' : `${count} weiterhin offen`),
  resolved: (count) => (count === 1 ? 'Erledigt' : `${count} erledigt`),
  many: (opened, resolved) =>
    [opened > 0 && `${opened} offen`, resolved > 0 && `${resolved} erledigt`].filter(Boolean).join(', '),
  resolvedOne: (message) => `Erledigt: ${message}`,
  reminderOne: (message) => `Weiterhin offen: ${message}`,
  openSince: 'Seit',
  closedAt: 'Bis',
  next: 'Was zu tun ist',
  more: (count) => `und ${count} weitere`,
  link: 'Alle Warnungen',
  footer: 'Sie erhalten diese Nachricht als Supportkontakt. Warnungen und Kontakte werden in der Konsole eingestellt.',
  testSubject: 'Testnachricht',
  testBody: 'Das ist ein Test. Warnungen Ihrer Gateways erreichen Sie unter dieser Adresse.',
};
