/** Errors of users that people add and change (USR). */
export const userErrors = {
  'user.in-use': {
    status: 409,
    cause: 'One or more of the attribute values are already in use',
    nextStep: 'Take another e-mail address: a user of this account has this one.',
  },
  'user.locked': {
    status: 409,
    cause: 'This field comes from the PBX and cannot be changed here',
    nextStep: 'Change it on the PBX; the next sync brings it here.',
  },
  'user.partner': {
    status: 409,
    cause: 'A partner cannot be deleted or made inactive as a user of a customer account',
    nextStep: 'Change the person on the page of the partner’s own people.',
  },
  'user.yourself': {
    status: 409,
    cause: 'This is your own user: you would lock yourself out',
    nextStep: 'Ask another admin of the account to do it.',
  },
  'user.no-mail': {
    status: 409,
    cause: 'Demarc has no mail server, so that no mail can be sent to users',
    nextStep: 'Ask the operator to set up a mail server; a link for one person can be made on the page of people.',
  },
  'user.elsewhere': {
    status: 409,
    cause: 'This person also belongs to other accounts, where the address is used to sign in',
    nextStep: 'Ask the partner to change the address of the person.',
  },
} as const;
