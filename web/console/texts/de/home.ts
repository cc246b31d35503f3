import type { ConsoleTexts } from '../index.ts';

/** German texts of the home page. */
export const homeTexts: Pick<ConsoleTexts, 'home'> = {
  home: {
    title: 'Startseite',
    first: 'Braucht Sie zuerst',
    nothing: 'Nichts braucht Sie. Alle Gateways sind online, und die letzten Abgleiche waren erfolgreich.',
    loading: 'Wird nachgesehen …',
    held: 'Benutzer würden entfernt. Entscheiden Sie, was geschieht.',
    failed: 'Der Abgleich ist fehlgeschlagen.',
    partial: 'Einige Datensätze konnten nicht übernommen werden.',
    offline:
      'Das Gateway ist offline. Die Daten vor Ort bleiben erhalten und werden gesendet, sobald es wieder verbunden ist.',
    stale: 'Verbunden, aber seit einiger Zeit ohne Neuigkeiten.',
    neverConnected: 'Hinzugefügt, aber noch nie verbunden.',
    decide: 'Entscheiden',
    open: 'Öffnen',
    counts: 'Auf einen Blick',
    users: 'Benutzer',
    gateways: 'Gateways',
    platforms: 'Plattformen',
    applications: 'Anwendungen',
    irregular: 'Benutzer mit Auffälligkeiten',
    irregularNone: 'Keine Auffälligkeiten.',
    gatewaysNone: 'Noch kein Gateway. Fügen Sie eines mit dem Code hinzu, den sein Einrichtungsassistent zeigt.',
  },
};
