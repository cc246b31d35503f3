/** Errors of the site's network settings. */
export const networkErrors = {
  'network.not-supported': {
    status: 501,
    cause: 'The network of this host cannot be set from here',
    nextStep: 'Set it with the tools of the host; Demarc does it only where systemd-networkd has the port.',
  },
  'network.invalid': {
    status: 400,
    cause: 'The network settings do not fit together',
    nextStep: 'Correct what is named; nothing was changed.',
  },
  'network.unknown-port': {
    status: 404,
    cause: 'This host has no network port of that name',
    nextStep: 'See demarc network show for the ports that there are.',
  },
  'network.pending': {
    status: 409,
    cause: 'Changed network settings are waiting to be confirmed',
    nextStep: 'Confirm them through the new address, or wait until they are taken back by themselves.',
  },
  'network.nothing-pending': {
    status: 409,
    cause: 'No changed network settings are waiting to be confirmed',
    nextStep: 'They were confirmed or taken back already; see demarc network show.',
  },
  'network.wrong-way': {
    status: 409,
    cause: 'The confirmation did not come through the new address, so it proves nothing',
    nextStep: 'Open the local pages, or run demarc network confirm, on the new address of the port.',
  },
  'network.failed': {
    status: 500,
    cause: 'The network settings could not be put in force; the earlier ones are in force again',
    nextStep: 'Read the detail; networkctl status on the host says more.',
  },
} as const;
