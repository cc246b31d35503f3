/** What the self-test finds, in German. */
export const checkTexts = {
  'check.timeout': {
    cause: 'Die Prüfung wurde nicht rechtzeitig fertig',
    nextStep:
      'Führen Sie den Selbsttest noch einmal aus; geschieht es wieder, hängt der genannte Teil: Geben Sie dem Support das Protokoll.',
  },
  'check.tls-expired': {
    cause: 'Das Zertifikat der Cloud ist abgelaufen oder noch nicht gültig',
    nextStep:
      'Prüfen Sie zuerst die Uhr dieses Gateways; geht sie richtig, muss der Betreiber der Cloud das Zertifikat erneuern.',
  },
  'check.tls-untrusted': {
    cause: 'Das Zertifikat der Cloud ist von einer CA signiert, der dieses Gateway nicht vertraut',
    nextStep:
      'Hinterlegen Sie die CA-Datei der Cloud, oder nehmen Sie die Adresse der Cloud in der Firewall von der TLS-Prüfung aus.',
  },
  'check.tls-name': {
    cause: 'Das Zertifikat der Cloud gilt für einen anderen Namen',
    nextStep: 'Prüfen Sie die Schreibweise der Adresse der Cloud, und ob DNS oder eine Firewall anderswohin führt.',
  },
  'check.tls-expiring': {
    cause: 'Das Zertifikat der Cloud läuft bald ab',
    nextStep: 'Sagen Sie es dem Betreiber der Cloud; am Gateway ist nichts zu tun.',
  },
  'check.websocket': {
    cause: 'Die WebSocket-Verbindung zur Cloud wurde nicht angenommen',
    nextStep: 'Lassen Sie Proxys und Firewalls auf dem Weg WebSocket-Upgrades zur Adresse der Cloud durchlassen.',
  },
  'check.clock': {
    cause: 'Die Uhr dieses Gateways weicht von der der Cloud ab',
    nextStep: 'Stellen Sie die Uhr, oder machen Sie einen Zeitserver erreichbar (NTP, UDP-Port 123).',
  },
  'check.certificate-expiring': {
    cause: 'Das Zertifikat dieses Gateways läuft bald ab und wurde nicht erneuert',
    nextStep:
      'Stellen Sie die Verbindung zur Cloud her; die Erneuerung geht dann von selbst. Nach dem Ablauf muss das Gateway neu zugeordnet werden.',
  },
  'check.disk-low': {
    cause: 'Auf dem Datenträger mit dem Zustandsordner ist wenig Platz übrig',
    nextStep:
      'Schaffen Sie Platz oder vergrößern Sie den Datenträger; meist liegt es an alten Protokollen und Paketen.',
  },
  'check.backlog': {
    cause: 'Datensätze warten seit langer Zeit auf das Senden',
    nextStep:
      'Sehen Sie sich die Prüfungen der Cloud-Verbindung an; die Datensätze gehen von selbst hinaus, sobald sie steht.',
  },
  'check.pbx': {
    cause: 'Die Verbindung zu einer Telefonanlage funktioniert nicht, wie sie soll',
    nextStep:
      'Öffnen Sie die Einstellungen dieser Anlage und testen Sie dort die Verbindung; jeder Schritt sagt, was zu tun ist.',
  },
  'check.dropped': {
    cause: 'Datensätze mussten verworfen werden, weil die Warteschlange voll war oder sie zu alt waren',
    nextStep: 'Stellen Sie die Verbindung zur Cloud her und gleichen Sie jede Telefonanlage vollständig ab.',
  },
};
