/** Errors of telling people about alerts: as they stand at a contact or a webhook and in the answer to a test. */
export const alertErrors = {
  'alert.mail-not-set-up': {
    status: 409,
    cause: 'E-mail is not set up on this connector',
    nextStep: 'The operator sets DEMARC_SMTP_URL and DEMARC_SMTP_FROM and restarts the connector.',
  },
  'alert.mail-unreachable': {
    status: 502,
    cause: 'The mail server cannot be reached',
    nextStep: 'Check that it runs, and its host name and port in DEMARC_SMTP_URL. The mail is tried again for a day.',
  },
  'alert.mail-tls': {
    status: 502,
    cause: 'The mail server cannot be spoken to safely',
    nextStep:
      'Check its certificate, and whether DEMARC_SMTP_URL should say smtps:// (port 465) or smtp:// (port 587).',
  },
  'alert.mail-login': {
    status: 502,
    cause: 'The mail server refused the log-in',
    nextStep: 'Correct the user name and the password in DEMARC_SMTP_URL and restart the connector.',
  },
  'alert.mail-later': {
    status: 502,
    cause: 'The mail server did not take the mail for now',
    nextStep:
      'Nothing has to be done: the mail is tried again for a day. If it stays so, show its answer to its operator.',
  },
  'alert.mail-refused': {
    status: 502,
    cause: 'The mail server refused the mail for good',
    nextStep: 'Check the address of this contact, and with the mail server’s operator whether the sender is allowed.',
  },
  'alert.webhook-address': {
    status: 400,
    cause: 'The address of a webhook must begin with https:// and hold no password',
    nextStep: 'Give the https address that the receiver names; its secret goes by the signature.',
  },
  'alert.webhook-private': {
    status: 400,
    cause: 'The webhook leads into a private network',
    nextStep: 'Use an address on the Internet, or let the operator allow it with DEMARC_WEBHOOK_PRIVATE=allow.',
  },
  'alert.webhook-unreachable': {
    status: 502,
    cause: 'The webhook’s receiver cannot be reached',
    nextStep: 'Check its address and that it runs. The message is tried again for a day.',
  },
  'alert.webhook-tls': {
    status: 502,
    cause: 'The certificate of the webhook’s receiver is not trusted',
    nextStep: 'Renew it, or use one of a public CA for the name in the address.',
  },
  'alert.webhook-timeout': {
    status: 504,
    cause: 'The webhook’s receiver did not answer in time',
    nextStep: 'Let it answer within ten seconds, before it does the work. The message is tried again for a day.',
  },
  'alert.webhook-redirect': {
    status: 502,
    cause: 'The webhook’s receiver leads to another address, which is not followed',
    nextStep: 'Enter the address that it leads to.',
  },
  'alert.webhook-refused': {
    status: 502,
    cause: 'The webhook’s receiver did not take the message',
    nextStep: 'Look at what it says about the status that is named. The message is tried again for a day.',
  },
  'alert.too-many': {
    status: 409,
    cause: 'There are as many contacts or webhooks as are allowed',
    nextStep: 'Delete one that is not needed any more.',
  },
} as const;
