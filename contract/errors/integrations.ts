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
  'pbx.on-gateway': {
    status: 409,
    cause: 'A gateway has this PBX and would bring it back',
    nextStep: 'Delete it in the row of its integration, or on the pages of the gateway at the site.',
  },
  'pbx.left-behind': {
    status: 409,
    cause: 'No gateway has this PBX any more; its users and numbers are kept as they were',
    nextStep: 'Connect it again on the pages of a gateway, or delete it here with its users and numbers.',
  },
} as const;
