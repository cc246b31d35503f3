/** English texts of accounts. */
export const accountsTexts = {
  accounts: {
    title: 'Accounts',
    add: 'Add account',
    edit: 'Edit',
    editOf: (name: string) => `Edit ${name}`,
    search: 'Search by name',
    empty: 'Add the first customer account. Gateways and users belong to one.',
    name: 'Name',
    country: 'Country',
    countryHint: 'Two letters, such as DE. Numbers without a country code are read as this country’s.',
    status: 'Status',
    policy: 'Phone numbers',
    policyLabel: 'Phone numbers that go to the cloud',
    policies: { All: 'All (work and mobile)', Work: 'Work only', Mobile: 'Mobile only', None: 'None' },
    guard: 'Removal guard',
    guardPercent: 'Hold a sync that would remove more than this share of users (percent)',
    guardUsers: 'Hold a sync that would remove more than this many users',
    guardShort: (percent: number, users: string) => `${percent} % or ${users}`,
    gateways: 'Gateways',
    users: 'Users',
    created: 'Created',
    id: 'Account ID',
    save: 'Save',
    stale: 'Somebody else changed this account while you were editing',
    staleNext: 'Nothing was saved. Take over the newest values, make your change again, and save.',
    reload: 'Take over the newest values',
    actions: 'Actions',
    life: {
      of: (action: string, name: string) => `${action} ${name}`,
      deactivate: {
        action: 'Deactivate',
        effect:
          'Its people can no longer sign in, and nothing in it can be changed. Its gateways stay connected and go on reporting.',
      },
      reactivate: { action: 'Reactivate', effect: 'Its people can sign in again, and it can be changed again.' },
      delete: {
        action: 'Delete',
        effect:
          'The account and all of its data go for good: users, inventory, commands, files and history. This cannot be taken back.',
      },
      gateways: (gateways: number) =>
        gateways === 1
          ? 'Its gateway resets itself as soon as it connects, however late; a virtual one is released.'
          : `Its ${gateways} gateways reset themselves as soon as they connect, however late; virtual ones are released.`,
    },
  },
};
