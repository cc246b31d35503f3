/** Errors of tunnels and of launches, in German. */
export const tunnelTexts = {
  'tunnel.off': {
    cause: 'Der Kunde hat den Fernzugriff am Gateway ausgeschaltet',
    nextStep: 'Bitten Sie den Kunden, ihn einzuschalten: Das geht nur vor Ort.',
  },
  'tunnel.stopped': {
    cause: 'Der Tunnel zu dieser Anlage ist nicht gestartet',
    nextStep: 'Starten Sie den Tunnel am Gateway, oder aus der Cloud, wo der Kunde das erlaubt.',
  },
  'tunnel.local-only': {
    cause: 'Der Kunde lässt diesen Tunnel nur vor Ort starten',
    nextStep: 'Bitten Sie den Kunden, ihn auf den lokalen Seiten des Gateways zu starten.',
  },
  'tunnel.unknown-service': {
    cause: 'Das Gateway hat keine solche Anlage, mit der es sich verbinden könnte',
    nextStep: 'Laden Sie die Liste der Tunnel neu; die Anlage wurde vielleicht entfernt.',
  },
  'tunnel.not-granted': {
    cause: 'Das Gateway kennt diese Sitzung nicht, oder sie ist beendet',
    nextStep: 'Öffnen Sie die Anlage noch einmal aus der Konsole.',
  },
  'tunnel.forbidden-address': {
    cause: 'Der Name der Anlage führt zu einer Adresse, die ein Tunnel nicht erreichen darf',
    nextStep: 'Sehen Sie nach dem Nameserver des Standorts, oder geben Sie die Anlage mit ihrer Adresse ein.',
  },
  'tunnel.no-name': {
    cause: 'Der Name der Anlage lässt sich am Standort nicht auflösen',
    nextStep: 'Prüfen Sie den Namen der Anlage in den Einstellungen des Gateways und den Nameserver des Standorts.',
  },
  'tunnel.upstream-refused': {
    cause: 'Die Anlage am Standort hat die Verbindung abgelehnt',
    nextStep: 'Prüfen Sie, ob ihr Verwaltungsdienst läuft und auf dem Port hört, den das Gateway hat.',
  },
  'tunnel.upstream-unreachable': {
    cause: 'Die Anlage am Standort ist nicht erreichbar',
    nextStep: 'Prüfen Sie, ob sie eingeschaltet ist und das Gateway in einem Netz ist, das sie erreicht.',
  },
  'tunnel.upstream-timeout': {
    cause: 'Die Anlage am Standort hat nicht rechtzeitig geantwortet',
    nextStep: 'Versuchen Sie es gleich noch einmal; bleibt es so, sehen Sie vor Ort nach der Anlage.',
  },
  'tunnel.upstream-tls': {
    cause: 'Es war keine verschlüsselte Verbindung zur Anlage am Standort möglich',
    nextStep: 'Spricht die Anlage nur alte TLS-Versionen, kann der Installateur sie für diese Anlage erlauben.',
  },
  'tunnel.upstream-certificate': {
    cause: 'Die Anlage am Standort zeigt ein anderes Zertifikat als zuvor',
    nextStep:
      'Lassen Sie den Kunden vor Ort den Fingerabdruck vergleichen und den neuen auf den lokalen Seiten des Gateways annehmen.',
  },
  'tunnel.upstream-broken': {
    cause: 'Die Anlage am Standort hat ihre Antwort abgebrochen',
    nextStep: 'Versuchen Sie es erneut; geschieht es wieder, sehen Sie in das Protokoll der Anlage.',
  },
  'tunnel.not-connected': {
    cause: 'Das Gateway hat im Augenblick keinen Tunnel zur Cloud',
    nextStep: 'Prüfen Sie, ob das Gateway online ist, und öffnen Sie die Anlage dann noch einmal.',
  },
  'tunnel.lost': {
    cause: 'Der Tunnel zum Gateway wurde getrennt',
    nextStep: 'Das Gateway verbindet sich von selbst wieder; laden Sie die Seite gleich neu.',
  },
  'tunnel.silent': {
    cause: 'Das andere Ende des Tunnels ist verstummt',
    nextStep: 'Es verbindet sich von selbst wieder; geschieht das oft, prüfen Sie die Leitung des Standorts.',
  },
  'tunnel.busy': {
    cause: 'Durch diesen Tunnel laufen zu viele Verbindungen',
    nextStep: 'Schließen Sie Seiten, die Sie nicht brauchen, und versuchen Sie es erneut.',
  },
  'tunnel.protocol': {
    cause: 'Das andere Ende des Tunnels spricht nicht wie vereinbart',
    nextStep: 'Bringen Sie Gateway und Connector auf dieselbe Version.',
  },
  'launch.link': {
    cause: 'Dieser Link wurde benutzt, ist zu alt oder gehört nicht Ihnen',
    nextStep: 'Gehen Sie zurück zur Konsole und klicken Sie noch einmal auf „Öffnen“.',
  },
  'launch.no-session': {
    cause: 'Unter dieser Adresse gibt es keine Sitzung',
    nextStep: 'Gehen Sie zurück zur Konsole und klicken Sie noch einmal auf „Öffnen“.',
  },
  'launch.no-cookie': {
    cause: 'Dieser Browser hat den Schlüssel der Sitzung nicht',
    nextStep: 'Erlauben Sie für diese Adresse Cookies und öffnen Sie die Anlage dann noch einmal aus der Konsole.',
  },
  'launch.expired': {
    cause: 'Die Sitzung hat ihre längste Dauer erreicht',
    nextStep: 'Öffnen Sie die Anlage noch einmal aus der Konsole, wenn Sie mehr Zeit brauchen.',
  },
  'launch.idle': {
    cause: 'Die Sitzung wurde beendet, weil eine Weile nichts in ihr getan wurde',
    nextStep: 'Öffnen Sie die Anlage noch einmal aus der Konsole.',
  },
  'launch.ended': {
    cause: 'Die Sitzung wurde beendet',
    nextStep:
      'Öffnen Sie die Anlage noch einmal aus der Konsole; hat der Kunde sie beendet, sprechen Sie zuerst mit ihm.',
  },
  'launch.forbidden': {
    cause: 'Sie haben nicht mehr das Recht, diese Anlage zu öffnen',
    nextStep: 'Bitten Sie einen Administrator des Kontos um das Recht, Anlagen zu öffnen.',
  },
  'launch.too-many': {
    cause: 'Es sind zu viele Sitzungen offen',
    nextStep: 'Beenden Sie Sitzungen, die nicht mehr gebraucht werden, und öffnen Sie die Anlage dann noch einmal.',
  },
  'launch.too-much': {
    cause: 'Durch die Sitzung gingen mehr Daten, als eine Sitzung tragen darf',
    nextStep: 'Öffnen Sie die Anlage noch einmal aus der Konsole, um weiterzumachen.',
  },
  'launch.bad-request': {
    cause: 'Der Browser hat eine Anfrage gesendet, die nicht weitergegeben wird',
    nextStep: 'Laden Sie die Seite neu; geschieht es wieder, sagen Sie dem Support, was Sie angeklickt haben.',
  },
  'launch.foreign-origin': {
    cause: 'Eine andere Website hat versucht, in dieser Sitzung zu handeln',
    nextStep: 'Schließen Sie die andere Seite; benutzen Sie die Anlage nur von ihrer eigenen Seite aus.',
  },
};
