import type { ConsoleTexts } from '../index.ts';

/** German texts of call traces. */
export const traceText: ConsoleTexts['traces'] = {
  title: 'Anrufe aufzeichnen',
  lead: 'Zeichnet für den Support die SIP-Nachrichten auf, die dieses Gateway sendet und sieht. Rufnummern und Namen werden durch andere ersetzt, die innerhalb einer Aufzeichnung gleich bleiben; Passwörter und Schlüssel werden weggelassen.',
  minutes: 'Wie lange (Minuten)',
  calls: 'Nach so vielen Anrufen beenden',
  allCalls: 'beliebig viele',
  number: 'Nur diese Rufnummer',
  numberHint: 'Ziffern, mit oder ohne Plus; sie wird in jeder Schreibweise gefunden.',
  wrongNumber: 'Geben Sie Ziffern ein, mit oder ohne Plus.',
  trunk: 'Nur diesen Trunk',
  anyTrunk: 'Alle Trunks',
  method: 'Nur Anrufe mit',
  anyMethod: 'Alles',
  start: 'Aufzeichnung starten',
  none: 'Noch keine Aufzeichnung. Dateien werden 30 Tage aufbewahrt.',
  waits:
    'Solange eine Aufzeichnung läuft, wird das Gateway weder neu gestartet noch aktualisiert, es sei denn, jemand erzwingt es.',
  traced: (file, calls, messages) =>
    `${file} ist da: ${calls} ${calls === 1 ? 'Anruf' : 'Anrufe'}, ${messages} ${messages === 1 ? 'Nachricht' : 'Nachrichten'}`,
};
