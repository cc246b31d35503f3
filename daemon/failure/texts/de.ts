import type { FailureTexts } from './texts.ts';

/** German words of the page that is there while the daemon cannot start; its causes are those of the other pages. */
export const german: FailureTexts = {
  language: 'de',
  title: (host) => (host === undefined ? 'Das Gateway kann nicht starten' : `Das Gateway ${host} kann nicht starten`),
  again:
    'Es versucht es von selbst wieder, etwa jede Minute. Telefone und Telefonanlage sind nicht betroffen. Laden Sie diese Seite neu, um den Stand zu sehen.',
  bundle: 'Support-Paket',
  bundleLead: 'Protokolle und Angaben zu dieser Maschine, ohne Passwörter, für alle, die Ihnen helfen.',
  download: 'Herunterladen',
  secret: 'Einrichtungsgeheimnis',
  password: 'Passwort',
  loopback: [
    'Zurzeit lässt sich kein Passwort prüfen, deshalb gibt es das Paket nur auf dem Gateway selbst:',
    'mit dem Port dieser Seiten.',
  ],
  footer: (version, code, since) => `Demarc ${version}, Code ${code}, seit ${since}`,
  causes: {
    'config.invalid': 'Die Konfiguration hat ein Feld, das nicht wie erwartet ist',
    'config.unreadable': 'Eine Datei konnte nicht gelesen werden',
    'config.unwritable': 'Eine Datei konnte nicht geschrieben werden',
    'config.port-taken': 'Der Port lässt sich nicht öffnen',
    'secret.unreadable': 'Ein gespeichertes Geheimnis lässt sich mit dem Schlüssel dieses Geräts nicht entschlüsseln',
    'store.locked': 'Ein anderer Prozess hat den Speicher geöffnet',
    'store.full': 'Der Datenträger ist voll',
    'store.damaged': 'Der Speicher auf dem Datenträger ist beschädigt',
    'wizard.signed-out': 'Sie sind an diesem Gateway nicht oder nicht mehr angemeldet',
    'wizard.wrong-secret': 'Das Einrichtungsgeheimnis ist nicht richtig',
    'wizard.wrong-password': 'Das Passwort ist nicht richtig',
    'wizard.too-many': 'Zu viele falsche Versuche',
  },
  advice: {
    'config.invalid':
      'Beide Kopien der Einstellungen sind beschädigt. Spielen Sie die Datei aus einer Sicherung zurück. Gibt es keine, entfernen Sie die Datei und die Kopie daneben (ihr Name mit .good): Das Gateway startet dann mit leeren Einstellungen, behält seine Identität in der Cloud und wird hier neu eingerichtet.',
    'config.unreadable':
      'Sehen Sie sich die Platte dieser Maschine an: Eine Datei, die da war, lässt sich nicht lesen.',
    'config.unwritable': 'Schaffen Sie Platz auf der Platte, oder geben Sie dem Dienst das Recht an seinem Ordner.',
    'config.port-taken':
      'Beenden Sie das Programm, das ihn benutzt, wählen Sie einen anderen Port, oder geben Sie dem Dienst das Recht dazu.',
    'secret.unreadable':
      'Geben Sie das Passwort noch einmal ein; es wurde auf einem anderen Gerät gespeichert, oder dessen Schlüssel ging verloren.',
    'store.locked': 'Beenden Sie den anderen Prozess; je Zustandsordner darf nur ein Dienst laufen.',
    'store.full': 'Schaffen Sie Platz auf der Platte dieser Maschine; nichts, was angenommen war, geht verloren.',
    'store.damaged':
      'Starten Sie das Gateway neu: Es repariert den Speicher und liest das Fehlende wieder ein. Kommt der Fehler zurück, prüfen Sie den Datenträger.',
    'wizard.signed-out': 'Geben Sie das Passwort ein.',
    'wizard.wrong-secret': 'Lesen Sie es noch einmal auf der Konsole des Gateways ab.',
    'wizard.wrong-password': 'Geben Sie es noch einmal ein.',
    'wizard.too-many': 'Warten Sie so lange, wie angegeben, und versuchen Sie es erneut.',
  },
};
