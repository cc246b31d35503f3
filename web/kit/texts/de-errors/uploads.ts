/** Errors of support bundles and of files on their way to the cloud, in German. */
export const uploadTexts = {
  'bundle.no-journal': {
    cause: 'Dieses Gateway hat kein Journal von systemd',
    nextStep: 'Sammeln Sie das Protokoll des Dienstes selbst, oder ein Support-Paket.',
  },
  'bundle.no-room': {
    cause: 'Das Gateway hat zu wenig freien Speicherplatz, um etwas zu sammeln',
    nextStep: 'Schaffen Sie Platz auf dem Datenträger des Gateways und sammeln Sie dann noch einmal.',
  },
  'bundle.unwritable': {
    cause: 'Die gesammelten Dateien konnten auf dem Gateway nicht geschrieben werden',
    nextStep:
      'Prüfen Sie den Datenträger des Gateways und die Rechte seines Zustandsordners und sammeln Sie dann noch einmal.',
  },
  'upload.not-expected': {
    cause: 'Kein laufender Befehl dieses Gateways wartet auf eine Datei',
    nextStep: 'Erteilen Sie den Befehl noch einmal, wenn die Datei weiterhin gewünscht ist.',
  },
  'upload.wrong-offset': {
    cause: 'Der Teil beginnt nicht dort, wo die Datei auf dem Datenträger der Cloud endet',
    nextStep: 'Machen Sie an der Stelle weiter, die in der Antwort steht.',
  },
  'upload.complete': {
    cause: 'Die Datei dieses Befehls ist bereits angekommen',
    nextStep: 'Laden Sie sie in der Konsole herunter; erteilen Sie für eine andere Datei einen neuen Befehl.',
  },
  'upload.superseded': {
    cause: 'Eine neuere Verbindung hat diese Übertragung übernommen',
    nextStep: 'Es ist nichts zu tun: Die neuere Verbindung macht weiter.',
  },
  'upload.damaged': {
    cause: 'Was ankam, ist nicht das, was das Gateway gesendet hat: Die Prüfsummen sind verschieden',
    nextStep: 'Das Gateway sendet es noch einmal; geschieht es oft, sehen Sie nach den Datenträgern beider Seiten.',
  },
  'upload.no-room': {
    cause: 'Die Cloud hat keinen Platz für diese Datei',
    nextStep:
      'Löschen Sie gesammelte Dateien des Kontos, oder geben Sie dem Connector mehr Speicherplatz, und sammeln Sie dann noch einmal.',
  },
  'upload.gone': {
    cause: 'Die Datei ist nicht mehr auf dem Datenträger',
    nextStep: 'Sammeln Sie die Protokolle noch einmal.',
  },
};
