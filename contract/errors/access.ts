/** Errors of people, roles, tokens and of signing in by a provider. */
export const accessErrors = {
  'api.person-only': {
    status: 403,
    cause: 'This is for people who are signed in, not for a token',
    nextStep: 'Sign in to the console and do it there.',
  },
  'role.name-taken': {
    status: 409,
    cause: 'There is a role with this name already',
    nextStep: 'Choose another name.',
  },
  'role.in-use': {
    status: 409,
    cause: 'People still hold this role',
    nextStep: 'Give them another role first; who they are stands on the page of the people of each account.',
  },
  'role.too-many': {
    status: 409,
    cause: 'There are as many custom roles as there can be',
    nextStep: 'Delete roles that nobody needs any more.',
  },
  'role.not-for-accounts': {
    status: 409,
    cause: 'A role with the base Partner cannot go to a customer account',
    nextStep: 'Make a role with the base Account Admin and assign that.',
  },
  'role.not-givable': {
    status: 403,
    cause: 'You cannot give this role here: it does not belong here, or it grants more than you hold yourself',
    nextStep: 'Choose another role, or ask somebody who holds it.',
  },
  'person.email-taken': {
    status: 409,
    cause: 'Somebody who does not belong to you signs in with this e-mail address',
    nextStep: 'Use another address of this person.',
  },
  'person.already-here': {
    status: 409,
    cause: 'This person is here already',
    nextStep: 'Change the role of the existing entry instead.',
  },
  'person.yourself': {
    status: 409,
    cause: 'Nobody can change the own role, or disable or remove themselves',
    nextStep: 'Ask another admin. Name, language and password are on your profile page.',
  },
  'person.not-yours': {
    status: 403,
    cause: 'This person belongs to other accounts, too, or holds rights that you do not hold',
    nextStep: 'Ask the partner who looks after the account.',
  },
  'person.no-password': {
    status: 409,
    cause: 'You have no password here: you sign in by your organisation',
    nextStep: 'Change it there, or ask an admin for a link to set one here.',
  },
  'person.wrong-password': {
    status: 403,
    cause: 'The current password is wrong',
    nextStep: 'Type the password that you sign in with now.',
  },
  'person.link-used': {
    status: 410,
    cause: 'This link was used, replaced or has expired',
    nextStep: 'Ask the person who invited you for a new one.',
  },
  'person.not-a-manager': {
    status: 409,
    cause: 'Accounts can be assigned to account managers only',
    nextStep: 'Convert this person to an account manager first.',
  },
  'token.too-many': {
    status: 409,
    cause: 'There are as many tokens here as there can be',
    nextStep: 'Revoke tokens that nothing uses any more.',
  },
  'oidc.issuer-not-safe': {
    status: 400,
    cause: 'The address of the provider must begin with https://',
    nextStep: 'Enter the issuer as the provider names it. Plain http is taken for this machine alone.',
  },
  'oidc.every-right': {
    status: 403,
    cause: 'Whoever sets the sign-in provider decides who everybody is: that takes every right of the partner',
    nextStep: 'Ask somebody with the role Partner.',
  },
  'oidc.unreachable': {
    status: 409,
    cause: 'The sign-in provider does not answer',
    nextStep: 'Check the issuer’s address, and that the connector may reach it over the network; then try again.',
  },
  'oidc.not-a-provider': {
    status: 409,
    cause: 'What answers at this address is not the OpenID provider with this issuer',
    nextStep: 'Enter the issuer exactly as the provider names it, up to a slash at its end.',
  },
  'oidc.not-set-up': {
    status: 404,
    cause: 'This way to sign in is not there any more',
    nextStep: 'Sign in with your e-mail address and password, or ask an admin.',
  },
  'oidc.flow-gone': {
    status: 410,
    cause: 'This sign-in took too long, was finished already, or was begun in another browser',
    nextStep: 'Begin again on the sign-in page.',
  },
  'oidc.refused': {
    status: 403,
    cause: 'The sign-in provider refused',
    nextStep: 'Try again; if it stays so, give an admin what the provider said.',
  },
  'oidc.answer-invalid': {
    status: 403,
    cause: 'The sign-in provider’s answer could not be proven',
    nextStep: 'Try again; if it stays so, an admin checks client id and secret, and the clock of the connector.',
  },
  'oidc.email-missing': {
    status: 403,
    cause: 'The sign-in provider did not tell your e-mail address',
    nextStep: 'An admin of the provider must allow the scope email for Demarc.',
  },
  'oidc.email-not-verified': {
    status: 403,
    cause: 'The sign-in provider does not vouch for your e-mail address',
    nextStep: 'Have the address verified there; then sign in again.',
  },
  'oidc.nobody': {
    status: 403,
    cause: 'Nobody here has the e-mail address that the sign-in provider told',
    nextStep: 'Ask an admin of your account to invite you with that address.',
  },
  'oidc.person-disabled': {
    status: 403,
    cause: 'You cannot sign in here at the moment',
    nextStep: 'Ask an admin of your account to enable you.',
  },
  'oidc.other-identity': {
    status: 403,
    cause: 'Somebody else at the sign-in provider had this e-mail address before and is linked with it here',
    nextStep: 'An admin removes the person here and invites them again.',
  },
} as const;
