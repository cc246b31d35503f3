/** Errors of SIP trunks: planning, setting, proving and watching them. */
export const trunkErrors = {
  'trunk.incomplete': {
    status: 422,
    cause: 'The trunk lacks a value that is needed to set it on the PBX',
    nextStep: 'Fill in the field that is named and try again.',
  },
  'trunk.unsafe-value': {
    status: 422,
    cause: 'A value of the trunk holds characters that must not stand in a command of the PBX',
    nextStep: 'Use letters, digits and . _ - @ : + in the field that is named, or set the trunk by the worksheet.',
  },
  'trunk.name-taken': {
    status: 409,
    cause: 'Another trunk of this account has the name already',
    nextStep: 'Choose another name.',
  },
  'trunk.too-many': {
    status: 409,
    cause: 'The gateway has as many trunks as it can have',
    nextStep: 'Delete trunks that are not used any more, or use another gateway.',
  },
} as const;
