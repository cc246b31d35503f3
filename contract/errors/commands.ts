/** Errors of commands, on the gateway and in the cloud. */
export const commandErrors = {
  'command.not-supported': {
    status: 422,
    cause: 'This gateway does not support the command',
    nextStep: 'Update the gateway, or use a command that its page offers.',
  },
  'command.invalid-arguments': {
    status: 400,
    cause: 'The arguments of the command do not have the expected form',
    nextStep: 'Correct the field that is named and issue the command again.',
  },
  'command.deadline-passed': {
    status: 422,
    cause: 'The time for this command had passed',
    nextStep: 'Issue it again if it is still wanted.',
  },
  'command.interrupted': {
    status: 500,
    cause: 'The gateway stopped while the command ran',
    nextStep: 'Look at the events of the gateway, then issue the command again.',
  },
  'command.already-sent': {
    status: 409,
    cause: 'The gateway has the command already, so it cannot be withdrawn',
    nextStep: 'Wait for its result; it ends at its deadline at the latest.',
  },
  'command.final': {
    status: 409,
    cause: 'The command has ended already',
    nextStep: 'Look at its result; issue a new command if you need one.',
  },
} as const;
