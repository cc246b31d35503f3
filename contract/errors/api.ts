/** Errors of the connector's API. */
export const apiErrors = {
  internal: {
    status: 500,
    cause: 'Something failed that we did not foresee',
    nextStep: 'Try again; if it happens again, give support the request id or the log.',
  },
  'api.invalid': {
    status: 400,
    cause: 'The request does not have the expected form',
    nextStep: 'Correct the field that is named and send it again.',
  },
  'api.not-signed-in': { status: 401, cause: 'You are not signed in', nextStep: 'Sign in and try again.' },
  'api.bad-credentials': {
    status: 401,
    cause: 'The e-mail address or the password is wrong',
    nextStep: 'Check both; ask an admin for a new link if you have forgotten the password.',
  },
  'api.forbidden': {
    status: 403,
    cause: 'Your role does not allow this',
    nextStep: 'Ask an admin of the account to give you the right that is named.',
  },
  'api.csrf': {
    status: 403,
    cause: 'The request did not come from the console',
    nextStep: 'Reload the page and try again.',
  },
  'api.not-found': {
    status: 404,
    cause: 'There is nothing with this id that you may see',
    nextStep: 'Go back to the list and open it from there.',
  },
  'api.conflict': {
    status: 409,
    cause: 'This clashes with what is there already',
    nextStep: 'Reload to see what is there, then decide again.',
  },
  'api.stale': {
    status: 412,
    cause: 'Somebody else changed this in the meantime',
    nextStep: 'Reload to see the change, then make yours again.',
  },
  'api.precondition-required': {
    status: 428,
    cause: 'The change does not say which version it is based on',
    nextStep: 'Send If-Match with the ETag that you read.',
  },
  'api.idempotency-mismatch': {
    status: 422,
    cause: 'This Idempotency-Key was used before with another request',
    nextStep: 'Use a new key for a new request.',
  },
  'api.too-many-requests': {
    status: 429,
    cause: 'Too many requests in a short time',
    nextStep: 'Wait for the time that Retry-After says.',
  },
  'api.too-large': {
    status: 413,
    cause: 'The request is larger than is taken',
    nextStep: 'Send less at a time.',
  },
  'api.media-type': {
    status: 415,
    cause: 'The body is not of a kind that this address takes',
    nextStep: 'Send JSON with Content-Type application/json.',
  },
  'api.unavailable': {
    status: 503,
    cause: 'The connector cannot do this at the moment',
    nextStep: 'Try again in a moment; if it stays so, look at free disk space and the log of the connector.',
  },
  'api.sign-in-link-used': {
    status: 410,
    cause: 'This sign-in link was used or has expired',
    nextStep: 'Sign in with your e-mail address and password, or make a new link where you are signed in.',
  },
  'api.setup-done': {
    status: 410,
    cause: 'This set-up link was used or has expired',
    nextStep: 'Sign in, or restart the connector to print a new link if nobody has an account yet.',
  },
} as const;
