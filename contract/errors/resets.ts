/** Errors of resets, releases and of accounts that are switched off. */
export const resetErrors = {
  'reset.not-claimed': {
    status: 409,
    cause: 'This gateway belongs to no account, so there is nothing to release',
    nextStep: 'Enrol it with demarc link, or erase it with demarc reset.',
  },
  'account.deactivated': {
    status: 409,
    cause: 'This account is deactivated: it can be looked at, not changed',
    nextStep: 'Reactivate the account first.',
  },
  'account.switched-off': {
    status: 403,
    cause: 'The account is deactivated, so its people cannot sign in',
    nextStep: 'Ask the partner who looks after the account to reactivate it.',
  },
} as const;
