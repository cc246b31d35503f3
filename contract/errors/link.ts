/** Errors on the way between gateway and cloud. */
export const linkErrors = {
  'link.dns': {
    status: 502,
    cause: 'The name of the cloud cannot be resolved',
    nextStep: 'Check the DNS servers of the gateway and the spelling of the cloud’s address.',
  },
  'link.unreachable': {
    status: 502,
    cause: 'The cloud cannot be reached',
    nextStep: 'Allow outgoing TCP to the cloud’s address and port in the firewall.',
  },
  'link.tls': {
    status: 502,
    cause: 'The TLS connection to the cloud failed',
    nextStep: 'Check the clock, and whether a firewall opens TLS connections on the way.',
  },
  'link.proxy-auth': {
    status: 502,
    cause: 'The web proxy asks for a user name and password',
    nextStep: 'Enter the proxy’s user name and password in the gateway’s settings.',
  },
  'link.proxy': {
    status: 502,
    cause: 'The web proxy refused the connection',
    nextStep: 'Let the proxy allow CONNECT to the cloud’s address and port.',
  },
  'link.refused': {
    status: 502,
    cause: 'The cloud refused the connection',
    nextStep: 'Read the detail; the gateway tries again by itself.',
  },
  'link.message-too-large': {
    status: 413,
    cause: 'A message is larger than the connection allows',
    nextStep: 'Nothing is lost: the record is set aside and counted. Give support the log.',
  },
  'link.unknown-kind': {
    status: 422,
    cause: 'A message of a kind that this version does not know',
    nextStep: 'Update the connector; the message is kept in quarantine.',
  },
  'link.malformed': {
    status: 422,
    cause: 'A message that does not have the agreed form',
    nextStep: 'The message is kept in quarantine; give support its number.',
  },
  'link.not-stored': {
    status: 503,
    cause: 'The cloud could not store what the gateways sent',
    nextStep: 'Look at the disk and the log of the connector; the gateways keep their records and send them again.',
  },
  'link.overloaded': {
    status: 503,
    cause: 'More messages are waiting to be stored than the connector allows',
    nextStep: 'The gateways send them again by themselves; if this lasts, give the connector a faster disk.',
  },
  'link.wrong-account': {
    status: 403,
    cause: 'A gateway used a topic of another account or gateway',
    nextStep: 'The connection was closed; look at the gateway, it may have been tampered with.',
  },
} as const;
