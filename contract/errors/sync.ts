/** Errors of a user sync. */
export const syncErrors = {
  'sync.empty': {
    status: 422,
    cause: 'The PBX returned no users at all',
    nextStep: 'Nothing was removed. Check the search base and the rights of the account that reads.',
  },
  'sync.held': {
    status: 422,
    cause: 'The run would remove more users than the limit allows',
    nextStep: 'Look at the list and confirm the removal, or reject it to keep the users.',
  },
  'sync.busy': {
    status: 409,
    cause: 'A sync of this PBX is running already',
    nextStep: 'Wait for it to end; its result will be shown.',
  },
  'sync.unknown-hold': {
    status: 409,
    cause: 'This held run is not the current one any more',
    nextStep: 'Look at the latest held run of this PBX and decide about that one.',
  },
  'sync.unknown-pbx': {
    status: 404,
    cause: 'The gateway has no PBX with this id',
    nextStep: 'Reload the gateway’s page; the PBX may have been removed on site.',
  },
  'sync.kept': {
    status: 409,
    cause: 'Users who are not in the PBX any more are kept, as a person decided',
    nextStep: 'Nothing needs to be done. Put them back into the PBX, and they are ordinary users again.',
  },
  'sync.deadline': {
    status: 504,
    cause: 'The sync took longer than it may',
    nextStep: 'Nothing was changed. Check whether the PBX answers slowly; the next run tries again.',
  },
  'sync.canceled': {
    status: 409,
    cause: 'The sync was stopped before it ended',
    nextStep: 'Nothing was changed; the next run starts afresh.',
  },
} as const;
