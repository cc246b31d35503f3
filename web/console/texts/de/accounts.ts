import type { ConsoleTexts } from '../index.ts';

/** German texts of accounts. */
export const accountsTexts: Pick<ConsoleTexts, 'accounts'> = {
  accounts: {
    title: 'Konten',
    add: 'Konto hinzufügen',
    edit: 'Bearbeiten',
    editOf: (name) => `${name} bearbeiten`,
    search: 'Nach Namen suchen',
    empty: 'Legen Sie das erste Kundenkonto an. Gateways und Benutzer gehören zu genau einem Konto.',
    name: 'Name',
    country: 'Land',
    countryHint: 'Zwei Buchstaben, zum Beispiel DE. Rufnummern ohne Landesvorwahl gelten als Nummern dieses Landes.',
    status: 'Status',
    policy: 'Rufnummern',
    policyLabel: 'Rufnummern, die in die Cloud gehen',
    policies: {
      All: 'Alle (geschäftlich und mobil)',
      Work: 'Nur geschäftlich',
      Mobile: 'Nur mobil',
      None: 'Keine',
    },
    guard: 'Löschschutz',
    guardPercent: 'Abgleich anhalten, der mehr als diesen Anteil der Benutzer entfernen würde (Prozent)',
    guardUsers: 'Abgleich anhalten, der mehr als so viele Benutzer entfernen würde',
    guardShort: (percent, users) => `${percent} % oder ${users}`,
    gateways: 'Gateways',
    users: 'Benutzer',
    created: 'Angelegt',
    id: 'Kontonummer',
    save: 'Speichern',
    stale: 'Jemand anderes hat dieses Konto geändert, während Sie es bearbeitet haben',
    staleNext:
      'Es wurde nichts gespeichert. Übernehmen Sie die neuesten Werte, nehmen Sie Ihre Änderung noch einmal vor und speichern Sie.',
    reload: 'Neueste Werte übernehmen',
    actions: 'Aktionen',
    life: {
      of: (action, name) => `${name}: ${action}`,
      deactivate: {
        action: 'Deaktivieren',
        effect:
          'Die Personen des Kontos können sich nicht mehr anmelden, und nichts darin kann geändert werden. Die Gateways bleiben verbunden und melden weiter.',
      },
      reactivate: {
        action: 'Reaktivieren',
        effect: 'Die Personen des Kontos können sich wieder anmelden, und das Konto kann wieder geändert werden.',
      },
      delete: {
        action: 'Löschen',
        effect:
          'Das Konto und alle seine Daten gehen endgültig verloren: Benutzer, Inventar, Befehle, Dateien und Verlauf. Das lässt sich nicht rückgängig machen.',
      },
      gateways: (gateways) =>
        gateways === 1
          ? 'Das Gateway setzt sich selbst zurück, sobald es sich verbindet, wie spät das auch ist; ein virtuelles wird freigegeben.'
          : `Die ${gateways} Gateways setzen sich selbst zurück, sobald sie sich verbinden, wie spät das auch ist; virtuelle werden freigegeben.`,
    },
  },
};
