/** English texts of platforms and applications. */
export const inventoryTexts = {
  inventory: {
    reportNow: 'Report now',
    asked: (gateways: number, refused: number) =>
      [
        gateways === 0
          ? 'No gateway of this account is connected.'
          : gateways === 1
            ? 'One gateway was asked for its inventory. What it tells appears here by itself.'
            : `${gateways} gateways were asked for their inventory. What they tell appears here by itself.`,
        refused > 0 ? `${refused} could not be asked.` : '',
      ]
        .join(' ')
        .trim(),
    lastReport: 'Last report',
    accountName: 'Account name',
    accountNumber: 'Account number',
    licenceId: 'Licence ID',
    licences: { Unlicensed: 'Unlicensed', Subscription: 'Subscription', Perpetual: 'Perpetual' },
  },
  platforms: {
    title: 'Platforms',
    search: 'Search by host, type or account',
    empty: 'Platforms appear when a gateway has reported its inventory.',
    account: 'Account',
    host: 'Host',
    type: 'Platform type',
    name: 'Platform name',
    applicationTypes: 'Application types',
    family: 'System family',
    licence: 'Licence',
    version: 'Version',
    swa: 'SWA status',
    id: 'Platform ID',
    portal: 'Portal',
    portalNone: 'none',
    memory: 'Memory',
    processor: 'Processor',
    properties: 'Properties',
    partitions: 'Partitions',
    noPartitions: 'No partition is known.',
    partitionId: 'ID',
    basePath: 'Base path',
    fileSystem: 'File system type',
    capacity: 'Capacity',
    applications: 'Applications',
    noApplications: 'No application is known on this platform.',
    reported: 'Reported',
    source: 'Source',
    stale: 'stale',
    staleHint: 'The source did not answer last time; this is the last known value.',
    property: 'Property',
    value: 'Value',
    until: 'until',
    noExpiry: 'no expiry date',
  },
  applications: {
    title: 'Applications',
    search: 'Search by platform, type or version',
    empty: 'Applications appear when a gateway has reported its inventory.',
    platform: 'Platform',
    type: 'Application type',
    name: 'Name',
    hasPortal: 'yes',
  },
};
