/** Errors of updates of the gateway itself. */
export const updateErrors = {
  'update.unsupported': {
    status: 422,
    cause: 'This installation cannot update itself',
    nextStep: 'Update the container image instead, or install the gateway with its launcher and two slots.',
  },
  'update.busy': {
    status: 409,
    cause: 'The gateway is at work that an update must not interrupt',
    nextStep: 'Wait until it has ended; a scheduled update tries again at its next time.',
  },
  'update.no-source': {
    status: 422,
    cause: 'There is nowhere to get updates from',
    nextStep: 'Connect the gateway to the cloud, or set update.url in its configuration.',
  },
  'update.no-keys': {
    status: 422,
    cause: 'This gateway trusts no key that signs releases',
    nextStep: 'Install a release that was signed, or add the public key under update.keys in the configuration.',
  },
  'update.none': {
    status: 404,
    cause: 'No release fits this gateway',
    nextStep: 'Put the signed release for its platform into the connector’s releases folder.',
  },
  'update.bad-signature': {
    status: 422,
    cause: 'The release is not signed by a key that this gateway trusts',
    nextStep: 'Sign the release with the right key; do not install it by hand before that is cleared up.',
  },
  'update.bad-manifest': {
    status: 422,
    cause: 'The description of the release is not for this gateway or not of the expected form',
    nextStep: 'Build the release again with “npm run release” for the platform that is named.',
  },
  'update.older': {
    status: 422,
    cause: 'The release is not newer than what runs',
    nextStep: 'Name the version and use force if the gateway is to go back to it.',
  },
  'update.too-old': {
    status: 422,
    cause: 'This gateway is too old for that release',
    nextStep: 'Install the version that is named first, then this one.',
  },
  'update.bad-archive': {
    status: 422,
    cause: 'The archive of the release is not what was signed',
    nextStep: 'Copy the archive to the connector again and compare its SHA-256 with the release’s.',
  },
  'update.unsafe-archive': {
    status: 422,
    cause: 'The archive of the release holds something that is never unpacked',
    nextStep: 'Build the release again; it may hold files and folders below its own root only.',
  },
  'update.download-failed': {
    status: 502,
    cause: 'The release could not be fetched completely',
    nextStep: 'Check the connection; what has arrived is kept, and the next try goes on from there.',
  },
  'update.no-space': {
    status: 507,
    cause: 'There is not enough disk space for the update',
    nextStep: 'Free the space that is named, then start the update again.',
  },
  'update.write-failed': {
    status: 500,
    cause: 'The release could not be written into the free slot',
    nextStep: 'Check the disk, its quota and the rights of the slot folder.',
  },
  'update.incomplete': {
    status: 500,
    cause: 'The slot of the new version was not complete, so it was not started',
    nextStep: 'Start the update again.',
  },
  'update.crashed': {
    status: 500,
    cause: 'The new version ended by itself, so the old one was brought back',
    nextStep: 'Collect the logs of the gateway for the cause; a later release may mend it.',
  },
  'update.hangs': {
    status: 500,
    cause: 'The new version did not answer in time, so the old one was brought back',
    nextStep: 'Collect the logs of the gateway for the cause; a later release may mend it.',
  },
  'update.store-lost': {
    status: 500,
    cause: 'The new version could not read the store, so the old one was brought back',
    nextStep: 'Collect the logs of the gateway; check its disk.',
  },
  'update.wrong-version': {
    status: 500,
    cause: 'Another version than the expected one came up, so the old one was brought back',
    nextStep: 'Build the release again; its archive and its description do not belong together.',
  },
  'update.no-cloud': {
    status: 500,
    cause: 'The new version could not connect to the cloud in time, so the old one was brought back',
    nextStep: 'Look at the gateway’s last connection error; if the cloud was away itself, start the update again.',
  },
  'update.started-twice': {
    status: 500,
    cause: 'The new version was started a second time before it had proven itself, so the old one was brought back',
    nextStep: 'If the power failed meanwhile, start the update again; else collect the logs.',
  },
  'update.unwatched': {
    status: 500,
    cause: 'Nobody watched the new version any more, so the old one was brought back',
    nextStep: 'Start the update again.',
  },
} as const;
