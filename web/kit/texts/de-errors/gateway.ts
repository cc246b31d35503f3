/** Errors of a gateway's own: settings, files, local pages, discovery and network, in German. */
export const gatewayTexts = {
  'config.invalid': {
    cause: 'Die Konfiguration hat ein Feld, das nicht wie erwartet ist',
    nextStep: 'Berichtigen Sie das genannte Feld; die letzte gute Konfiguration bleibt in Kraft.',
  },
  'config.unreadable': {
    cause: 'Eine Datei konnte nicht gelesen werden',
    nextStep: 'Prüfen Sie, ob die Datei existiert und der Dienst sie lesen darf.',
  },
  'config.unwritable': {
    cause: 'Eine Datei konnte nicht geschrieben werden',
    nextStep: 'Prüfen Sie den freien Speicherplatz und die Rechte des Ordners.',
  },
  'config.port-taken': {
    cause: 'Der Port lässt sich nicht öffnen',
    nextStep:
      'Beenden Sie das Programm, das ihn benutzt, wählen Sie einen anderen Port, oder geben Sie dem Dienst das Recht dazu.',
  },
  'secret.unreadable': {
    cause: 'Ein gespeichertes Geheimnis lässt sich mit dem Schlüssel dieses Geräts nicht entschlüsseln',
    nextStep:
      'Geben Sie das Passwort noch einmal ein; es wurde auf einem anderen Gerät gespeichert, oder dessen Schlüssel ging verloren.',
  },
  'store.locked': {
    cause: 'Ein anderer Prozess hat den Speicher geöffnet',
    nextStep: 'Beenden Sie den anderen Prozess; je Zustandsordner darf nur ein Dienst laufen.',
  },
  'store.full': {
    cause: 'Der Datenträger ist voll',
    nextStep: 'Schaffen Sie Platz; was zuvor angenommen wurde, bleibt erhalten.',
  },
  'store.damaged': {
    cause: 'Der Speicher auf dem Datenträger ist beschädigt',
    nextStep:
      'Starten Sie das Gateway neu: Es repariert den Speicher und liest das Fehlende wieder ein. Kommt der Fehler zurück, prüfen Sie den Datenträger.',
  },
  'store.unreachable': {
    cause: 'Die Datenbank ist nicht erreichbar',
    nextStep: 'Prüfen Sie, ob PostgreSQL läuft und Adresse, Benutzer und Passwort in DEMARC_STORE stimmen.',
  },
  'daemon.bad-token': {
    cause: 'Die Anfrage trägt nicht den richtigen Zugriffsschlüssel dieses Gateways',
    nextStep:
      'Führen Sie das Kommando als root oder als Benutzer des Dienstes aus: Der Schlüssel liegt in dessen Zustandsordner.',
  },
  'daemon.too-many-tries': {
    cause: 'Zu viele Anfragen mit einem falschen Zugriffsschlüssel',
    nextStep: 'Warten Sie eine Minute und nehmen Sie dann den Schlüssel aus dem Zustandsordner des Dienstes.',
  },
  'daemon.too-large': {
    cause: 'Die Anfrage ist größer als erlaubt',
    nextStep: 'Eine Anfrage darf 1 MiB haben, ein Formularexport 32 MiB; senden Sie eine kleinere Datei.',
  },
  'daemon.wrong-method': {
    cause: 'Diese Adresse nimmt Anfragen dieser Art nicht an',
    nextStep: 'Was sie annimmt, steht im Header Allow.',
  },
  'daemon.starting': {
    cause: 'Der Dienst startet noch',
    nextStep: 'Fragen Sie in einigen Sekunden noch einmal; dauert es an, lesen Sie sein Protokoll.',
  },
  'daemon.not-running': {
    cause: 'Der Dienst antwortet auf dieser Maschine nicht',
    nextStep:
      'Starten Sie ihn (systemctl start demarc-daemon oder demarc-daemon), oder setzen Sie DEMARC_DAEMON_STATE auf seinen Zustandsordner.',
  },
  'daemon.no-access': {
    cause: 'Der Zugriffsschlüssel des Dienstes ist nicht lesbar',
    nextStep: 'Führen Sie das Kommando als root oder als Benutzer des Dienstes aus.',
  },
  'daemon.port-taken': {
    cause: 'Ein anderes Programm benutzt den Port der lokalen Seiten des Dienstes',
    nextStep: 'Beenden Sie dieses Programm, oder wählen Sie mit DEMARC_WEB_PORT einen anderen Port.',
  },
  'daemon.certificate-failed': {
    cause: 'Das Zertifikat der lokalen Seiten des Dienstes konnte nicht erstellt werden',
    nextStep: 'Lesen Sie die Einzelheiten; der Dienst versucht es beim nächsten Start wieder.',
  },
  'discovery.bad-range': {
    cause: 'Das ist kein Bereich von IPv4-Adressen, der durchsucht werden kann',
    nextStep:
      'Schreiben Sie ihn als Adresse und Präfixlänge, zum Beispiel 192.168.10.0/24, innerhalb des Netzes eines Standorts.',
  },
  'discovery.too-many-addresses': {
    cause: 'Die Bereiche enthalten mehr als 4.096 Adressen',
    nextStep: 'Durchsuchen Sie nur die Netze der Telefonanlagen, wenn nötig eines nach dem anderen.',
  },
  'discovery.no-network': {
    cause: 'Dieses Gateway hat kein eigenes IPv4-Netz, das es durchsuchen könnte',
    nextStep: 'Prüfen Sie sein Netzwerk, oder nennen Sie den Bereich.',
  },
  'discovery.running': {
    cause: 'Es läuft bereits eine Suche',
    nextStep: 'Warten Sie ihr Ende ab oder brechen Sie sie ab; Treffer werden gezeigt, sobald sie gefunden sind.',
  },
  'network.not-supported': {
    cause: 'Das Netzwerk dieses Hosts lässt sich von hier nicht einstellen',
    nextStep:
      'Stellen Sie es mit den Werkzeugen des Hosts ein; Demarc tut es nur, wo systemd-networkd den Anschluss verwaltet.',
  },
  'network.invalid': {
    cause: 'Die Netzwerkeinstellungen passen nicht zusammen',
    nextStep: 'Berichtigen Sie, was genannt ist; es wurde nichts geändert.',
  },
  'network.unknown-port': {
    cause: 'Dieser Host hat keinen Netzwerkanschluss mit diesem Namen',
    nextStep: 'Welche es gibt, zeigt demarc network show.',
  },
  'network.pending': {
    cause: 'Geänderte Netzwerkeinstellungen warten auf ihre Bestätigung',
    nextStep: 'Bestätigen Sie sie über die neue Adresse, oder warten Sie, bis sie von selbst zurückgenommen werden.',
  },
  'network.nothing-pending': {
    cause: 'Es warten keine geänderten Netzwerkeinstellungen auf Bestätigung',
    nextStep: 'Sie wurden bereits bestätigt oder zurückgenommen; siehe demarc network show.',
  },
  'network.wrong-way': {
    cause: 'Die Bestätigung kam nicht über die neue Adresse und beweist deshalb nichts',
    nextStep:
      'Öffnen Sie die lokalen Seiten unter der neuen Adresse des Anschlusses, oder führen Sie dort demarc network confirm aus.',
  },
  'network.failed': {
    cause: 'Die Netzwerkeinstellungen konnten nicht in Kraft gesetzt werden; es gelten wieder die früheren',
    nextStep: 'Lesen Sie die Einzelheiten; networkctl status auf dem Host sagt mehr.',
  },
};
