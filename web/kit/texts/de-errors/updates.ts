/** Errors of updates of the gateway itself, in German. */
export const updateTexts = {
  'update.unsupported': {
    cause: 'Diese Installation kann sich nicht selbst aktualisieren',
    nextStep:
      'Aktualisieren Sie stattdessen das Container-Image, oder installieren Sie das Gateway mit Starter und zwei Plätzen.',
  },
  'update.busy': {
    cause: 'Das Gateway arbeitet an etwas, das eine Aktualisierung nicht unterbrechen darf',
    nextStep: 'Warten Sie das Ende ab; eine geplante Aktualisierung versucht es zu ihrer nächsten Zeit wieder.',
  },
  'update.no-source': {
    cause: 'Es gibt keine Quelle für Aktualisierungen',
    nextStep: 'Verbinden Sie das Gateway mit der Cloud, oder setzen Sie update.url in seiner Konfiguration.',
  },
  'update.no-keys': {
    cause: 'Dieses Gateway vertraut keinem Schlüssel, der Versionen signiert',
    nextStep:
      'Installieren Sie eine signierte Version, oder tragen Sie den öffentlichen Schlüssel unter update.keys in die Konfiguration ein.',
  },
  'update.none': {
    cause: 'Keine Version passt zu diesem Gateway',
    nextStep: 'Legen Sie die signierte Version für seine Plattform in den Versionsordner des Connectors.',
  },
  'update.bad-signature': {
    cause: 'Die Version ist nicht mit einem Schlüssel signiert, dem dieses Gateway vertraut',
    nextStep:
      'Signieren Sie die Version mit dem richtigen Schlüssel; installieren Sie sie nicht von Hand, bevor das geklärt ist.',
  },
  'update.bad-manifest': {
    cause: 'Die Beschreibung der Version ist nicht für dieses Gateway oder nicht von der erwarteten Form',
    nextStep: 'Erstellen Sie die Version mit „npm run release“ für die genannte Plattform neu.',
  },
  'update.older': {
    cause: 'Die Version ist nicht neuer als die laufende',
    nextStep: 'Nennen Sie die Version und erzwingen Sie sie, wenn das Gateway zu ihr zurückkehren soll.',
  },
  'update.too-old': {
    cause: 'Dieses Gateway ist für diese Version zu alt',
    nextStep: 'Installieren Sie zuerst die genannte Version, dann diese.',
  },
  'update.bad-archive': {
    cause: 'Das Archiv der Version ist nicht das, was signiert wurde',
    nextStep:
      'Kopieren Sie das Archiv noch einmal auf den Connector und vergleichen Sie seinen SHA-256-Wert mit dem der Version.',
  },
  'update.unsafe-archive': {
    cause: 'Das Archiv der Version enthält etwas, das nie entpackt wird',
    nextStep:
      'Erstellen Sie die Version neu; sie darf nur Dateien und Ordner unterhalb ihrer eigenen Wurzel enthalten.',
  },
  'update.download-failed': {
    cause: 'Die Version konnte nicht vollständig geladen werden',
    nextStep: 'Prüfen Sie die Verbindung; was da ist, bleibt, und der nächste Versuch macht dort weiter.',
  },
  'update.no-space': {
    cause: 'Für die Aktualisierung ist nicht genug Speicherplatz frei',
    nextStep: 'Schaffen Sie den genannten Platz und starten Sie die Aktualisierung dann noch einmal.',
  },
  'update.write-failed': {
    cause: 'Die Version konnte nicht auf den freien Platz geschrieben werden',
    nextStep: 'Prüfen Sie den Datenträger, sein Kontingent und die Rechte des Ordners.',
  },
  'update.incomplete': {
    cause: 'Der Platz der neuen Version war nicht vollständig, deshalb wurde sie nicht gestartet',
    nextStep: 'Starten Sie die Aktualisierung noch einmal.',
  },
  'update.crashed': {
    cause: 'Die neue Version endete von selbst, deshalb wurde die alte zurückgeholt',
    nextStep:
      'Sammeln Sie die Protokolle des Gateways, um den Grund zu finden; eine spätere Version behebt es vielleicht.',
  },
  'update.hangs': {
    cause: 'Die neue Version hat nicht rechtzeitig geantwortet, deshalb wurde die alte zurückgeholt',
    nextStep:
      'Sammeln Sie die Protokolle des Gateways, um den Grund zu finden; eine spätere Version behebt es vielleicht.',
  },
  'update.store-lost': {
    cause: 'Die neue Version konnte den Speicher nicht lesen, deshalb wurde die alte zurückgeholt',
    nextStep: 'Sammeln Sie die Protokolle des Gateways; prüfen Sie seinen Datenträger.',
  },
  'update.wrong-version': {
    cause: 'Es startete eine andere Version als erwartet, deshalb wurde die alte zurückgeholt',
    nextStep: 'Erstellen Sie die Version neu; Archiv und Beschreibung gehören nicht zusammen.',
  },
  'update.no-cloud': {
    cause:
      'Die neue Version konnte sich nicht rechtzeitig mit der Cloud verbinden, deshalb wurde die alte zurückgeholt',
    nextStep:
      'Sehen Sie sich den letzten Verbindungsfehler des Gateways an; war die Cloud selbst weg, starten Sie die Aktualisierung noch einmal.',
  },
  'update.started-twice': {
    cause:
      'Die neue Version wurde ein zweites Mal gestartet, bevor sie sich bewährt hatte, deshalb wurde die alte zurückgeholt',
    nextStep:
      'Fiel inzwischen der Strom aus, starten Sie die Aktualisierung noch einmal; sonst sammeln Sie die Protokolle.',
  },
  'update.unwatched': {
    cause: 'Niemand überwachte mehr die neue Version, deshalb wurde die alte zurückgeholt',
    nextStep: 'Starten Sie die Aktualisierung noch einmal.',
  },
};
