import type { ConsoleTexts } from '../index.ts';

/** German texts of users. */
export const usersTexts: Pick<ConsoleTexts, 'users'> = {
  users: {
    title: 'Benutzer',
    search: 'Nach Name, E-Mail-Adresse oder Nebenstelle suchen',
    empty:
      'Benutzer erscheinen, sobald ein Gateway seine Telefonanlage zum ersten Mal abgeglichen hat oder Sie hier welche anlegen.',
    name: 'Name',
    email: 'E-Mail-Adresse',
    ext: 'Nst.',
    work: 'Geschäftlich',
    mobile: 'Mobil',
    pbx: 'Telefonanlage',
    product: 'Produkt',
    role: 'Rolle',
    roles: { User: 'Benutzer', 'Account Admin': 'Konto-Administrator' },
    status: 'Status',
    statuses: { Active: 'Aktiv', Inactive: 'Inaktiv', 'PBX only': 'Nur in der Telefonanlage' },
    registered: 'Registriert',
    registeredWords: { yes: 'Registriert', no: 'Nicht registriert' },
    property: 'Eigenschaft',
    properties: {
      admins: 'Administratoren',
      users: 'Benutzer',
      registered: 'Registriert',
      unregistered: 'Nicht registriert',
      'pbx-users': 'Benutzer von Telefonanlagen',
      'cloud-users': 'Benutzer nur in der Cloud',
      inactive: 'Inaktiv',
      'pbx-only': 'Nur in der Telefonanlage',
    },
    modified: 'Geändert am (von)',
    bySync: 'durch einen Abgleich',
    by: (name) => `von ${name}`,
    irregularity: 'Auffälligkeit',
    irregularities: {
      'no-email': 'Keine E-Mail-Adresse',
      'email-not-unique': 'E-Mail-Adresse nicht eindeutig',
      'invalid-email': 'E-Mail-Adresse ungültig',
      'duplicate-extension': 'Nebenstelle doppelt vergeben',
    },
    irregularHint: {
      'no-email':
        'Diese Person kann sich nicht registrieren. Tragen Sie hier oder in der Telefonanlage eine Adresse ein.',
      'email-not-unique':
        'Nur eine der Personen mit dieser Adresse kann sich registrieren. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
      'invalid-email':
        'An diese Adresse kann keine E-Mail zugestellt werden. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
      'duplicate-extension':
        'Zwei Personen dieser Telefonanlage haben diese Nebenstelle. Berichtigen Sie sie in der Telefonanlage und gleichen Sie dann ab.',
    },
    locked: (pbx) => `Abgeglichen aus ${pbx}. Änderungen können beim nächsten Abgleich überschrieben werden.`,
    lockedHint:
      'Felder mit einem Schloss kommen aus der Telefonanlage: Ändern Sie sie dort. Was Sie eintragen, wo die Telefonanlage nichts angibt, bleibt, bis sie etwas angibt.',
    lockedField: 'Kommt aus der Telefonanlage',
    firstName: 'Vorname',
    lastName: 'Nachname',
    login: 'Anmeldename',
    phone: 'Telefon',
    department: 'Abteilung',
    key: 'Schlüssel in der Telefonanlage',
    source: 'Herkunft',
    sources: {
      pbx: 'Aus einer Telefonanlage abgeglichen',
      console: 'In der Konsole angelegt',
      import: 'Aus einer Tabelle importiert',
    },
    tabs: { profile: 'Profil', pbx: 'Telefonanlage', history: 'Verlauf' },
    historyEmpty: 'Diesen Benutzer hat hier noch niemand geändert.',
    historyAll: 'Alle Ereignisse zu diesem Benutzer',
    edit: 'Bearbeiten',
    remove: 'Löschen',
    chooseAccount: 'Wählen Sie oben ein Kundenkonto, um Benutzer anzulegen, zu importieren oder zu verwalten.',
    add: 'Neuer Benutzer',
    addAction: 'Benutzer anlegen',
    editOf: (name) => `${name} bearbeiten`,
    save: 'Speichern',
    emailHint: 'Dient der Anmeldung; kein anderer Benutzer des Kontos darf sie haben.',
    mobileCountry: 'Landesvorwahl',
    mobileNumber: 'Mobilnummer',
    wrongValue: 'Dies kann nicht übernommen werden',
    mobileWrong: 'Dies ist keine Nummer des gewählten Landes.',
    admin: 'Konto-Administrator',
    adminHint: 'Darf dieses Kundenkonto verwalten. Ohne dies ist die Person ein einfacher Benutzer.',
    stale: 'Jemand anderes hat diesen Benutzer geändert',
    staleNext:
      'Von Ihren Änderungen wurde nichts gespeichert. Übernehmen Sie die neuesten Werte und ändern Sie dann erneut.',
    reload: 'Neueste Werte anzeigen',
    created: (name) => `${name} wurde angelegt.`,
    saved: (name) => `${name} wurde gespeichert.`,
    more: 'Weitere Aktionen',
    importUsers: 'Benutzer importieren',
    manage: 'Verwalten',
    manageSome: (count) => `Verwalten (${count})`,
    manageAll: 'Ohne Auswahl gilt dies für alle Benutzer, auf die Suche und Filter zutreffen.',
    actions: {
      activate: 'Aktivieren',
      deactivate: 'Deaktivieren',
      delete: 'Löschen',
      welcome: 'Willkommens-E-Mails senden',
      reset: 'Passwörter zurücksetzen',
    },
    exportSelected: 'Auswahl als CSV exportieren',
    effects: {
      activate:
        'Sie können sich wieder anmelden. Von denen, die es nur in der Telefonanlage gab, wird der Teil in der Cloud neu angelegt.',
      deactivate:
        'Sie bleiben in der Liste, können sich aber nicht mehr anmelden; wer angemeldet ist, wird sofort abgemeldet.',
      delete:
        'Benutzer, die es nur in der Cloud gibt, sind endgültig gelöscht. Von Benutzern aus einer Telefonanlage wird nur der Teil in der Cloud gelöscht: Sie bleiben als „Nur in der Telefonanlage“ in der Liste, bis sie dort entfernt werden, und können wieder aktiviert werden.',
      welcome:
        'Alle, die nicht registriert sind, erhalten eine E-Mail mit einem Link, um ein Passwort zu wählen. Benutzer ohne E-Mail-Adresse und inaktive werden ausgelassen.',
      reset:
        'Alle, die registriert sind, erhalten eine E-Mail mit einem Link, um ein neues Passwort zu wählen. Das alte gilt bis dahin.',
    },
    leftOut: 'Sie selbst und Personen mit mehr Rechten als Sie werden ausgelassen.',
    concerned: (count, one) => (one ? 'Dies gilt für einen Benutzer.' : `Dies gilt für ${count} Benutzer.`),
    done: (changed, skipped, left) =>
      skipped === 0
        ? `Für ${changed} Benutzer erledigt.`
        : `Für ${changed} Benutzer erledigt; ${left} wurden ausgelassen oder waren schon wie gewünscht.`,
    mailed: (changed, left) => `E-Mails an ${changed} Benutzer sind unterwegs; ${left} wurden ausgelassen.`,
    welcomeAgain: 'Willkommens-E-Mail senden',
    deleteOf: (name) => `${name} löschen`,
    deleted: (name) => `${name} wurde gelöscht.`,
    none: 'keine',
    yes: 'ja',
    no: 'nein',
  },
};
