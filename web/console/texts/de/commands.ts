import type { ConsoleTexts } from '../index.ts';

/** German texts of commands. */
export const commandsTexts: Pick<ConsoleTexts, 'commands' | 'bulk' | 'power'> = {
  commands: {
    title: 'Befehle',
    empty: 'Befehle erscheinen hier, sobald jemand auf der Seite eines Gateways einen erteilt.',
    command: 'Befehl',
    gateway: 'Gateway',
    state: 'Zustand',
    issuer: 'Erteilt von',
    issuedAt: 'Erteilt',
    updatedAt: 'Letzte Nachricht',
    deadline: 'Frist',
    reason: 'Ergebnis',
    names: {
      'pbx.sync': 'Benutzer abgleichen',
      'pbx.test': 'Verbindung zur Telefonanlage testen',
      'pbx.remove': 'TK-Anlage entfernen',
      'inventory.report': 'Inventar melden',
      'gateway.self-test': 'Selbsttest',
      'trunk.verify': 'Trunk prüfen',
      'trunk.test-call': 'Testanruf',
      'trunk.plan': 'Trunk mit der Telefonanlage vergleichen',
      'trunk.apply': 'Trunk in der Telefonanlage einrichten',
      'trunk.remove': 'Trunk aus der Telefonanlage entfernen',
      'tunnel.start': 'Tunnel starten',
      'tunnel.stop': 'Tunnel stoppen',
      'tunnel.open': 'Sitzung einlassen',
      'gateway.reboot': 'Maschine neu starten',
      'gateway.restart': 'Gateway neu starten',
      'gateway.collect-logs': 'Protokolle sammeln',
      'gateway.trace-calls': 'Anrufe aufzeichnen',
      'gateway.check-update': 'Nach Aktualisierung suchen',
      'gateway.update': 'Aktualisieren',
      'gateway.set-update-schedule': 'Zeitplan für Aktualisierungen ändern',
      'gateway.factory-reset': 'Auf Werkseinstellungen zurücksetzen',
    },
    progress: 'Fortschritt des Befehls',
    bulk: 'Gemeinsam erteilt',
    cancel: 'Abbrechen',
    cancelOf: (command) => `Abbrechen: ${command}`,
    waits: (until) => `Wartet auf das Gateway bis ${until}.`,
    away: (until) =>
      `Das Gateway ist weg. Was daraus wurde, erfahren Sie, sobald es wieder da ist, bis ${until}; dann gilt es als Zeitüberschreitung.`,
    cancelAsked: (who, open) =>
      open ? `${who} hat um Abbruch gebeten; das Gateway muss noch antworten.` : `Abgebrochen von ${who}.`,
    rebooted: (time) => `Die Maschine ist neu gestartet; es dauerte ${time}.`,
    restarted: (time) => `Das Gateway ist neu gestartet; es dauerte ${time}.`,
    collected: (file, size) => `${file} ist da, ${size}.`,
    newest: (version) => `Version ${version} ist die neueste.`,
    newer: (version, current) => `Version ${version} ist verfügbar; das Gateway hat ${current}.`,
    updated: (from, to) => `Von ${from} auf ${to} aktualisiert.`,
    hadIt: (version) => `Es hatte Version ${version} bereits.`,
    scheduled: (next) =>
      next === undefined
        ? 'Gespeichert. Es sucht nicht von selbst nach Aktualisierungen.'
        : `Gespeichert. Die nächste Suche ist am ${next}.`,
    removedPbx: (name: string) => `${name} wurde vom Gateway entfernt.`,
    reset: (wiped) =>
      wiped
        ? 'Das Gateway hat sich gelöscht und wartet darauf, zugeordnet zu werden.'
        : 'Das Gateway hat das Konto verlassen.',
    synced: (outcome, added, changed, removed) =>
      `${outcome}: ${added} hinzugefügt, ${changed} geändert, ${removed} entfernt.`,
    reported: (platforms, applications) => `${platforms} und ${applications} gemeldet.`,
    checked: (bad, all) =>
      bad === 0 ? `Alle ${all} Prüfungen sind in Ordnung.` : `${bad} von ${all} Prüfungen brauchen Aufmerksamkeit.`,
  },
  bulk: {
    button: 'Befehle',
    buttonFor: (gateways) => `Befehle für ${gateways}`,
    restart: (gateways) => `${gateways} neu starten`,
    restartEffect:
      'Jedes Gateway hält geordnet an und startet wieder. Es ist einige Sekunden offline; was es zu melden hat, bleibt erhalten. Eines, das gerade nicht unterbrochen werden darf, lehnt ab.',
    update: (gateways) => `${gateways} aktualisieren`,
    updateEffect:
      'Jedes Gateway holt die neueste Version, wechselt zu ihr und prüft sie. Es ist bis zu einer Minute offline und nimmt die alte Version zurück, wenn sich die neue nicht verbindet.',
    sending: 'Wird erteilt …',
    close: 'Schließen',
    refused: 'Nicht erteilt',
    toList: 'Alle in der Liste der Befehle anzeigen',
  },
  power: {
    button: 'Neu starten',
    title: 'Gateway oder Maschine neu starten',
    which: 'Was neu startet',
    ways: {
      'gateway.restart': {
        label: 'Gateway neu starten',
        effect: 'Sein Programm hält geordnet an und startet in wenigen Sekunden wieder.',
        missing: 'Dieses Gateway bietet das nicht an. Aktualisieren Sie es zuerst.',
      },
      'gateway.reboot': {
        label: 'Maschine neu starten',
        effect:
          'Die ganze Maschine startet neu, mit allem, was darauf läuft. Als erledigt gilt nur ein Neustart ihres Kernels.',
        missing: 'Dieses Gateway bietet das nicht an: Es hat kein Programm, das seine Maschine neu startet.',
      },
    },
    force: 'Auch wenn etwas nicht unterbrochen werden darf',
    forceEffect: 'Eine Aktualisierung, eine Anrufaufzeichnung oder die Änderung eines Trunks wird abgebrochen.',
    kept: 'Nichts, was auf das Senden wartet, geht verloren.',
    close: 'Schließen',
  },
};
