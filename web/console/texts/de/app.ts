import type { ConsoleTexts } from '../index.ts';

/** German texts of the frame around every page. */
export const appTexts: Pick<ConsoleTexts, 'app' | 'nav' | 'list'> = {
  app: {
    name: 'Demarc',
    skip: 'Zum Inhalt springen',
    navigation: 'Hauptnavigation',
    openNavigation: 'Navigation öffnen',
    closeNavigation: 'Navigation schließen',
    signOut: 'Abmelden',
    account: 'Konto',
    allAccounts: 'Alle Konten',
    searchAccounts: 'Konten suchen',
    noAccount: 'Kein Konto hat dies in seinem Namen.',
    personMenu: (name) => `Angemeldet als ${name}`,
    notFound: 'Diese Seite gibt es nicht',
    notFoundNext: 'Wählen Sie eine Seite in der Navigation.',
    back: 'Zurück',
    broken: 'Diese Seite konnte nicht angezeigt werden',
    noRight: 'Ihre Rolle erlaubt das nicht. Wenden Sie sich an einen Administrator des Kontos.',
  },
  nav: {
    home: 'Startseite',
    gateways: 'Gateways',
    users: 'Benutzer',
    syncRuns: 'Abgleiche',
    platforms: 'Plattformen',
    applications: 'Anwendungen',
    trunks: 'SIP-Trunks',
    events: 'Ereignisverlauf',
    alerts: 'Alarme',
    alertSettings: 'Alarmeinstellungen',
    commands: 'Befehle',
    accounts: 'Konten',
  },
  list: {
    csv: 'CSV exportieren',
    close: 'Details schließen',
    detailsTitle: 'Details',
    notInList: 'Dieser Eintrag ist nicht unter den geladenen Zeilen. Entfernen Sie Filter oder laden Sie mehr.',
  },
};
