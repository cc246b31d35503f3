import type { ConsoleTexts } from '../index.ts';

/** German texts about the health of trunks. */
export const trunkHealthText: ConsoleTexts['trunkHealth'] = {
  title: 'Zustand',
  column: 'Zustand',
  untold: 'Noch nicht gemeldet',
  none: 'Das Gateway hat über diesen Trunk noch nichts gemeldet. Es beginnt binnen einer Minute, nachdem es von ihm erfahren hat.',
  states: { up: 'In Betrieb', down: 'Ausgefallen', unknown: 'Noch nicht bekannt' },
  ends: { 'far-end': 'Gegenstelle', pbx: 'Telefonanlage', 'secondary-pbx': 'Zweite Telefonanlage' },
  downOf: (ends) => `Ausgefallen: ${ends}`,
  old: 'Seitdem hat das Gateway nichts gemeldet; wie es um den Trunk jetzt steht, ist nicht bekannt.',
  since: 'seit',
  reachable: 'Erreichbar',
  accepted: 'Angenommen',
  registered: 'Registriert',
  callProven: 'Testanruf',
  yes: 'Ja',
  no: 'Nein',
  facts: {
    reachable: { yes: 'Antwortet auf SIP', no: 'Keine Antwort' },
    accepted: { yes: 'Antwortet mit 2xx', no: 'Lehnt ab oder scheitert' },
    registered: { yes: 'Die Registrierung besteht', no: 'Nicht registriert' },
    callProven: { yes: 'Der letzte kam durch', no: 'Der letzte scheiterte' },
  },
  notKnown: 'Nicht bekannt: noch nicht versucht',
  last: 'Letzte Antwort',
  lastFailure: 'Letzter Fehlschlag',
  certificate: 'Zertifikat gültig bis',
  certificateSoon: 'Es läuft bald ab',
  failures: {
    timeout: 'Keine Antwort in der vorgesehenen Zeit',
    refused: 'Die Verbindung wurde abgelehnt',
    unreachable: 'Die Adresse ist nicht erreichbar',
    closed: 'Die Verbindung wurde geschlossen',
    tls: 'Der TLS-Handshake ist gescheitert',
    'not-sip': 'Was antwortet, ist kein SIP',
    dns: 'Der Name hat keine Adresse',
  },
  roundTrip: (ms) => `${ms} ms`,
  picture: 'Letzte 24 Stunden',
  noPicture: 'In den letzten 24 Stunden wurde nicht gefragt.',
  summary: (share, tries, average, worst) =>
    `Letzte 24 Stunden: ${share} % von ${tries} Anfragen wurden beantwortet; Laufzeit im Mittel ${average} ms, im schlechtesten Fall ${worst} ms.`,
  silent: (tries) => `Letzte 24 Stunden: Keine von ${tries} Anfragen wurde beantwortet.`,
  legend:
    'Niedrig: alles gut. Mittel: einige abgelehnt oder verloren. Hoch: keine Antwort. Die Linie ist die mittlere Laufzeit.',
};
