/** Errors on the way between gateway and cloud, in German. */
export const linkTexts = {
  'link.dns': {
    cause: 'Der Name der Cloud lässt sich nicht auflösen',
    nextStep: 'Prüfen Sie die DNS-Server des Gateways und die Schreibweise der Adresse der Cloud.',
  },
  'link.unreachable': {
    cause: 'Die Cloud ist nicht erreichbar',
    nextStep: 'Erlauben Sie in der Firewall ausgehendes TCP zu Adresse und Port der Cloud.',
  },
  'link.tls': {
    cause: 'Die TLS-Verbindung zur Cloud ist gescheitert',
    nextStep: 'Prüfen Sie die Uhr, und ob unterwegs eine Firewall TLS-Verbindungen aufbricht.',
  },
  'link.proxy-auth': {
    cause: 'Der Web-Proxy verlangt Benutzername und Passwort',
    nextStep: 'Geben Sie Benutzername und Passwort des Proxys in den Einstellungen des Gateways ein.',
  },
  'link.proxy': {
    cause: 'Der Web-Proxy hat die Verbindung abgelehnt',
    nextStep: 'Lassen Sie den Proxy CONNECT zu Adresse und Port der Cloud erlauben.',
  },
  'link.refused': {
    cause: 'Die Cloud hat die Verbindung abgelehnt',
    nextStep: 'Lesen Sie die Einzelheiten; das Gateway versucht es von selbst wieder.',
  },
  'link.message-too-large': {
    cause: 'Eine Nachricht ist größer, als die Verbindung erlaubt',
    nextStep:
      'Es geht nichts verloren: Der Datensatz wird beiseitegelegt und gezählt. Geben Sie dem Support das Protokoll.',
  },
  'link.unknown-kind': {
    cause: 'Eine Nachricht einer Art, die diese Version nicht kennt',
    nextStep: 'Aktualisieren Sie den Connector; die Nachricht wird in Quarantäne aufbewahrt.',
  },
  'link.malformed': {
    cause: 'Eine Nachricht, die nicht die vereinbarte Form hat',
    nextStep: 'Die Nachricht wird in Quarantäne aufbewahrt; geben Sie dem Support ihre Nummer.',
  },
  'link.not-stored': {
    cause: 'Die Cloud konnte nicht speichern, was die Gateways gesendet haben',
    nextStep:
      'Sehen Sie nach Datenträger und Protokoll des Connectors; die Gateways behalten ihre Datensätze und senden sie noch einmal.',
  },
  'link.overloaded': {
    cause: 'Es warten mehr Nachrichten auf das Speichern, als der Connector zulässt',
    nextStep:
      'Die Gateways senden sie von selbst noch einmal; dauert es an, geben Sie dem Connector einen schnelleren Datenträger.',
  },
  'link.wrong-account': {
    cause: 'Ein Gateway hat ein Thema eines anderen Kontos oder Gateways benutzt',
    nextStep: 'Die Verbindung wurde geschlossen; sehen Sie sich das Gateway an, womöglich wurde es manipuliert.',
  },
};
