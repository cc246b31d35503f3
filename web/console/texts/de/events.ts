import type { ConsoleTexts } from '../index.ts';

/** German texts of the event history. */
export const eventsTexts: Pick<ConsoleTexts, 'events'> = {
  events: {
    title: 'Ereignisverlauf',
    search: 'Ereignisse suchen',
    empty: 'Keine Ereignisse gefunden',
    id: 'Ereignisnummer',
    actorName: 'Name des Handelnden',
    actorId: 'Kennung des Handelnden',
    action: 'Aktion',
    asset: 'Gegenstand',
    date: 'Zeitpunkt',
    type: 'Art des Ereignisses',
    properties: 'Geänderte Eigenschaften',
    core: 'Kerndaten',
    tags: 'Schlagwörter',
    extra: 'Weitere Daten',
    severity: 'Schweregrad',
    result: 'Ergebnis',
    message: 'Nachricht',
    requestId: 'Anfragenummer',
    event: 'Ereignis',
    before: 'Vorher',
    after: 'Nachher',
    noProperties: 'Es wurde keine Eigenschaft geändert.',
    noTags: 'Keine Schlagwörter.',
    noExtra: 'Keine weiteren Daten.',
    copyTab: 'diesen Reiter',
    exportSelected: (chosen) => `Exportieren (${chosen})`,
    exportOne: 'Ereignis exportieren',
  },
};
