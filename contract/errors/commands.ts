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
  'command.canceled': {
    status: 409,
    cause: 'The command was canceled',
    nextStep: 'Issue it again if it is still wanted.',
  },
  'command.looping': {
    status: 500,
    cause: 'The gateway’s process ended again and again while it carried out this command',
    nextStep: 'Collect the logs of the gateway and look for why it ends before you issue the command again.',
  },
  'command.busy': {
    status: 409,
    cause: 'The gateway is in the middle of something that must not be cut off',
    nextStep: 'Wait until that has ended and issue the command again; who has the right to force can force it.',
  },
  'command.not-rebooted': {
    status: 500,
    cause: 'The machine did not restart: its kernel still runs since before the command',
    nextStep:
      'Check that the gateway may run its reboot program (DEMARC_REBOOT_PROGRAM), then issue the command again.',
  },
  'command.not-restarted': {
    status: 500,
    cause: 'The gateway’s process did not start anew',
    nextStep: 'Look at the log of the gateway for why it could not stop, then issue the command again.',
  },
  'command.reboot-failed': {
    status: 500,
    cause: 'The program that reboots the machine failed',
    nextStep: 'Read the detail; correct DEMARC_REBOOT_PROGRAM or the rights of the daemon’s user on the machine.',
  },
  'command.already-sent': {
    status: 409,
    cause: 'The gateway has the command already, so it cannot be withdrawn',
    nextStep: 'Wait for its result; it ends at its deadline at the latest.',
  },
  'command.expired': {
    status: 422,
    cause: 'The gateway was not connected before the time for this command ended',
    nextStep:
      'See on the gateway’s page why it is offline; issue the command again with more time if it is still wanted.',
  },
  'command.unanswered': {
    status: 422,
    cause: 'The gateway has not told the end of the command in time',
    nextStep: 'See on the gateway’s page whether it is online and what it reports before you issue the command again.',
  },
  'command.gateway-released': {
    status: 409,
    cause: 'The gateway has been released and belongs to no account any more',
    nextStep: 'Enrol it again before you issue commands to it.',
  },
  'command.final': {
    status: 409,
    cause: 'The command has ended already',
    nextStep: 'Look at its result; issue a new command if you need one.',
  },
} as const;
