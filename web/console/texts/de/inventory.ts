import type { ConsoleTexts } from '../index.ts';

/** German texts of platforms and applications. */
export const inventoryTexts: Pick<ConsoleTexts, 'inventory' | 'platforms' | 'applications'> = {
  inventory: {
    reportNow: 'Jetzt melden lassen',
    asked: (gateways: number, refused: number) =>
      [
        gateways === 0
          ? 'Kein Gateway dieses Kontos ist verbunden.'
          : gateways === 1
            ? 'Ein Gateway wurde um sein Inventar gebeten. Was es meldet, erscheint hier von selbst.'
            : `${gateways} Gateways wurden um ihr Inventar gebeten. Was sie melden, erscheint hier von selbst.`,
        refused > 0 ? `${refused} konnten nicht gefragt werden.` : '',
      ]
        .join(' ')
        .trim(),
    lastReport: 'Letzte Meldung',
    accountName: 'Name des Kontos',
    accountNumber: 'Kontonummer',
    licenceId: 'Lizenz-ID',
    licences: { Unlicensed: 'Ohne Lizenz', Subscription: 'Abonnement', Perpetual: 'Unbefristet' },
  },
  platforms: {
    title: 'Plattformen',
    search: 'Nach Host, Art oder Konto suchen',
    empty: 'Plattformen erscheinen, sobald ein Gateway sein Inventar gemeldet hat.',
    account: 'Konto',
    host: 'Host',
    type: 'Art der Plattform',
    name: 'Name der Plattform',
    applicationTypes: 'Arten von Anwendungen',
    family: 'Systemfamilie',
    licence: 'Lizenz',
    version: 'Version',
    swa: 'SWA-Status',
    id: 'Plattform-ID',
    portal: 'Portal',
    portalNone: 'keines',
    memory: 'Arbeitsspeicher',
    processor: 'Prozessor',
    properties: 'Eigenschaften',
    partitions: 'Partitionen',
    noPartitions: 'Es ist keine Partition bekannt.',
    partitionId: 'ID',
    basePath: 'Basispfad',
    fileSystem: 'Dateisystem',
    capacity: 'Kapazität',
    applications: 'Anwendungen',
    noApplications: 'Auf dieser Plattform ist keine Anwendung bekannt.',
    reported: 'Gemeldet',
    source: 'Quelle',
    stale: 'veraltet',
    staleHint: 'Die Quelle hat zuletzt nicht geantwortet; dies ist der letzte bekannte Wert.',
    property: 'Eigenschaft',
    value: 'Wert',
    until: 'bis',
    noExpiry: 'kein Ablaufdatum',
  },
  applications: {
    title: 'Anwendungen',
    search: 'Nach Plattform, Art oder Version suchen',
    empty: 'Anwendungen erscheinen, sobald ein Gateway sein Inventar gemeldet hat.',
    platform: 'Plattform',
    type: 'Art der Anwendung',
    name: 'Name',
    hasPortal: 'ja',
  },
};
