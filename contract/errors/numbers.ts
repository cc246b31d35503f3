/** Errors of numbers and locations. */
export const numberErrors = {
  'numbers.overlap': {
    status: 409,
    cause: 'Some of these numbers belong to another entry of this PBX already',
    nextStep: 'Choose a block that does not touch the one that is named, or change that one first.',
  },
  'numbers.from-pbx': {
    status: 409,
    cause: 'This entry is what the PBX tells, so it cannot be changed or deleted here',
    nextStep: 'Change it on the PBX; it is shown here after its numbers are read the next time.',
  },
  'location.name-taken': {
    status: 409,
    cause: 'Another location of this account has the name already',
    nextStep: 'Choose another name.',
  },
  'location.in-use': {
    status: 409,
    cause: 'The location is referenced and cannot be deleted',
    nextStep: 'Remove all references first: take its gateways and numbers to another location.',
  },
} as const;
