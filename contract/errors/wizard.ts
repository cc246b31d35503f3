/** Errors of the gateway's local pages: getting in, and the steps of the set-up. */
export const wizardErrors = {
  'wizard.signed-out': {
    status: 401,
    cause: 'You are not signed in to this gateway, or no longer',
    nextStep: 'Sign in again; what was saved is kept.',
  },
  'wizard.no-secret': {
    status: 404,
    cause: 'There is no set-up secret any more: the set-up is complete',
    nextStep: 'Run demarc setup-secret --new for one that lets in once.',
  },
  'wizard.wrong-secret': {
    status: 401,
    cause: 'The set-up secret is not right',
    nextStep:
      'Read it again on the gateway’s console, or run demarc setup-secret there; it ends when the set-up is complete.',
  },
  'wizard.wrong-password': {
    status: 401,
    cause: 'The password is not right',
    nextStep: 'Enter it again, or run demarc setup-secret --new on the gateway to get in without it.',
  },
  'wizard.too-many': {
    status: 429,
    cause: 'Too many wrong tries',
    nextStep: 'Wait as long as is said, then try again.',
  },
  'wizard.foreign-origin': {
    status: 403,
    cause: 'The request did not come from this gateway’s own pages',
    nextStep: 'Open the gateway’s address in the browser and do it there.',
  },
  'wizard.foreign-host': {
    status: 421,
    cause: 'This gateway does not go by that name',
    nextStep:
      'Open it by its address or by the name that demarc status shows; other names are set with DEMARC_WEB_NAMES.',
  },
  'wizard.token-only': {
    status: 403,
    cause: 'This is done on the gateway itself, not in a browser',
    nextStep: 'Run the demarc command on the gateway.',
  },
  'wizard.changed': {
    status: 409,
    cause: 'Somebody changed the set-up meanwhile, in another browser',
    nextStep: 'Look at what is there now, and make your change again if it is still needed.',
  },
  'wizard.incomplete': {
    status: 409,
    cause: 'The set-up cannot be completed yet',
    nextStep: 'Finish the steps that are named.',
  },
  'wizard.no-pages': {
    status: 503,
    cause: 'The pages of this gateway are not installed',
    nextStep: 'Install the whole release; from the sources run npm run build first.',
  },
} as const;
