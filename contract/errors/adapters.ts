/** Errors of reading PBXs, directories and files. */
export const adapterErrors = {
  'pbx.unreachable': {
    status: 502,
    cause: 'The PBX or directory cannot be reached',
    nextStep: 'Check address and port, and that the gateway’s network may reach it.',
  },
  'pbx.timeout': {
    status: 504,
    cause: 'The PBX or directory did not answer in time',
    nextStep: 'Check whether it is busy or restarting; the next run tries again.',
  },
  'pbx.bad-credentials': {
    status: 502,
    cause: 'The PBX or directory refused the user name or password',
    nextStep: 'Enter the right password. After two refusals Demarc stops by itself, so that the account is not locked.',
  },
  'pbx.login-stopped': {
    status: 502,
    cause: 'Log-in was refused twice, so Demarc does not try again with this password',
    nextStep: 'Enter the right password; that lifts the stop.',
  },
  'pbx.not-supported': {
    status: 422,
    cause: 'This PBX type cannot do that',
    nextStep: 'See the table of what each PBX type gives in the README.',
  },
  'pbx.tls-untrusted': {
    status: 502,
    cause: 'The certificate of the PBX or directory is not trusted',
    nextStep: 'Give the CA certificate that signed it in the PBX’s settings.',
  },
} as const;
