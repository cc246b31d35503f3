/** Errors of the panel of integrations. */
export const integrationErrors = {
  'integration.needs-gateway': {
    status: 409,
    cause: 'This integration needs a Demarc gateway, and the account has none yet',
    nextStep: 'Add the Demarc gateway first.',
  },
  'integration.in-use': {
    status: 409,
    cause: 'The integration is set up, so it cannot be taken off the list',
    nextStep: 'Switch it off and delete it in its row first.',
  },
} as const;
