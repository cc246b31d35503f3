/** Errors of settings, files and the process's start. */
export const configErrors = {
  'config.invalid': {
    status: 500,
    cause: 'The configuration has a field that is not as expected',
    nextStep: 'Correct the field that is named; the last good configuration stays in force.',
  },
  'config.unreadable': {
    status: 500,
    cause: 'A file could not be read',
    nextStep: 'Check that the file exists and that the service may read it.',
  },
  'config.unwritable': {
    status: 500,
    cause: 'A file could not be written',
    nextStep: 'Check free disk space and the rights of the folder.',
  },
  'config.port-taken': {
    status: 500,
    cause: 'The port cannot be opened',
    nextStep: 'Stop the program that uses it, choose another port, or give the service the right to it.',
  },
  'secret.unreadable': {
    status: 500,
    cause: 'A stored secret cannot be decrypted with this device’s key',
    nextStep: 'Enter the password again; it was stored on another device or its key was lost.',
  },
  'store.locked': {
    status: 500,
    cause: 'Another process has the store open',
    nextStep: 'Stop the other process; only one daemon may run per state folder.',
  },
  'store.full': {
    status: 507,
    cause: 'The disk is full',
    nextStep: 'Free some space; what was accepted before is kept.',
  },
  'store.unreachable': {
    status: 503,
    cause: 'The database cannot be reached',
    nextStep: 'Check that PostgreSQL runs and that its address, user and password in DEMARC_STORE are right.',
  },
  'store.damaged': {
    status: 500,
    cause: 'The store on the disk is damaged',
    nextStep:
      'Restart the gateway: it repairs the store and reads again what is missing. Check the disk if it returns.',
  },
} as const;
