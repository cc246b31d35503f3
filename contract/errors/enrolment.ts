/** Errors of claiming, identity and certificates. */
export const enrolmentErrors = {
  'enrolment.unknown-code': {
    status: 404,
    cause: 'No gateway is waiting with this code',
    nextStep: 'Compare it with the code on the gateway’s screen; codes end after 15 minutes.',
  },
  'enrolment.too-many-tries': {
    status: 429,
    cause: 'Too many wrong codes',
    nextStep: 'Wait a quarter of an hour, or open the link that the gateway shows.',
  },
  'enrolment.expired': {
    status: 410,
    cause: 'The code has expired',
    nextStep: 'Let the gateway show a new code.',
  },
  'enrolment.owned-elsewhere': {
    status: 409,
    cause: 'This gateway belongs to another account',
    nextStep: 'Release it there first, then claim it again.',
  },
  'enrolment.bad-request': {
    status: 400,
    cause: 'The certificate request is not valid',
    nextStep: 'Reset the gateway’s identity and enrol again; it needs a P-256 key.',
  },
  'enrolment.bad-token': {
    status: 403,
    cause: 'The provisioning token is unknown, used up or expired',
    nextStep: 'Ask the partner for a new token, or claim the gateway with its code.',
  },
  'enrolment.clock-wrong': {
    status: 400,
    cause: 'The gateway’s clock is far from the real time, so certificates cannot be judged',
    nextStep: 'Set the clock or reach a time server (NTP), then try again.',
  },
  'enrolment.no-cloud': {
    status: 409,
    cause: 'The gateway does not know the address of the cloud',
    nextStep: 'Enter the address of the cloud in the gateway’s settings, then try again.',
  },
  'identity.revoked': {
    status: 403,
    cause: 'The certificate of this gateway was revoked',
    nextStep: 'The gateway was released in the console; enrol it again.',
  },
  'identity.expired': {
    status: 403,
    cause: 'The certificate of this gateway has expired',
    nextStep: 'Enrol it again with a new code; its data stays.',
  },
  'identity.required': {
    status: 401,
    cause: 'The connection brought no client certificate',
    nextStep: 'Enrol the gateway; it connects with the certificate that it gets then.',
  },
  'identity.untrusted': {
    status: 403,
    cause: 'The client certificate was not issued by this cloud, or is not that of a gateway',
    nextStep: 'Check which cloud the gateway was enrolled at; enrol it again if it was moved.',
  },
  'identity.damaged': {
    status: 500,
    cause: 'The files that say who this gateway is are damaged',
    nextStep: 'Release the gateway in the console and enrol it again, or restore its identity files from a backup.',
  },
  'identity.mismatch': {
    status: 403,
    cause: 'The MQTT client id or will does not fit the gateway’s certificate',
    nextStep: 'Update the gateway; if it is up to date, it may have been tampered with.',
  },
} as const;
