/** Errors of support bundles and of files on their way to the cloud. */
export const uploadErrors = {
  'bundle.no-journal': {
    status: 422,
    cause: 'This gateway has no journal of systemd',
    nextStep: 'Collect the daemon’s own log, or a support bundle.',
  },
  'bundle.no-room': {
    status: 507,
    cause: 'The gateway has too little free disk space to collect anything',
    nextStep: 'Free space on the gateway’s disk, then collect again.',
  },
  'bundle.unwritable': {
    status: 500,
    cause: 'The collected files could not be written on the gateway',
    nextStep: 'Check the disk of the gateway and the rights of its state folder, then collect again.',
  },
  'upload.not-expected': {
    status: 403,
    cause: 'No running command of this gateway waits for a file',
    nextStep: 'Issue the command again if the file is still wanted.',
  },
  'upload.wrong-offset': {
    status: 409,
    cause: 'The part does not begin where the file on the disk of the cloud ends',
    nextStep: 'Go on at the offset of the answer.',
  },
  'upload.complete': {
    status: 409,
    cause: 'The file of this command has arrived already',
    nextStep: 'Download it in the console; issue a new command for another file.',
  },
  'upload.superseded': {
    status: 409,
    cause: 'A newer connection has taken over this upload',
    nextStep: 'Nothing has to be done: the newer connection goes on.',
  },
  'upload.damaged': {
    status: 422,
    cause: 'What arrived is not what the gateway sent: the checksums differ',
    nextStep: 'The gateway sends it again; if it happens often, look at the disks of both ends.',
  },
  'upload.no-room': {
    status: 507,
    cause: 'The cloud has no room for this file',
    nextStep: 'Delete collected files of the account, or give the connector more disk space, then collect again.',
  },
  'upload.gone': {
    status: 410,
    cause: 'The file is not on the disk any more',
    nextStep: 'Collect the logs again.',
  },
} as const;
